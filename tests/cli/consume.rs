//! `millpond consume`.

use std::io::{BufRead as _, BufReader};

use super::run::Workspace;

fn with_records(count: usize) -> Workspace {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--partitions", "1", "--config", "retention.ms=-1"]);
    let lines: String =
        (0..count).map(|n| format!("{{\"timestamp\":{},\"value\":\"v{n}\"}}\n", 1_000_000 * (n + 1))).collect();
    place.write("in.jsonl", &lines);
    let ended = place.run(&["import", "t", &place.path("in.jsonl")]);
    assert_eq!(ended.status, 0, "{ended:?}");
    place
}

fn values(lines: &str) -> Vec<String> {
    lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["value"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn reading_begins_where_it_is_told_to() {
    let place = with_records(5);
    assert_eq!(values(&place.ok(&["consume", "t"])).len(), 5);
    assert_eq!(values(&place.ok(&["consume", "t", "--from", "latest"])).len(), 0);
    assert_eq!(values(&place.ok(&["consume", "t", "--from", "offset:3"])), ["v3", "v4"]);
    assert_eq!(values(&place.ok(&["consume", "t", "--from", "offset:5"])).len(), 0);
    assert_eq!(values(&place.ok(&["consume", "t", "--from", "time:1970-01-01T00:50:00Z", "--max", "1"])), ["v2"]);
    place.fails(&["consume", "t", "--from", "offset:6"], &["offset 6", "t-0 has 0 to 5", "earliest or latest"]);
    place.fails(&["consume", "t", "--partition", "4"], &["no partition 4"]);
    place.fails(&["consume", "nothing"], &["nothing", "no such topic"]);
}

#[test]
fn a_group_goes_on_where_it_stopped() {
    let place = with_records(5);
    assert_eq!(values(&place.ok(&["consume", "t", "--group", "g", "--max", "2"])), ["v0", "v1"]);
    assert_eq!(values(&place.ok(&["consume", "t", "--group", "g"])), ["v2", "v3", "v4"]);
    assert_eq!(values(&place.ok(&["consume", "t", "--group", "g"])).len(), 0);
    assert_eq!(values(&place.ok(&["consume", "t", "--group", "other", "--from", "latest"])).len(), 0);
    assert_eq!(values(&place.ok(&["consume", "t", "--group", "third"])).len(), 5);
}

#[test]
fn following_waits_for_more() {
    let place = with_records(2);
    let mut child = place.spawn(&["consume", "t", "--follow", "--max", "2"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("v0"));
    assert!(lines.next().unwrap().unwrap().contains("v1"));
    assert!(lines.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_queue_hands_each_record_to_one_member() {
    let place = with_records(6);
    let first = place.ok(&["consume", "t", "--share-group", "q", "--max", "2"]);
    assert_eq!(values(&first), ["v0", "v1"]);
    assert!(first.lines().all(|line| line.ends_with(",\"delivery_count\":1}")), "{first}");
    // Given back at the end: the next one gets them again.
    assert_eq!(
        values(&place.ok(&["consume", "t", "--share-group", "q", "--ack", "release", "--max", "2"])),
        ["v2", "v3"]
    );
    let rejected = place.ok(&["consume", "t", "--share-group", "q", "--ack", "reject", "--max", "1"]);
    assert_eq!(values(&rejected), ["v2"]);
    assert!(rejected.ends_with(",\"delivery_count\":2}\n"), "{rejected}");
    assert_eq!(values(&place.ok(&["consume", "t", "--share-group", "q"])), ["v3", "v4", "v5"]);
    assert_eq!(values(&place.ok(&["consume", "t", "--share-group", "q"])).len(), 0);
    assert_eq!(values(&place.ok(&["consume", "t", "--share-group", "late", "--from", "latest"])).len(), 0);
    let ended = place.run(&["consume", "t", "--group", "g", "--share-group", "q"]);
    assert_eq!(ended.status, 2, "{ended:?}");
    place.ok(&["consume", "t", "--group", "g"]);
    place.fails(&["consume", "t", "--share-group", "g"], &["share group g", "GROUP_ID_NOT_FOUND"]);
}
