//! `millpond users` and `serve --auth`.

use super::run::Workspace;

#[test]
fn users_are_made_changed_and_removed() {
    let place = Workspace::new();
    assert!(place.ok(&["users", "list"]).contains("millpond users add"));
    let added = place.run_with(&["users", "add", "ann", "--role", "admin"], "secret\nnot this\n");
    assert_eq!((added.status, added.out.as_str()), (0, "Added ann with the role admin\n"), "{added:?}");
    let file = place.write("password", "other secret\n");
    place.ok(&["users", "add", "bob", "--password-file", &file]);
    place.run_with(&["users", "add", "ann"], "again\n").failed(&["ann", "already"]);
    place.run_with(&["users", "add", "eve"], "\n").failed(&["password is empty", "--password-file"]);
    place.fails(&["users", "add", "eve", "--password-file", "none"], &["none", "could not be read"]);
    let listed = place.ok(&["users", "list"]);
    assert!(listed.contains("ann") && listed.contains("admin") && listed.contains("SCRAM-SHA-512"), "{listed}");
    place.ok(&["users", "set-role", "bob", "write"]);
    place.ok(&["users", "set-password", "bob", "--password-file", &file]);
    place.fails(&["users", "set-role", "eve", "read"], &["eve", "no such user"]);
    place.ok(&["users", "remove", "ann"]);
    let wanted = r#"[{"name":"bob","role":"write","mechanisms":"SCRAM-SHA-256, SCRAM-SHA-512"}]"#;
    assert_eq!(place.ok(&["users", "list", "--json"]).trim_end(), wanted);
    for args in [&["users", "add", "eve", "--role", "king"][..], &["users", "add", "eve", "secret"]] {
        assert_eq!(place.run(args).status, 2, "{args:?}");
    }
    // No password, and nothing that looks like one, stands in the workspace.
    for file in ["meta.sqlite", "meta.sqlite-wal"] {
        let bytes = std::fs::read(place.file("workspace").join(file)).unwrap_or_default();
        assert!(!bytes.windows(12).any(|part| part == b"other secret"), "{file}");
    }
}

#[test]
fn a_listener_asks_only_when_somebody_could_answer() {
    let place = Workspace::new();
    place.fails(&["serve", "--listen", "127.0.0.1:0", "--auth"], &["no user yet", "millpond users add"]);
    assert_eq!(place.run_with(&["users", "add", "ann", "--role", "write"], "secret\n").status, 0);
    let server = place.serve(&["--auth"]);
    let config = |password: &str| {
        place.write(
            &format!("{password}.properties"),
            &format!(
                "bootstrap.servers={}\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-512\n\
                 sasl.username=ann\nsasl.password={password}\n",
                server.address
            ),
        )
    };
    let good = config("secret");
    let place_of_ann = Workspace::with(&["--config", &good]);
    assert!(place_of_ann.ok(&["topics", "list"]).contains("No topics yet"));
    place_of_ann.fails(&["topics", "create", "t"], &["TOPIC_AUTHORIZATION_FAILED"]);
    Workspace::with(&["--config", &config("wrong")]).fails(&["topics", "list"], &["SASL_AUTHENTICATION_FAILED"]);
    drop(server);
    let open = place.serve(&[]);
    Workspace::at(&open.address).ok(&["topics", "create", "t", "--partitions", "1"]);
    assert!(Workspace::at(&open.address).ok(&["users", "list"]).contains("ann"), "users of a broker over TCP");
}

#[test]
fn encryption_is_asked_for_in_one_way() {
    let place = Workspace::new();
    for args in [
        &["serve", "--tls-cert", "a.pem"][..],
        &["serve", "--tls-key", "a.pem"],
        &["serve", "--tls-self-signed", "--tls-cert", "a.pem", "--tls-key", "b.pem"],
    ] {
        assert_eq!(place.run(args).status, 2, "{args:?}");
    }
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let files = ["--tls-cert", "no.pem", "--tls-key", "no.pem"];
    place.fails(&[&listen[..], &files].concat(), &["certificate no.pem", "cannot be read"]);
    let server = place.serve(&["--tls-self-signed"]);
    assert!(place.file("workspace/tls/certificate.pem").exists());
    Workspace::at(&server.address).fails(&["topics", "list"], &[&server.address]);
}
