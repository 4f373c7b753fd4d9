//! `millpond copy` and `millpond replay`.

use serde_json::Value;

use super::run::Workspace;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A workspace with a topic of five records, one of them a tombstone, and a group.
fn filled() -> Workspace {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--partitions", "2", "--config", "retention.ms=-1"]);
    let lines = (0..4).map(|n| {
        format!("{{\"partition\":{},\"timestamp\":15173633996{n}0,\"key\":\"k{n}\",\"value\":{{\"card\":\"411111{n}\"}}}}\n", n % 2)
    });
    let file = place.write(
        "in.jsonl",
        &(lines.collect::<String>() + "{\"partition\":0,\"timestamp\":1517363399700,\"key\":\"k0\",\"value\":null}\n"),
    );
    place.ok(&["import", "t", &file]);
    place.ok(&["consume", "t", "--group", "g", "--max", "3"]);
    place
}

#[test]
fn a_topic_goes_to_another_workspace_and_is_compared() {
    let (from, anywhere) = (filled(), Workspace::with(&[]));
    let (source, target) = (from.path("workspace"), from.path("other"));
    let planned = anywhere.ok(&["copy", &source, "t", "--to", &target, "--dry-run"]);
    assert!(planned.contains("t -> t: is made with 2 partitions") && planned.contains("5 offsets"), "{planned}");
    assert!(planned.contains("carried with --groups: g"), "{planned}");
    let out = anywhere.ok(&["copy", &source, "t", "--to", &target, "--groups", "--compare", "--json"]);
    let done = json(&out);
    assert_eq!((&done["records"], &done["equal"]), (&5.into(), &true.into()), "{done}");
    assert_eq!(done["copied"][0]["same_offsets"], true);
    let groups = done["groups"].as_array().unwrap();
    assert!(!groups.is_empty() && groups.iter().all(|offset| offset["source"] == offset["target"]), "{done}");
    let here = from.ok(&["consume", "t"]);
    let there = Workspace::with(&["--data", &target]).ok(&["consume", "t"]);
    assert_eq!(here, there);
    let settings = Workspace::with(&["--data", &target]).ok(&["topics", "describe", "t", "--json"]);
    assert!(settings.contains("retention.ms"), "{settings}");
    // Once more: refused, then resumed with what came since.
    anywhere.fails(&["copy", &source, "t", "--to", &target], &["copied before", "resume"]);
    from.run_with(&["produce", "t", "--plain"], "new\n");
    let again = anywhere.ok(&["copy", &source, "t", "--to", &target, "--resume", "--compare"]);
    assert!(again.contains("Copied 1 record") && again.contains("Both sides are equal: 6 records"), "{again}");
}

#[test]
fn a_copy_reaches_brokers_by_address_and_says_what_is_wrong() {
    let (from, to, anywhere) = (filled(), Workspace::new(), Workspace::with(&[]));
    let (source, target) = (from.serve(&[]), to.serve(&[]));
    let done = anywhere.ok(&["copy", &source.address, "t", "--to", &target.address, "--as", "u", "--compare"]);
    assert!(done.contains("t -> u: is made") && done.contains("Both sides are equal: 5 records"), "{done}");
    anywhere.fails(&["copy", &source.address, "none", "--to", &target.address], &["none", "no such topic"]);
    anywhere.fails(&["copy", &source.address, "t", "--to", &source.address], &["the same topic"]);
    let odd = anywhere.run(&["copy", "nowhere", "t", "--to", &target.address]);
    assert_eq!(odd.status, 2, "{odd:?}");
    let twice = from.run(&["copy", "./x", "t", "--to", "./y"]);
    assert_eq!(twice.status, 2, "{twice:?}");
}

#[test]
fn a_slice_comes_home_masked_and_is_replayed() {
    let (from, anywhere) = (filled(), Workspace::with(&[]));
    let rules = from.write("rules", "keep-last 2 $.card\nhash key\nsalt pepper\n");
    let (source, target) = (from.path("workspace"), from.path("home"));
    let slice = ["copy", &source, "t", "--to", &target, "--last", "2", "--mask", &rules, "--compare"];
    let done = anywhere.ok(&slice);
    assert!(done.contains("Copied 4 records") && done.contains("Both sides are equal"), "{done}");
    let home = Workspace::with(&["--data", &target]);
    let read = home.ok(&["consume", "t"]);
    assert!(read.contains("*****13") && !read.contains("411111") && !read.contains("\"k1\""), "{read}");
    let bad = from.write("bad", "hide $.card\n");
    anywhere.fails(&["copy", &source, "t", "--to", &target, "--mask", &bad], &["line 1", "hide"]);
    assert_eq!(home.ok(&["replay", "t", "--into", "again", "--speed", "100"]), "Replayed 4 records of t into again\n");
    assert_eq!(home.ok(&["consume", "again"]).lines().count(), 4);
    assert_eq!(home.run(&["replay", "t", "--into", "again", "--speed", "5000"]).status, 2);
}
