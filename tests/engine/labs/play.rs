//! Lessons played without a window.

use std::sync::Arc;

use millpond::labs::{
    file::LabFile,
    lessons,
    play::{PlayOptions, Report, play},
};

fn played(id: &str, skip: Option<&str>) -> Report {
    let file = lessons::all().iter().find(|lesson| lesson.id == id).cloned().unwrap();
    play(file, PlayOptions { skip: skip.map(ToOwned::to_owned), ..PlayOptions::default() }).unwrap()
}

#[test]
fn the_first_lesson_holds_and_fails_where_a_step_is_left_out() {
    let report = played("event-stream", None);
    assert!(report.passed, "{:?} {:?}", report.failed(), report.refused);
    let last = report.steps.iter().rev().find(|step| !step.tasks.is_empty()).unwrap().id.clone();
    let report = played("event-stream", Some(&last));
    assert!(!report.passed);
}

const PLAIN: &str = r#"
format = 1
id = "plain"
seed = 7
title = { en = "Plain", zh = "简单" }

[[topics]]
name = "orders"
partitions = 3

[[actors]]
id = "shop"
kind = "producer"
topic = "orders"
rate = 60
shape = "bursty"
keys = ["a", "b", "c", "d", "e"]

[[actors]]
id = "second"
kind = "producer"
topic = "orders"
rate = 31
value = '{"n": {{ n }}, "who": {{ name() | tojson }}}'

[[actors]]
id = "anna"
kind = "consumer"
topics = ["orders"]
group = "billing"
processing_ms = 12.5
failure_percent = 10

[[actors]]
id = "ben"
kind = "consumer"
topics = ["orders"]
group = "billing"
processing_ms = 7
session_timeout_ms = 6000

[[steps]]
id = "one"
title = { en = "One", zh = "一" }
text = { en = "One", zh = "一" }
tasks = [
  { id = "work", text = { en = "Work", zh = "干活" }, check = "actors.anna.processed > 100 and actors.ben.processed > 100" },
  { id = "crash", text = { en = "Crash", zh = "崩溃" }, action = [{ do = "crash", actor = "ben" }, { do = "run", seconds = 10 }, { do = "start", actor = "ben" }], check = "counts.expired == 1 and actors.ben.owned > 0 and counts.crashes == 1" },
  { id = "stop", text = { en = "Stop", zh = "停" }, action = [{ do = "set", actor = "shop", field = "rate", value = 0 }, { do = "stop", actor = "second" }], check = "groups.billing.lag == 0 and topics.orders.end == actors.shop.sent + actors.second.sent" },
]
"#;

#[test]
fn one_seed_gives_one_story() {
    let file = Arc::new(LabFile::parse(PLAIN).unwrap());
    let told = |seed| {
        let report = play(Arc::clone(&file), PlayOptions { seed: Some(seed), ..PlayOptions::default() }).unwrap();
        assert!(report.passed, "{:?} {:?}", report.failed(), report.refused);
        let lines: Vec<String> = report.story.iter().map(|event| format!("{} {:?}", event.at_ms, event.kind)).collect();
        (report.stage_seconds, lines)
    };
    let (first, again, other) = (told(7), told(7), told(8));
    assert_eq!(first.1.len(), 500);
    for (a, b) in first.1.iter().zip(&again.1) {
        assert_eq!(a, b);
    }
    assert_eq!(first.0, again.0);
    assert_ne!(first.1, other.1);
}
