//! The lessons that come with Millpond: each can be read, leads to the next, and is played right and wrong.

use std::sync::Arc;

use millpond::labs::{
    file::{LabFile, check},
    lessons,
    play::{PlayOptions, Report, play},
};

#[test]
fn every_lesson_can_be_read_and_leads_to_the_next() {
    let problems: Vec<String> = lessons::FILES
        .iter()
        .flat_map(|(name, source)| check(source).into_iter().map(move |problem| format!("{name}: {problem}")))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    let all = lessons::all();
    assert_eq!(all.len(), lessons::FILES.len());
    for (at, lesson) in all.iter().enumerate() {
        assert_eq!(lesson.number as usize, at + 1);
        assert!(lessons::FILES[at].0.ends_with(&format!("-{}.toml", lesson.id)), "{}", lesson.id);
        if let Some(after) = all.get(at + 1) {
            assert_eq!(lesson.next.as_deref(), Some(&*after.id));
        }
        assert!((3..=7).contains(&lesson.steps.len()), "{} has {} steps", lesson.id, lesson.steps.len());
        for step in &lesson.steps {
            assert!(!step.tasks.is_empty(), "{}: the step {} asks for nothing", lesson.id, step.id);
        }
    }
}

fn played(lesson: &Arc<LabFile>, skip: Option<&str>) -> Report {
    let options = PlayOptions { skip: skip.map(ToOwned::to_owned), ..PlayOptions::default() };
    play(Arc::clone(lesson), options).unwrap()
}

/// Plays the lessons with these numbers side by side, as each has a broker and a clock of its own.
fn play_all(numbers: &[u32], right_and_wrong: fn(&Arc<LabFile>)) {
    let all = lessons::all();
    std::thread::scope(|scope| {
        for lesson in all.iter().filter(|lesson| numbers.contains(&lesson.number)) {
            scope.spawn(move || right_and_wrong(lesson));
        }
    });
}

/// All checks hold when every step is done; with one step left out, one of its own checks fails.
fn right_and_wrong(lesson: &Arc<LabFile>) {
    let report = played(lesson, None);
    assert_eq!(report.failed(), Vec::<String>::new(), "{}", lesson.id);
    assert_eq!(report.refused, Vec::<String>::new(), "{}", lesson.id);
    assert!(report.passed, "{}", lesson.id);
    // The last: after another one, those that follow would be waited for in vain.
    wrong(lesson, &lesson.steps[lesson.steps.len() - 1].id);
}

/// Who reads for a while before each task finds what the texts say, too: sessions and locks that ran out and what piled
/// up meanwhile do not stand in the way.
fn slowly(lesson: &Arc<LabFile>) {
    let report = play(Arc::clone(lesson), PlayOptions { wait_s: 20.0, ..PlayOptions::default() }).unwrap();
    assert!(report.passed, "{}: {:?} {:?}", lesson.id, report.failed(), report.refused);
    assert_eq!(report.refused, Vec::<String>::new(), "{}", lesson.id);
}

fn wrong(lesson: &Arc<LabFile>, step: &str) {
    let report = played(lesson, Some(step));
    let skipped = report.steps.iter().find(|played| played.id == step).unwrap();
    let failed = skipped.tasks.iter().any(|task| !task.held);
    assert!(failed && !report.passed, "{}: nothing of {step} fails although nothing was done", lesson.id);
}

#[test]
fn streams_and_their_uses_are_played_right_and_wrong() {
    play_all(&[1, 2, 3, 4, 5], right_and_wrong);
}

#[test]
fn parts_of_a_broker_are_played_right_and_wrong() {
    play_all(&[6, 7, 8, 9, 10], right_and_wrong);
}

#[test]
fn programs_and_promises_are_played_right_and_wrong() {
    play_all(&[11, 12, 13, 14], right_and_wrong);
}

#[test]
fn slow_readers_come_to_the_end() {
    play_all(&[9, 11], slowly);
}
