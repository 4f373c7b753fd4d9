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

/// What was told, line by line, and how long it took on the stage.
fn story(file: &Arc<LabFile>, seed: u64) -> (f64, Vec<String>) {
    let report = play(Arc::clone(file), PlayOptions { seed: Some(seed), ..PlayOptions::default() }).unwrap();
    assert!(report.passed, "{}: {:?} {:?}", file.id, report.failed(), report.refused);
    let lines = report.story.iter().map(|event| format!("{} {:?}", event.at_ms, event.kind)).collect();
    (report.stage_seconds, lines)
}

fn same(one: &(f64, Vec<String>), other: &(f64, Vec<String>), file: &LabFile) {
    for (one, other) in one.1.iter().zip(&other.1) {
        assert_eq!(one, other, "{}", file.id);
    }
    assert_eq!((one.0, one.1.len()), (other.0, other.1.len()), "{}", file.id);
}

#[test]
fn one_seed_gives_one_story() {
    let file = Arc::new(LabFile::parse(PLAIN).unwrap());
    let first = story(&file, 7);
    assert_eq!(first.1.len(), 500);
    same(&first, &story(&file, 7), &file);
    assert_ne!(first.1, story(&file, 8).1);
}

/// Queues, rebalances of three kinds, crashes, transactions: each played twice at the same time.
#[test]
fn one_seed_gives_one_story_in_the_lessons() {
    let all = lessons::all();
    std::thread::scope(|scope| {
        for lesson in all.iter().filter(|lesson| [5, 8, 9, 11, 12].contains(&lesson.number)) {
            scope.spawn(move || {
                let other = scope.spawn(move || story(lesson, 11));
                same(&story(lesson, 11), &other.join().unwrap(), lesson);
            });
        }
    });
}
