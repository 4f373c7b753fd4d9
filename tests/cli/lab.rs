//! `millpond lab`.

use super::run::Workspace;

const LAB: &str = r#"
format = 1
id = "tiny"
title = { en = "Tiny", zh = "小" }

[[topics]]
name = "t"

[[actors]]
id = "shop"
kind = "producer"
topic = "t"
rate = 10

[[actors]]
id = "anna"
kind = "consumer"
topics = ["t"]
group = "g"
started = false

[[steps]]
id = "look"
title = { en = "Look", zh = "看" }
text = { en = "Look", zh = "看" }
tasks = [{ id = "some", text = { en = "Some", zh = "一些" }, check = "topics.t.end >= 20" }]

[[steps]]
id = "read"
title = { en = "Read", zh = "读" }
text = { en = "Read", zh = "读" }
tasks = [{ id = "all", text = { en = "All", zh = "全部" }, action = { do = "start", actor = "anna" }, check = "actors.anna.processed >= 20" }]
"#;

#[test]
fn a_lab_is_played_and_its_checks_decide() {
    let place = Workspace::new();
    let file = place.write("tiny.toml", LAB);
    let out = place.ok(&["lab", "run", &file]);
    assert!(out.ends_with("s on the stage)\n") && out.contains("tiny: all checks hold (seed 42"), "{out}");
    let report: serde_json::Value =
        serde_json::from_str(&place.ok(&["lab", "run", &file, "--json", "--seed", "3"])).unwrap();
    assert_eq!((&report["passed"], &report["seed"]), (&true.into(), &3.into()));
    let ended = place.run(&["lab", "run", &file, "--skip", "read"]);
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.out.contains("read/all: actors.anna.processed >= 20"), "{ended:?}");
    assert_eq!(place.run(&["lab", "run", &file, "--skip", "nothing"]).status, 2);
}

#[test]
fn problems_are_told_with_their_lines() {
    let place = Workspace::new();
    let file = place.write("bad.toml", &LAB.replace("actor = \"anna\" }", "actor = \"ann\" }"));
    for command in ["check", "run"] {
        let ended = place.run(&["lab", command, &file]);
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.err.contains("bad.toml, line 32: there is no actor \"ann\""), "{ended:?}");
    }
    let good = place.write("good.toml", LAB);
    assert!(place.ok(&["lab", "check", &good]).contains("no problems; 2 steps, 2 tasks"));
    assert_eq!(place.run(&["lab", "run", &place.path("missing.toml")]).status, 2);
}

#[test]
fn the_lessons_are_listed() {
    let place = Workspace::new();
    assert!(place.ok(&["lab", "list"]).contains("event-stream"));
    let first: serde_json::Value =
        serde_json::from_str(place.ok(&["lab", "list", "--json"]).lines().next().unwrap()).unwrap();
    assert_eq!(first["number"], 1);
}
