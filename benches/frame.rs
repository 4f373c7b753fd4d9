//! The window's own work for a frame, without the rasteriser: scrolling a topic of a million records, then the same in
//! Live mode under the open chart of records over time while more come in, against a frame of the same window that shows
//! the settings; a lab of ten actors and 500 messages a second; and how soon the first frame of a large workspace is there.
//!
//! `cargo bench --bench frame`; `MILLPOND_BENCH_RECORDS` sets the records of the large workspace (default 10 million).
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use eframe::App as _;
use egui::accesskit::Role;
use millpond::app::settings::Settings;
use millpond::app::window::App;
use millpond::client::{NewTopic, ProduceOptions};
use millpond::labs::file::{ActorKind, ActorSpec, LabFile};
use millpond::model::{Acks, NewRecord};
use millpond::session::{OpenSessionOptions, Session};
use millpond::ui::{action::Action, command::Command, place::Place};

const SCROLLED_RECORDS: usize = 1_000_000;
/// Records that come in while Live is on, before it is scrolled: more rows than many screens.
const LIVE_RECORDS: usize = 100_000;
const FRAMES: usize = 1_200;
const BUDGET: Duration = Duration::from_millis(4);
const SIZE: egui::Vec2 = egui::Vec2::new(1280.0, 800.0);

fn fill(folder: &Path, topic: &str, records: usize) {
    let session = Session::open_local(folder, OpenSessionOptions::quiet()).unwrap();
    let client = session.client().clone();
    let name = topic.to_owned();
    session.handle().block_on(async move {
        client.create_topic(&NewTopic { name: name.clone(), partitions: Some(4), configs: Vec::new() }).await.unwrap();
        let options = ProduceOptions { acks: Acks::Leader, ..ProduceOptions::default() };
        for first in (0..records).step_by(20_000) {
            let batch = (first..records.min(first + 20_000)).map(record).collect();
            client.produce(&name, batch, options).await.unwrap();
        }
    });
    session.close();
}

fn produce(session: &Session, first: usize, count: usize) {
    let client = session.client().clone();
    session.handle().block_on(async move {
        let options = ProduceOptions { acks: Acks::Leader, ..ProduceOptions::default() };
        for from in (first..first + count).step_by(20_000) {
            let batch = (from..(first + count).min(from + 20_000)).map(record).collect();
            client.produce("million", batch, options).await.unwrap();
        }
    });
}

fn record(number: usize) -> NewRecord {
    NewRecord {
        key: Some(Bytes::from(format!("key-{:05}", number % 10_000))),
        value: Some(Bytes::from(format!("{{\"number\":{number},\"place\":\"{}\"}}", "north of the mill ".repeat(3)))),
        timestamp: Some(1_700_000_000_000 + number as i64 * 10),
        ..NewRecord::default()
    }
}

/// The app without a window: its frames are built and tessellated as eframe does, and thrown away.
struct Headless {
    context: egui::Context,
    app: App,
    frame: eframe::Frame,
    started: Instant,
}

impl Headless {
    fn open(folder: &Path) -> Self {
        let context = egui::Context::default();
        let app = App::for_tests(&context, folder.to_owned(), Settings::default()).unwrap();
        Self { context, app, frame: eframe::Frame::_new_kittest(), started: Instant::now() }
    }

    /// One frame with these events; the processor time that building and tessellating it took this thread.
    fn frame(&mut self, events: Vec<egui::Event>) -> Duration {
        let input = self.input(events);
        let started = thread_time();
        self.app.logic(&self.context, &mut self.frame);
        let output = self.context.run_ui(input, |ui| self.app.ui(ui, &mut self.frame));
        let shapes = self.context.tessellate(output.shapes, output.pixels_per_point);
        let took = thread_time().saturating_sub(started);
        std::hint::black_box(shapes);
        took
    }

    fn input(&self, events: Vec<egui::Event>) -> egui::RawInput {
        egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE)),
            time: Some(self.started.elapsed().as_secs_f64()),
            events,
            ..egui::RawInput::default()
        }
    }

    fn go(&mut self, place: Place) {
        self.app.ask(Action::Go(place));
        // Until what it shows was loaded in the background.
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            self.frame(Vec::new());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Draws until this label of this role is in the accessibility tree, or says what was waited for.
    fn until_shown(&mut self, role: Role, label: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            assert!(Instant::now() < until, "the window never showed {label:?}");
            self.context.enable_accesskit();
            let output = self.context.run_ui(self.input(Vec::new()), |ui| self.app.ui(ui, &mut self.frame));
            let update = output.platform_output.accesskit_update.unwrap();
            let shown = update.nodes.iter().any(|(_, node)| {
                // A label says its text as its value.
                node.role() == role && [node.label(), node.value()].iter().flatten().any(|text| text.contains(label))
            });
            self.context.disable_accesskit();
            if shown {
                return;
            }
            self.app.logic(&self.context, &mut self.frame);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn close(mut self) {
        self.app.on_exit(None);
    }
}

/// Processor time of this thread so far.
#[cfg(unix)]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// Time since the first call; what this thread alone took is not told here.
#[cfg(not(unix))]
fn thread_time() -> Duration {
    static FIRST: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}

fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort();
    times[((times.len() - 1) as f64 * share) as usize]
}

fn frames(app: &mut Headless, scroll: bool) -> Vec<Duration> {
    (0..FRAMES)
        .map(|number| {
            let mut events = vec![egui::Event::PointerMoved(egui::pos2(600.0, 500.0))];
            if scroll {
                events.push(egui::Event::MouseWheel {
                    unit: egui::MouseWheelUnit::Point,
                    delta: egui::vec2(0.0, if number % 400 < 300 { -260.0 } else { 700.0 }),
                    phase: egui::TouchPhase::Move,
                    modifiers: egui::Modifiers::NONE,
                    source: egui::MouseWheelSource::Unknown,
                });
            }
            let took = app.frame(events);
            // As a display would: the background gets its turn between the frames.
            std::thread::sleep(Duration::from_millis(2));
            took
        })
        .collect()
}

fn scrolling(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "million", SCROLLED_RECORDS);
    let mut app = Headless::open(folder.path());
    let session = app.app.session().unwrap().clone();
    app.go(Place::Settings);
    let mut beside = frames(&mut app, false);
    app.go(Place::topic("million"));
    let mut messages = frames(&mut app, true);
    app.app.ask(Action::Run(Command::Live));
    app.frame(Vec::new());
    app.until_shown(Role::Label, "keeps the newest");
    app.until_shown(Role::Canvas, "ecords over time");
    produce(&session, SCROLLED_RECORDS, LIVE_RECORDS);
    // And more keep coming in while it is scrolled.
    let client = session.client().clone();
    session.spawn(async move {
        for first in (SCROLLED_RECORDS + LIVE_RECORDS..).step_by(20) {
            let records = (first..first + 20).map(record).collect();
            let options = ProduceOptions { acks: Acks::Leader, ..ProduceOptions::default() };
            if client.produce("million", records, options).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut live = frames(&mut app, true);
    // What was timed was what was meant.
    app.until_shown(Role::Label, "keeps the newest");
    app.until_shown(Role::Canvas, "ecords over time");
    app.go(Place::Overview);
    let mut chart = frames(&mut app, false);
    let base = percentile(&mut beside, 0.5);
    for (name, times) in [
        ("settings", &mut beside),
        ("messages, scrolled", &mut messages),
        ("messages, live under the chart, scrolled", &mut live),
        ("overview, chart", &mut chart),
    ] {
        let (half, high) = (percentile(times, 0.5), percentile(times, 0.99));
        println!(
            "frame of {name}: median {:.2} ms, 99th percentile {:.2} ms; {:.2} of the budget of 4 ms; {:.1} times a frame of settings",
            half.as_secs_f64() * 1e3,
            high.as_secs_f64() * 1e3,
            high.as_secs_f64() / BUDGET.as_secs_f64(),
            half.as_secs_f64() / base.as_secs_f64(),
        );
    }
    app.go(Place::topic("million"));
    let mut group = criterion.benchmark_group("frame");
    group.sample_size(20).bench_function("messages", |bencher| bencher.iter(|| app.frame(Vec::new())));
    group.finish();
    app.close();
}

fn first_frame(criterion: &mut Criterion) {
    let records = std::env::var("MILLPOND_BENCH_RECORDS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let folder = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    fill(folder.path(), "large", records);
    let open = |path: &Path| {
        let started = Instant::now();
        let mut app = Headless::open(path);
        app.frame(Vec::new());
        let took = started.elapsed();
        app.close();
        took
    };
    let (mut large, mut small): (Vec<_>, Vec<_>) = (0..5).map(|_| (open(folder.path()), open(empty.path()))).unzip();
    let (large, small) = (percentile(&mut large, 0.5), percentile(&mut small, 0.5));
    println!(
        "workspace of {records} records opened and its first frame built: {:.0} ms, {:.2} of the budget of 500 ms; {:.2} times an empty workspace",
        large.as_secs_f64() * 1e3,
        large.as_secs_f64() / 0.5,
        large.as_secs_f64() / small.as_secs_f64(),
    );
    let mut group = criterion.benchmark_group("first frame");
    group.sample_size(10).bench_function("large workspace", |bencher| bencher.iter(|| open(folder.path())));
    group.finish();
}

/// Ten actors and 500 messages a second: the frames of the picture with everything that moves in it.
fn lab(criterion: &mut Criterion) {
    const LAB_BUDGET: Duration = Duration::from_millis(6);
    const PRODUCERS: usize = 2;
    const CONSUMERS: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let mut app = Headless::open(folder.path());
    let mut file: LabFile = toml::from_str(
        "format = 1\nid = \"bench\"\ntitle = { en = \"Bench\", zh = \"Bench\" }\n\
         [[topics]]\nname = \"orders\"\npartitions = 4\n",
    )
    .unwrap();
    for nth in 0..PRODUCERS {
        let mut shop = ActorSpec::new(format!("shop-{nth}"), ActorKind::Producer);
        (shop.topic, shop.rate) = (Some("orders".into()), Some(250.0));
        shop.keys = (0..20).map(|key| format!("k{key}")).collect();
        file.actors.push(shop);
    }
    for nth in 0..CONSUMERS {
        let mut reader = ActorSpec::new(format!("reader-{nth}"), ActorKind::Consumer);
        (reader.topics, reader.group) = (vec!["orders".into()], Some(format!("group-{}", nth / 4)));
        reader.processing_ms = Some(1.0);
        file.actors.push(reader);
    }
    app.app.play_lab(std::sync::Arc::new(file));
    app.frame(Vec::new());
    app.until_shown(Role::Image, "orders, partition 3: offsets 0 to 1");
    let mut times = frames(&mut app, false);
    let (half, high) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    println!(
        "frame of a lab with ten actors and 500 messages a second: median {:.2} ms, 99th percentile {:.2} ms; {:.2} of the budget of 6 ms",
        half.as_secs_f64() * 1e3,
        high.as_secs_f64() * 1e3,
        high.as_secs_f64() / LAB_BUDGET.as_secs_f64(),
    );
    let mut group = criterion.benchmark_group("frame");
    group.sample_size(20).bench_function("lab", |bencher| bencher.iter(|| app.frame(Vec::new())));
    group.finish();
    app.close();
}

criterion_group!(benches, scrolling, lab, first_frame);
criterion_main!(benches);
