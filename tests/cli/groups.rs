//! `millpond groups`.

use serde_json::{Value, json};

use super::run::Workspace;

fn with_group() -> Workspace {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--partitions", "1"]);
    assert_eq!(place.run_with(&["produce", "t", "--plain"], "a\nb\nc\nd\n").status, 0);
    place.ok(&["consume", "t", "--group", "g", "--max", "3"]);
    place
}

fn committed(place: &Workspace) -> Value {
    let told: Value = serde_json::from_str(&place.ok(&["groups", "describe", "g", "--json"])).unwrap();
    told["partitions"][0]["committed"].clone()
}

#[test]
fn groups_are_listed_and_described() {
    let place = Workspace::new();
    assert!(place.ok(&["groups", "list"]).contains("No groups yet"));
    let place_with = with_group();
    let listed: Value = serde_json::from_str(&place_with.ok(&["groups", "list", "--json"])).unwrap();
    assert_eq!(listed, json!([{"group": "g", "state": "Empty", "type": "classic", "members": 0, "lag": 1}]));
    let told: Value = serde_json::from_str(&place_with.ok(&["groups", "describe", "g", "--json"])).unwrap();
    let partition = json!({"topic": "t", "partition": 0, "committed": 3, "end": 4, "lag": 1, "owner": null});
    assert_eq!(told["partitions"], json!([partition]));
    assert!(place_with.ok(&["groups", "describe", "g"]).starts_with("g: Empty"));
    place_with.fails(&["groups", "describe", "nobody"], &["no group \"nobody\"", "groups list"]);
}

#[test]
fn a_reset_is_shown_first_and_done_on_request() {
    let place = with_group();
    let reset = |to: &str, more: &[&str]| {
        let mut args = vec!["groups", "reset", "g", "--topic", "t", "--to", to];
        args.extend(more);
        place.ok(&args)
    };
    let shown = reset("earliest", &[]);
    assert!(shown.contains("COMMITTED") && shown.contains("Nothing is changed yet"), "{shown}");
    assert_eq!(committed(&place), 3);
    for (to, expected) in [
        ("earliest", 0),
        ("shift:2", 2),
        ("shift:-9", 0),
        ("offset:3", 3),
        ("offset:99", 4),
        ("latest", 4),
        ("time:2000-01-01T00:00:00Z", 0),
    ] {
        let told: Value = serde_json::from_str(&reset(to, &["--execute", "--json"])).unwrap();
        assert_eq!((&told["executed"], &told["changes"][0]["new"]), (&json!(true), &json!(expected)), "{to}");
        assert_eq!(committed(&place), expected, "{to}");
    }
    place.fails(&["groups", "reset", "g", "--topic", "none", "--to", "latest"], &["none", "no such topic"]);
    place.fails(&["groups", "reset", "new", "--topic", "t", "--to", "shift:1"], &["committed nothing"]);
}

#[test]
fn a_queue_is_told_by_its_start_and_what_is_left() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--partitions", "1"]);
    assert_eq!(place.run_with(&["produce", "t", "--plain"], "a\nb\nc\nd\n").status, 0);
    place.ok(&["consume", "t", "--share-group", "q", "--max", "3"]);
    let listed: Value = serde_json::from_str(&place.ok(&["groups", "list", "--json"])).unwrap();
    assert_eq!(listed, json!([{"group": "q", "state": "Empty", "type": "share", "members": 0, "lag": 1}]));
    let told = || serde_json::from_str::<Value>(&place.ok(&["groups", "describe", "q", "--json"])).unwrap();
    let partition = json!({"topic": "t", "partition": 0, "start": 3, "end": 4, "lag": 1, "owner": null});
    assert_eq!((&told()["type"], &told()["partitions"]), (&json!("share"), &json!([partition])));
    assert!(place.ok(&["groups", "describe", "q"]).starts_with("q: Empty, share group"));
    let shown = place.ok(&["groups", "reset", "q", "--topic", "t", "--to", "shift:-2"]);
    assert!(shown.contains("START") && shown.contains("Nothing is changed yet"), "{shown}");
    place.ok(&["groups", "reset", "q", "--topic", "t", "--to", "shift:-2", "--execute"]);
    assert_eq!((&told()["partitions"][0]["start"], &told()["partitions"][0]["lag"]), (&json!(1), &json!(3)));
    assert!(place.ok(&["groups", "delete", "q"]).contains("Deleted group q"));
    place.fails(&["groups", "describe", "q"], &["no group \"q\""]);
    place.fails(&["groups", "delete", "q"], &["delete group q", "GROUP_ID_NOT_FOUND"]);
}
