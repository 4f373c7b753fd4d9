//! `millpond produce`, `millpond import`, `millpond export`.

use super::run::Workspace;

#[test]
fn lines_are_produced_from_a_file_or_standard_input() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--partitions", "2"]);
    let file =
        place.write("in.jsonl", "{\"key\":\"k\",\"value\":{\"a\": 1},\"headers\":[[\"h\",\"1\"],[\"h\",null]]}\n");
    assert_eq!(place.ok(&["produce", "t", "--file", &file]), "Produced 1 record to t\n");
    place.run_with(&["produce", "t", "--plain", "--key", "k"], "plain {text\n");
    let read: Vec<serde_json::Value> =
        place.ok(&["consume", "t"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read.len(), 2);
    assert_eq!(read[0]["value"], "{\"a\":1}");
    assert_eq!(read[0]["headers"], serde_json::json!([["h", "1"], ["h", null]]));
    assert_eq!((&read[1]["key"], &read[1]["value"]), (&"k".into(), &"plain {text".into()));
    assert_eq!(read[0]["partition"], read[1]["partition"], "the same key, the same partition");
}

#[test]
fn bad_lines_say_where_and_how_much_was_stored() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t"]);
    let file = place.write("in.jsonl", "{\"value\":1}\n{\"value\":}\n{\"value\":3}\n");
    place.fails(&["import", "t", &file], &["line 2", "column 10", "skipped", "(1 record was stored before that)"]);
    let ended = place.run(&["import", "t", &file, "--skip-bad"]);
    assert_eq!((ended.status, ended.out.as_str()), (0, "Imported 2 records into t\n"));
    assert!(ended.err.contains("skipped 1 line") && ended.err.contains("line 2"), "{ended:?}");
    place.fails(&["import", "t", &place.path("missing.jsonl")], &["no such file"]);
    place.fails(&["import", "nowhere", &file], &["nowhere", "no such topic", "create"]);
    let ended = place.run_with(&["produce", "t"], "nonsense\n");
    ended.failed(&["line 1", "not JSON"]);
}

#[test]
fn a_record_over_the_limit_is_named() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "t", "--config", "max.message.bytes=1000"]);
    let ended = place.run_with(&["produce", "t", "--plain"], &format!("small\n{}\n", "x".repeat(3_000)));
    ended.failed(&["line 2", "max.message.bytes", "MESSAGE_TOO_LARGE"]);
    assert_eq!(place.ok(&["consume", "t"]).lines().count(), 1);
}

#[test]
fn an_export_imported_again_is_the_same() {
    let place = Workspace::new();
    assert!(place.ok(&["import", "--sample"]).contains("earthquakes: 1,707 records"));
    for (name, rows) in [("all.jsonl", 1_707), ("all.csv", 1_708)] {
        let file = place.path(name);
        assert!(place.ok(&["export", "earthquakes", &file]).starts_with("Exported 1,707 records of earthquakes"));
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), rows);
        place.fails(&["export", "earthquakes", &file], &["already", "--replace"]);
        place.ok(&["export", "earthquakes", &file, "--replace"]);
        let copy = format!("copy-{}", &name[4..]);
        assert_eq!(
            place.ok(&["import", &copy, &file, "--create", "--partitions", "4"]),
            format!("Imported 1,707 records into {copy}\n")
        );
        let again = place.path(&format!("again-{name}"));
        place.ok(&["export", &copy, &again]);
        let plain = |path: &str, topic: &str| std::fs::read_to_string(path).unwrap().replace(topic, "TOPIC");
        assert_eq!(plain(&again, &copy), plain(&file, "earthquakes"));
    }
}

#[test]
fn an_export_takes_what_matches() {
    let place = Workspace::new();
    place.ok(&["import", "--sample"]);
    let file = place.path("alaska.jsonl");
    place.ok(&["export", "earthquakes", &file, "--search", "alaska", "--since", "2018-02-01T00:00:00Z"]);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert!(lines.lines().count() > 100);
    assert!(lines.lines().all(|line| line.contains("Alaska")));
    place.fails(&["export", "earthquakes", &place.path("p.jsonl"), "--partition", "9"], &["partition 9", "0 to 3"]);
    assert!(!place.file("p.jsonl").exists() && !place.file("p.jsonl.part").exists());
}

#[test]
fn columns_of_csv_become_records() {
    let place = Workspace::new();
    let file = place.write("in.csv", "id,what,at\n7,\"a,b\",2018-01-31T01:49:59.650Z\n8,c,\n");
    place.fails(&["import", "t", &file, "--create", "--key", "nr"], &["\"nr\"", "id, what, at"]);
    let import =
        ["import", "t", &file, "--create", "--partitions", "1", "--key", "id", "--value", "what", "--timestamp", "3"];
    place.ok(&import);
    let read = place.ok(&["consume", "t", "--max", "1"]);
    assert!(read.contains("\"timestamp\":1517363399650,\"key\":\"7\",\"value\":\"a,b\""), "{read}");
    place.ok(&["import", "rows", &file, "--create", "--partitions", "1"]);
    let read = place.ok(&["consume", "rows", "--max", "1"]);
    assert!(read.contains(r#""value":"{\"id\":7,\"what\":\"a,b\""#), "{read}");
}

#[test]
fn the_sample_is_replayed_at_a_speed() {
    let place = Workspace::new();
    let started = std::time::Instant::now();
    place.ok(&["import", "quakes", "--sample", "--within", "1s"]);
    assert!(started.elapsed().as_millis() >= 1_000);
    let listed: serde_json::Value = serde_json::from_str(&place.ok(&["topics", "list", "--json"])).unwrap();
    assert_eq!(listed, serde_json::json!([{"name": "quakes", "partitions": 4, "records": 1707}]));
    place.fails(&["import", "--sample", "--speed", "0"], &["above zero"]);
}
