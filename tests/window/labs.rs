//! - The first lesson is taken to its end by what it says: tasks, a wrong answer, the right one, the way to the next lesson.
//! - What was done is still done after the next start.
//! - What surprises pauses the stage once, says why, and can be told not to.
//! - A free play is put together, and opened from a file; a file with a fault says where.
//! - A topic of the workspace is watched, with the groups that read it as actors.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{Key, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use millpond::{
    app::window::{App, WindowOptions},
    client::{NewTopic, ProduceOptions},
    labs::{
        file::{LabFile, Question, Task},
        lessons,
    },
    model::NewRecord,
    session::consumers::ConsumerPlan,
    ui::{Action, Command, Place},
};

use crate::support::Window;

/// Presses what has that role and name, wherever it is scrolled to.
#[track_caller]
fn press(window: &mut Window, role: Role, name: &str) {
    window.until_shown(name);
    window.harness().get_by_role_and_label(role, name).click_accesskit();
    window.frames();
}

/// Does what the task says, and waits until the broker's state fulfils it.
#[track_caller]
fn fulfil(window: &mut Window, task: &Task) {
    press(window, Role::Button, &task.button.en);
    window.until_shown(&format!("Done: {}", task.text.en));
}

#[track_caller]
fn answer(window: &mut Window, question: &Question, right: bool) {
    let choice = question.choices.iter().find(|choice| choice.right == right).unwrap();
    press(window, Role::RadioButton, &choice.text.en);
    window.until_shown(&choice.why.en);
}

/// Waits until what has that name stands as high as that says, in points from the window's top.
#[track_caller]
fn until_at(window: &mut Window, label: &str, stands: impl Fn(f32) -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        window.until_shown(label);
        let top = window.harness().get_by_label(label).rect().top();
        if stands(top) {
            return;
        }
        assert!(Instant::now() < end, "{label:?} stands at {top}");
        window.frames();
    }
}

/// Turns the mouse wheel over the panel at the right.
fn scroll_down(window: &mut Window) {
    let harness = window.harness();
    harness.event(egui::Event::PointerMoved(egui::pos2(1120.0, 300.0)));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -600.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    window.frames();
}

fn run(window: &mut Window, command: Command) {
    window.ask(Action::Run(command));
}

#[test]
fn the_first_lesson_is_taken_to_its_end() {
    let mut window = Window::open();
    let lessons = lessons::all();
    let (lesson, next) = (&lessons[0], &lessons[1]);
    window.ask(Action::Go(Place::Labs));
    window.until_shown("0 of 14 done");
    window.click("Start lesson 1");
    window.until_shown("The stage");
    // Time enough for nobody to wait.
    run(&mut window, Command::LabFaster);
    run(&mut window, Command::LabFaster);
    for (nth, step) in lesson.steps.iter().enumerate() {
        window.until_shown(&step.title.en);
        for task in &step.tasks {
            fulfil(&mut window, task);
            if task.id == "read-zero" {
                // Who asks for a message sees it, until he goes on.
                window.until_shown("Message 0");
            }
        }
        if let Some(question) = &step.question {
            answer(&mut window, question, false);
            window.until_shown("Not quite. Try again");
            assert!(!window.shows("Next step") && !window.shows("Lesson finished"));
            answer(&mut window, question, true);
            window.until_shown("Right");
        }
        if nth + 1 < lesson.steps.len() {
            press(&mut window, Role::Button, "Next step");
            assert!(!window.shows("Message 0"));
        }
    }
    window.until_shown("Lesson finished");
    scroll_down(&mut window);
    until_at(&mut window, "Step 4 of 4", |top| top < 60.0);
    press(&mut window, Role::Button, &format!("Next: {}", next.title.en));
    window.until("the next lesson", |app| *app.place() == Place::Lab { id: next.id.clone() });
    // However far the panel was scrolled, the next lesson begins with its beginning.
    until_at(&mut window, "Step 1 of 3", |top| top > 100.0);
    window.ask(Action::Go(Place::Labs));
    window.until_shown("1 of 14 done");
    window.until_shown("Go on with lesson 2");
}

#[test]
fn what_was_done_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("workspace");
    let start = |folder, data_dir: std::path::PathBuf| {
        let mut window =
            Window::around(folder, |ctx, settings| App::new(ctx, WindowOptions { data_dir }, settings, None));
        window.until("the first picture of the cluster", |app| app.facts().first_load_done);
        window
    };
    let mut window = start(folder, data_dir.clone());
    let lessons = lessons::all();
    let lesson = &lessons[0];
    window.ask(Action::Go(Place::Lab { id: lesson.id.clone() }));
    run(&mut window, Command::LabFaster);
    lesson.steps[0].tasks.iter().for_each(|task| fulfil(&mut window, task));
    let folder = window.quit();
    let mut window = start(folder, data_dir);
    window.ask(Action::Go(Place::Labs));
    window.until_shown("Go on with lesson 1");
}

/// Two members for one partition: the second has nothing to do, which surprises who sees it first.
const IDLE: &str = r#"
format = 1
id = "idle"
title = { en = "Two for one", zh = "Two for one" }
[[topics]]
name = "orders"
partitions = 1
[[actors]]
id = "anna"
name = { en = "anna", zh = "anna" }
kind = "consumer"
topics = ["orders"]
group = "billing"
started = true
[[actors]]
id = "ben"
name = { en = "ben", zh = "ben" }
kind = "consumer"
topics = ["orders"]
group = "billing"
started = true
"#;

#[test]
fn a_surprise_pauses_once_and_says_why() {
    let mut window = Window::open();
    let file = Arc::new(LabFile::parse(IDLE).unwrap());
    window.harness().state_mut().play_lab(Arc::clone(&file));
    window.until_shown("A consumer without work");
    window.until_shown_containing("A partition is read by one member of a group at a time");
    window.until_shown("Run");
    window.click("Go on");
    window.until_shown("Pause");
    // Space pauses, and lets it go on.
    window.harness().key_press(Key::Space);
    window.until_shown("Run");
    window.harness().key_press(Key::Space);
    window.until_shown("Pause");
    // Who has seen it is not stopped again.
    run(&mut window, Command::LabStartOver);
    window.until_shown_containing("idle, no partition");
    assert!(!window.shows("A consumer without work"));
}

#[test]
fn a_free_play_is_put_together_and_opened_from_a_file() {
    let mut window = Window::open();
    window.ask(Action::Go(Place::Lab { id: "free-play".to_owned() }));
    window.until_shown_containing("Nothing is on the stage yet");
    window.click("Put on a small shop");
    window.until_shown_containing("orders, partition 1: offsets 0 to");
    window.until_shown_containing("shop: ");

    let path = window.path("broken.toml");
    std::fs::write(&path, "format = 1\nid = \"x\"\ntitle = 5\n").unwrap();
    run(&mut window, Command::OpenLab);
    window.type_into("Lab file", path.to_str().unwrap());
    window.click("Open");
    window.until_shown_containing("Line 3: ");
    window.click("Cancel");

    let path = window.path("idle.toml");
    std::fs::write(&path, LabFile::parse(IDLE).unwrap().to_toml().unwrap()).unwrap();
    run(&mut window, Command::OpenLab);
    window.type_into("Lab file", path.to_str().unwrap());
    window.click("Open");
    window.until_shown_containing("anna: ");
    window.until_shown_containing("orders, partition 0: offsets 0 to 0");
}

#[test]
fn a_topic_of_the_workspace_is_watched() {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 1))).unwrap();
    let record = |n: u32| NewRecord { value: Some(format!("record {n}").into()), ..NewRecord::default() };
    let produce = |from: u32, to: u32| {
        let produced = session.client().produce("orders", (from..to).map(record).collect(), ProduceOptions::default());
        session.handle().block_on(produced).unwrap();
    };
    produce(0, 5);
    session.consumers().start(ConsumerPlan::new("billing", "orders")).unwrap();
    window.until("a member", |app| app.facts().group("billing").is_some_and(|group| !group.members.is_empty()));
    window.ask(Action::Go(Place::Watch { topic: "orders".to_owned() }));
    window.until_shown("orders, partition 0: offsets 0 to 5");
    produce(5, 8);
    window.until_shown("orders, partition 0: offsets 0 to 8");
    window.until_shown_containing("has read to 7");
}
