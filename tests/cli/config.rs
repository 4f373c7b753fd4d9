//! `--config FILE`: a broker named by a file of client settings.

use crate::run::Workspace;

#[test]
fn a_file_of_client_settings_names_the_broker() {
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    let address = &server.address;
    let text = format!(
        "# of a Java program\nbootstrap.servers={address}\nsecurity.protocol=PLAINTEXT\nacks=all\nlinger.ms=5\n"
    );
    let config = workspace.write("client.properties", &text);
    let elsewhere = Workspace::with(&["--config", &config]);
    let ended = elsewhere.run(&["topics", "create", "orders", "--config", "retention.ms=-1"]);
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(ended.err, format!("millpond: {config}: not used here: acks, linger.ms\n"));
    let ended = Workspace::with(&[]).run(&["topics", "list", "--command-config", &config]);
    assert!(ended.status == 0 && ended.out.contains("orders"), "{ended:?}");
    // The address on the command line goes first.
    let nobody = elsewhere.run(&["--bootstrap", "127.0.0.1:1", "topics", "list"]);
    assert!(nobody.status == 1 && nobody.err.contains("nothing listens on 127.0.0.1:1"), "{nobody:?}");
    // Of several, those that are down are passed over.
    let one_down = Workspace::with(&["--bootstrap", &format!("127.0.0.1:1,{address}")]).run(&["topics", "list"]);
    assert!(one_down.status == 0 && one_down.out.contains("orders"), "{one_down:?}");
}

#[test]
fn what_a_file_cannot_mean_is_refused_and_no_secret_is_repeated() {
    let workspace = Workspace::new();
    let fails = |text: &str, words: &[&str]| {
        let config = workspace.write("client.properties", text);
        let ended = Workspace::with(&["--config", &config]).run(&["topics", "list"]);
        assert!(!ended.err.contains("hunter2"), "{ended:?}");
        ended.failed(&[words, &["client.properties"]].concat());
    };
    fails("acks=all\n", &["bootstrap.servers=HOST:PORT"]);
    fails("bootstrap.servers=a:1\nssl.key.password=hunter2\n", &["ssl.key.password"]);
    fails("bootstrap.servers=a:1\nsasl.username=ann\nsasl.password=hunter2\n", &["SASL_PLAINTEXT"]);
    let missing = Workspace::with(&["--config", "/nowhere/client.properties"]).run(&["topics", "list"]);
    missing.failed(&["/nowhere/client.properties", "could not be read"]);
}

#[test]
fn a_broker_without_a_command_is_refused() {
    for place in [["--bootstrap", "127.0.0.1:9092"], ["--config", "client.properties"]] {
        let ended = Workspace::with(&place).run(&[]);
        assert!(ended.status == 2 && ended.err.contains("no command is given"), "{ended:?}");
    }
    let both = Workspace::new().run(&["--command-config", "x", "topics", "list"]);
    assert!(both.status == 2 && both.err.contains("give one of them"), "{both:?}");
}
