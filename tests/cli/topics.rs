//! `millpond topics`, wrong usage, and workspaces that do not open.

use std::io::{BufRead as _, BufReader, Write as _};

use super::run::{Ended, Workspace};

#[test]
fn a_topic_is_made_listed_described_and_deleted() {
    let place = Workspace::new();
    assert!(place.ok(&["topics", "list"]).contains("No topics yet"));
    assert_eq!(place.ok(&["topics", "list", "--json"]), "[]\n");
    let made = place.ok(&["topics", "create", "orders", "--partitions", "3", "--config", "retention.ms=3600000"]);
    assert_eq!(made, "Created orders with 3 partitions\n");
    place.ok(&["produce", "orders", "--plain"]);
    assert_eq!(place.run_with(&["produce", "orders", "--plain"], "a\nb\n").out, "Produced 2 records to orders\n");
    let listed: serde_json::Value = serde_json::from_str(&place.ok(&["topics", "list", "--json"])).unwrap();
    assert_eq!(listed, serde_json::json!([{"name": "orders", "partitions": 3, "records": 2}]));
    assert_eq!(place.ok(&["topics", "list"]), "NAME    PARTITIONS  RECORDS\norders           3        2\n");
    let told: serde_json::Value = serde_json::from_str(&place.ok(&["topics", "describe", "orders", "--json"])).unwrap();
    assert_eq!(told["partitions"].as_array().unwrap().len(), 3);
    let settings = told["settings"].as_array().unwrap();
    let retention = settings.iter().find(|s| s["setting"] == "retention.ms").unwrap();
    assert_eq!((&retention["value"], &retention["source"]), (&"3600000".into(), &"topic".into()));
    assert!(place.ok(&["topics", "describe", "orders"]).contains("PARTITION"));
    assert!(place.ok(&["topics", "delete", "orders"]).contains("Deleted orders"));
    assert_eq!(place.ok(&["topics", "list", "--json"]), "[]\n");
}

#[test]
fn what_is_refused_says_what_why_and_what_to_do() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "orders"]);
    place.fails(&["topics", "create", "orders"], &["orders", "exists"]);
    place.fails(&["topics", "create", "or ders"], &["or ders", "' '", "letters"]);
    place.fails(&["topics", "create", ".."], &["names of folders"]);
    place.fails(&["topics", "create", "x", "--config", "retention.ms=soon"], &["retention.ms"]);
    place.fails(&["topics", "create", "x", "--config", "no.such=1"], &["no.such"]);
    place.fails(&["topics", "describe", "nothing"], &["nothing", "no such topic"]);
    place.fails(&["topics", "delete", "nothing"], &["nothing", "UNKNOWN_TOPIC_OR_PARTITION"]);
}

#[test]
fn a_compacted_topic_is_compacted_on_demand() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "prices", "--partitions", "1", "--config", "cleanup.policy=compact"]);
    for value in ["old", "new", "newest"] {
        place.run_with(&["produce", "prices", "--plain", "--key", "tea"], &format!("{value}\n"));
    }
    let done: serde_json::Value = serde_json::from_str(&place.ok(&["topics", "compact", "prices", "--json"])).unwrap();
    // The last batch is not looked at, so "newest" does not count yet.
    let only = &done.as_array().unwrap()[0];
    assert_eq!((&only["partition"], &only["upto"], &only["records_removed"]), (&0.into(), &2.into(), &1.into()));
    let left = place.ok(&["consume", "prices"]);
    assert_eq!(left.lines().count(), 2, "{left}");
    assert!(!left.contains("old") && left.contains("newest"), "{left}");
    place.ok(&["topics", "create", "plain"]);
    place.fails(&["topics", "compact", "plain"], &["plain is not compacted", "cleanup.policy"]);
    place.fails(&["topics", "compact", "nothing"], &["nothing", "no such topic"]);
    let serving = place.serve(&[]);
    place.fails(&["topics", "compact", "prices"], &["cannot be compacted from here", "Compact now"]);
    drop(serving);
}

#[test]
fn wrong_usage_is_status_2() {
    let place = Workspace::new();
    for args in [
        &["topics"][..],
        &["topics", "create"],
        &["topics", "create", "x", "--partitions", "0"],
        &["topics", "create", "x", "--config", "novalue"],
        &["consume", "x", "--from", "yesterday"],
        &["consume", "x", "--group", "g", "--from", "offset:3"],
        &["import", "x"],
        &["groups", "reset", "g"],
        &["no-such-command"],
    ] {
        // Some are found out only when the topic is asked for.
        let ended = place.run(args);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "{args:?}: {ended:?}");
        assert!(!ended.err.is_empty());
    }
    assert_eq!(place.run(&["--help"]).status, 0);
}

#[test]
fn a_workspace_has_one_owner() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--partitions", "1"]);
    place.run_with(&["produce", "t", "--plain"], "first\n");
    let mut owner = place.spawn(&["consume", "t", "--follow"]);
    let pid = owner.id().to_string();
    // Its first line says that it holds the workspace.
    let mut line = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("first"), "{line}");
    place.fails(&["topics", "list"], &["open in another", &pid, "--data"]);
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert_eq!(place.ok(&["topics", "list", "--json"]).lines().count(), 1, "and it opens again after a kill");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Workspace::new();
    place.ok(&["import", "--sample"]);
    let mut child = place.spawn(&["consume", "earthquakes"]);
    let mut first = String::new();
    let mut out = BufReader::with_capacity(64, child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"topic\":\"earthquakes\""), "{first}");
    drop(out);
    let ended = Ended::of(child.wait_with_output().unwrap());
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
}

#[test]
fn a_damaged_partition_is_told_and_the_rest_goes_on() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "good", "--partitions", "1"]);
    place.ok(&["topics", "create", "bad", "--partitions", "1"]);
    assert_eq!(place.run_with(&["produce", "bad", "--plain"], "lost\n").status, 0);
    let folder = std::fs::read_dir(place.file("workspace/topics"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("bad-"))
        .unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|e| e == "sqlite") {
            std::fs::File::create(path).unwrap().write_all(b"this is not a database at all, but a letter").unwrap();
        }
    }
    assert_eq!(place.run_with(&["produce", "good", "--plain"], "a\n").status, 0);
    place.run_with(&["produce", "bad", "--plain"], "a\n").failed(&["bad-0", "not a SQLite file"]);
    assert!(place.ok(&["consume", "good"]).contains("\"value\":\"a\""));
}
