//! - What a broker told before it fell silent stays, and says since when it is old and why: the offsets of partitions, and
//!   the groups that it coordinates.
//! - Of groups that no broker could tell of since the window was opened it is said that they may be missing.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use egui_kittest::kittest::Queryable as _;
use millpond::{
    client::NewTopic,
    model::{NewRecord, TopicPartition},
    session::{ListenerSettings, ListenerState, connections::Profile},
    ui::{Action, GroupTab, Place, TopicTab},
};

use crate::{
    clusters::{open, until_orders},
    support::Window,
};

/// Requests that are still answered by a broker that is silent: for nodes and topics, and for what it understands. Both are
/// asked of whichever broker is there, so that they tell nothing of this one.
const ANSWERED: [i16; 2] = [3, 18];

/// A way to the broker on which most requests can get lost.
struct Way {
    /// Where it begins.
    port: u16,
    loses: Arc<AtomicBool>,
}

impl Way {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let begin = listener.local_addr().unwrap().port();
        let loses = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&loses);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let (answers, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut &answers, &mut to_client));
                let seen = Arc::clone(&seen);
                thread::spawn(move || {
                    while pass_request(&client, &server, &seen).is_ok() {}
                    _ = server.shutdown(Shutdown::Both);
                });
            }
        });
        Self { port: begin, loses }
    }
}

/// One request: its length, and which it is in the two bytes after that.
fn pass_request(mut client: &TcpStream, mut server: &TcpStream, loses: &AtomicBool) -> std::io::Result<()> {
    let mut length = [0; 4];
    client.read_exact(&mut length)?;
    let mut request = vec![0; u32::from_be_bytes(length) as usize];
    client.read_exact(&mut request)?;
    if loses.load(Ordering::SeqCst) && !ANSWERED.contains(&i16::from_be_bytes([request[0], request[1]])) {
        return Ok(());
    }
    server.write_all(&length)?;
    server.write_all(&request)
}

/// Another window's broker at the end of such a way, with a topic and a group that has read a part of it.
fn cluster() -> (Window, Way) {
    let mut window = Window::open();
    let session = window.session();
    let client = session.client().clone();
    session.handle().block_on(async {
        client.create_topic(&NewTopic::new("orders", 1)).await.unwrap();
        let record = |n: u32| NewRecord { value: Some(format!("order {n}").into()), ..NewRecord::default() };
        client.produce("orders", (0..3).map(record).collect(), Default::default()).await.unwrap();
        client.commit_as_admin("billing", vec![(TopicPartition::new("orders", 0), 1)]).await.unwrap();
    });
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let way = Way::to(port);
    let advertise = Some(format!("127.0.0.1:{}", way.port));
    window.ask(Action::Listener(ListenerSettings { port, advertise, ..ListenerSettings::default() }));
    window.until("it listens", |app| matches!(&*app.facts().cluster.listener, ListenerState::Listens(_)));
    (window, way)
}

/// Rests the pointer on what has that name, until it says why it is old.
#[track_caller]
fn says_why(window: &mut Window, label: &str) {
    window.until_shown(label);
    window.harness().get_all_by_label(label).last().unwrap().hover();
    window.until_shown_containing("As of ");
    window.until_shown_containing("does not answer");
}

#[test]
fn what_a_silent_broker_told_stays_with_the_reason() {
    let (_other, way) = cluster();
    let mut window = Window::open();
    let mut profile = Profile::new("Shop", vec![format!("127.0.0.1:{}", way.port).parse().unwrap()]);
    // Patience would only make this test slow.
    profile.timeouts.request_millis = 1_000;
    open(&mut window, &profile);
    until_orders(&mut window);
    window.until("the group", |app| app.facts().group("billing").is_some_and(|group| group.lag.records() == Some(2)));
    way.loses.store(true, Ordering::SeqCst);
    window.until("its silence", |app| {
        let partitions = &app.facts().topic("orders").unwrap().partitions;
        partitions[0].old.is_some() && app.facts().group("billing").is_some_and(|group| group.old.is_some())
    });

    window.ask(Action::Go(Place::Topic { name: "orders".to_owned(), tab: TopicTab::Partitions }));
    says_why(&mut window, "3");
    window.ask(Action::Go(Place::Groups));
    says_why(&mut window, "2");
    window.ask(Action::Go(Place::Group { id: "billing".to_owned(), tab: GroupTab::Lag }));
    window.until_shown_containing("As of ");

    way.loses.store(false, Ordering::SeqCst);
    window.until("its answers", |app| {
        let partitions = &app.facts().topic("orders").unwrap().partitions;
        partitions[0].old.is_none() && app.facts().group("billing").is_some_and(|group| group.old.is_none())
    });
    window.frames();
    assert!(!window.shown().contains("As of "), "{}", window.shown());
}

#[test]
fn groups_that_nobody_could_tell_of_are_said_to_be_missing() {
    let (_other, way) = cluster();
    way.loses.store(true, Ordering::SeqCst);
    let mut window = Window::open();
    let mut profile = Profile::new("Shop", vec![format!("127.0.0.1:{}", way.port).parse().unwrap()]);
    profile.timeouts.request_millis = 1_000;
    open(&mut window, &profile);
    window.until("the names of topics", |app| app.facts().topic("orders").is_some());
    window.ask(Action::Go(Place::Groups));
    window.until_shown_containing("does not answer");
    assert!(!window.shown().contains("No group yet"), "{}", window.shown());

    way.loses.store(false, Ordering::SeqCst);
    window.until("the group", |app| app.facts().group("billing").is_some());
    window.frames();
    assert!(!window.shown().contains("does not answer"), "{}", window.shown());
}
