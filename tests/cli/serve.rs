//! `millpond serve` and `--bootstrap`.

use super::run::Workspace;

#[test]
fn commands_reach_the_owner_of_a_workspace_through_its_listener() {
    let place = Workspace::new();
    place.ok(&["topics", "create", "before", "--partitions", "1"]);
    let server = place.serve(&[]);
    let remote = Workspace::at(&server.address);
    remote.ok(&["topics", "create", "after", "--partitions", "1"]);
    // Without --bootstrap: the lock file of the folder tells where.
    assert_eq!(place.run_with(&["produce", "after", "--plain"], "a\nb\n").out, "Produced 2 records to after\n");
    let listed = place.ok(&["topics", "list"]);
    assert_eq!(listed, remote.ok(&["topics", "list"]));
    assert!(listed.contains("after") && listed.contains("before"), "{listed}");
    place.fails(&["serve", "--listen", "127.0.0.1:0"], &["open in another", &server.address, "--data"]);
    let other = Workspace::new();
    other.fails(&["serve", "--listen", &server.address], &[&server.address, "taken", "--listen"]);
    other.fails(&["serve", "--listen", "0.0.0.0:0"], &["other machines", "--open-to-network"]);
}

#[cfg(unix)]
#[test]
fn signals_end_it_cleanly() {
    let place = Workspace::new();
    for signal in ["-TERM", "-INT"] {
        let mut server = place.serve(&["--advertise", "broker.invalid:9"]);
        assert!(place.file("workspace/owner.txt").exists());
        assert_eq!(server.end(signal), 0, "{signal}");
        assert!(!place.file("workspace/owner.txt").exists(), "the workspace is given free");
    }
    place.ok(&["topics", "list"]);
}

#[test]
fn a_broker_that_is_not_there_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    Workspace::at(&address).fails(&["topics", "list"], &["no connection", &address, "check that the broker"]);
    Workspace::at("no-such-host.invalid:9092").fails(&["topics", "list"], &["no-such-host.invalid", "no address"]);
    let place = Workspace::new();
    for args in [
        &["topics", "list", "--bootstrap", "localhost:9092"][..],
        &["serve", "--listen", "9092"],
        &["serve", "--advertise", "nowhere"],
        &["serve", "--limit", "idle-ms=1"],
        &["serve", "--limit", "patience=1"],
    ] {
        assert_eq!(place.run(args).status, 2, "{args:?}");
    }
    let ended = Workspace::at("localhost:9092").run(&["serve"]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("--data"), "{ended:?}");
}
