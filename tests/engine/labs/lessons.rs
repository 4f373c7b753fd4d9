//! The lessons that come with Millpond: each can be read, and leads to the next.

use millpond::labs::{file::check, lessons};

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
