//! The stage as a window has it: its time, what surprises, and a stage that is saved and opened again.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    time::{Duration, Instant},
};

use millpond::labs::{
    file::{Action, Actions, ActorKind, ActorSpec, LabFile},
    stage::{Order, Stage, StageOptions},
    view::{Speed, StageView, SurpriseKind},
};

/// How long a view may take to come true on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

struct Watched {
    stage: Stage,
    news: Receiver<()>,
}

impl Watched {
    fn open(file: LabFile) -> Self {
        let (say, news) = sync_channel(1);
        let options = StageOptions { speed: Speed::Paused, ..StageOptions::default() };
        let wake = move || {
            // Full: the news is waiting already.
            let _ = say.try_send(());
        };
        Self { stage: Stage::open(Arc::new(file), options, wake).unwrap(), news }
    }

    fn until(&self, what: &str, is_so: impl Fn(&StageView) -> bool) -> Arc<StageView> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let view = self.stage.view();
            if is_so(&view) {
                return view;
            }
            assert!(Instant::now() < deadline, "{what}: {:?} {:?}", view.problem, view.story.last());
            // Whether it was woken or has waited: it looks again.
            let _ = self.news.recv_timeout(Duration::from_millis(200));
        }
    }
}

const PLAIN: &str = r#"
format = 1
id = "plain"
seed = 7
title = { en = "Plain", zh = "简单" }

[[topics]]
name = "orders"

[[groups]]
id = "queue"
type = "share"
topics = ["orders"]
config = { "share.record.lock.duration.ms" = "15000" }

[[actors]]
id = "shop"
kind = "producer"
topic = "orders"
rate = 5
"#;

/// Members of which one is idle, one has not committed when it crashes, one lets its locks run out, one is slow.
const SURPRISING: &str = r#"
[[actors]]
id = "anna"
kind = "consumer"
topics = ["orders"]
group = "billing"
session_timeout_ms = 6000
commit = "never"

[[actors]]
id = "ben"
kind = "consumer"
topics = ["orders"]
group = "billing"
session_timeout_ms = 6000
commit = "never"

[[actors]]
id = "slow"
kind = "consumer"
topics = ["orders"]
group = "queue"
protocol = "share"
processing_ms = 3000

[[actors]]
id = "quick"
kind = "consumer"
topics = ["orders"]
group = "queue"
protocol = "share"

[[actors]]
id = "silent"
kind = "consumer"
topics = ["orders"]
group = "queue"
protocol = "share"
ack = "none"
processing_ms = 2000
"#;

#[test]
fn time_is_paused_stepped_jumped_and_run() {
    // Slower than elsewhere: an hour of it is stored message by message.
    let file = LabFile::parse(&PLAIN.replace("rate = 5", "rate = 0.5")).unwrap();
    let watched = Watched::open(file);
    let view = watched.until("the stage stands", |view| !view.actors.is_empty());
    assert_eq!((view.now_ms, view.speed, view.busy), (0, Speed::Paused, false));
    let told = view.story.len();
    watched.stage.send(Order::StepEvent);
    let stepped = watched.until("a step shows an event", |view| view.story.len() > told);
    assert!(stepped.now_ms < 1_000 && stepped.speed == Speed::Paused, "{}", stepped.now_ms);
    watched.stage.send(Order::JumpHours(1.0));
    let jumped = watched.until("an hour later", |view| view.now_ms >= stepped.now_ms + 3_600_000 && !view.busy);
    assert_eq!((jumped.now_ms - stepped.now_ms, jumped.speed), (3_600_000, Speed::Paused));
    assert!(jumped.facts["topics"]["orders"]["end"].as_i64().unwrap() >= 1_790, "the shop has sent all the time");
    for speed in Speed::RUNNING {
        let before = watched.stage.view().now_ms;
        watched.stage.send(Order::Speed(speed));
        watched.until("time passes", |view| view.speed == speed && view.now_ms > before);
    }
    watched.stage.send(Order::Speed(Speed::Paused));
    watched.until("it stands still again", |view| view.speed == Speed::Paused);
}

#[test]
fn each_surprise_pauses_once() {
    let watched = Watched::open(LabFile::parse(&format!("{PLAIN}{SURPRISING}")).unwrap());
    let mut seen = BTreeSet::new();
    let crash = |actor: &str| vec![Action::Crash { actor: actor.into() }, Action::Restart { actor: actor.into() }];
    while seen.len() < 4 {
        watched.stage.send(Order::Speed(Speed::Sixteen));
        let view = watched.until("a surprise", |view| view.surprise.as_ref().is_some_and(|s| !seen.contains(&s.kind)));
        assert_eq!(view.speed, Speed::Paused);
        let kind = view.surprise.as_ref().unwrap().kind;
        seen.insert(kind);
        if kind == SurpriseKind::IdleConsumer {
            let both = crash("anna").into_iter().chain(crash("ben")).collect();
            watched.stage.send(Order::Do(Actions(both)));
        }
    }
    let before = watched.stage.view().now_ms;
    watched.stage.send(Order::Speed(Speed::Sixteen));
    let later = watched
        .until("it goes on", |view| view.now_ms > before + 40_000 || view.surprise.is_some() && view.now_ms > before);
    assert!(later.surprise.is_none(), "{:?}", later.surprise);
}

#[test]
fn a_free_stage_is_saved_and_opened_again() {
    let watched = Watched::open(LabFile::parse(PLAIN).unwrap());
    let anna = ActorSpec {
        topics: vec!["letters".into()],
        group: Some("post".into()),
        processing_ms: Some(30.0),
        ..ActorSpec::new("anna", ActorKind::Consumer)
    };
    let config = [("retention.ms".to_owned(), "60000".to_owned())].into();
    watched.stage.send(Order::Do(Actions(vec![
        Action::CreateTopic { topic: "letters".into(), partitions: 3, lane: None, config },
        Action::AddActor { actor: Box::new(anna) },
        Action::AddPartitions { topic: "orders".into(), partitions: 2 },
        Action::RemoveActor { actor: "shop".into() },
    ])));
    let view = watched.until("what was added", |view| view.topics.len() == 2 && view.actors.len() == 1);
    let saved = view.file.as_ref().unwrap().to_toml().unwrap();
    let file = LabFile::parse(&saved).unwrap();
    assert_eq!(file, **view.file.as_ref().unwrap());
    let again = Watched::open(file);
    let seen = again.until("the same stage", |view| view.topics.len() == 2 && view.actors.len() == 1);
    let shape = |view: &StageView| -> Vec<(Arc<str>, usize)> {
        view.topics.iter().map(|topic| (Arc::clone(&topic.name), topic.partitions.len())).collect()
    };
    assert_eq!(shape(&seen), shape(&view));
    assert_eq!(seen.file, view.file);
}
