//! Clusters that are kept by name: added out of a file, tested, used, forgotten; and never a secret where it should not be.
//! (Not on Windows, whose folder for settings no test can move.)
#![cfg(not(windows))]

use std::path::Path;

use crate::run::{Ended, Serving, Workspace};

const SECRET: &str = "hunter2-secret";

/// A place for settings, and a broker of the user ann.
struct Bed {
    workspace: Workspace,
    server: Serving,
}

impl Bed {
    fn new() -> Self {
        let workspace = Workspace::new();
        let password = workspace.write("password", &format!("{SECRET}\n"));
        workspace.ok(&["users", "add", "ann", "--role", "admin", "--password-file", &password]);
        let server = workspace.serve(&["--auth"]);
        workspace.write("phrase", "correct horse\n");
        Self { workspace, server }
    }

    /// Client settings as they stand in many a project.
    fn settings(&self, password: &str) -> String {
        let text = format!(
            "bootstrap.servers={}\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-512\n\
             sasl.username=ann\n{password}\nacks=all\n",
            self.server.address
        );
        self.workspace.write("client.properties", &text)
    }

    fn run(&self, args: &[&str]) -> Ended {
        let home = self.workspace.file("home");
        let mut command = Workspace::with(&[]).command(args);
        command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join("config")).env("RUST_LOG", "trace");
        // No key store of whoever runs this.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        Ended::of(command.output().unwrap())
    }

    fn ok(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{args:?}: {ended:?}");
        assert!(!ended.out.contains(SECRET), "{ended:?}");
        ended.out
    }

    fn fails(&self, args: &[&str], words: &[&str]) {
        let ended = self.run(args);
        assert!(!ended.err.contains(SECRET) && !ended.out.contains(SECRET), "{ended:?}");
        ended.failed(words);
    }
}

fn files_below(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn a_cluster_is_kept_tested_used_and_forgotten() {
    let bed = Bed::new();
    let (settings, phrase) = (bed.settings(&format!("sasl.password={SECRET}")), bed.workspace.path("phrase"));
    assert!(bed.ok(&["connections", "list"]).contains("No connections yet"));
    let add = ["connections", "add", "--file", &settings, "--name", "Shop", "--environment", "staging"];
    let said = bed.ok(&[&add[..], &["--secrets", "encrypted-file", "--secret-file", &phrase]].concat());
    assert!(said.contains("Shop is kept") && said.contains("still stand in the file"), "{said}");
    let listed: serde_json::Value = serde_json::from_str(&bed.ok(&["connections", "list", "--json"])).unwrap();
    assert_eq!(listed[0]["name"], "Shop");
    assert_eq!((&listed[0]["mechanism"], &listed[0]["secrets"]), (&"SCRAM-SHA-512".into(), &"encrypted-file".into()));

    let test = bed.ok(&["connections", "test", "Shop", "--secret-file", &phrase]);
    assert_eq!(test.lines().count(), 7, "{test}");
    assert!(test.contains("passed  Authentication        ann logged in by SCRAM-SHA-512"), "{test}");
    let here = ["--connection", "shop", "--secret-file", &phrase];
    bed.ok(&[&here[..], &["topics", "create", "orders", "--partitions", "1"]].concat());
    assert!(bed.ok(&[&here[..], &["topics", "list", "--json"]].concat()).contains("orders"));
    bed.fails(&["--connection", "Shop", "topics", "list"], &["nobody is there to type it", "--secret-file"]);
    let wrong = bed.workspace.write("wrong", "wrong horse\n");
    bed.fails(&["--connection", "Shop", "--secret-file", &wrong, "topics", "list"], &["does not open"]);

    // Nothing of what is kept can be read.
    let mut files = Vec::new();
    files_below(&bed.workspace.file("home"), &mut files);
    assert!(files.len() >= 2, "{files:?}");
    for (name, text) in files {
        assert!(!text.contains(SECRET) && !text.contains("correct horse"), "{name}: {text}");
    }
    let exported = bed.ok(&["connections", "export", "Shop"]);
    let file = bed.workspace.write("shop.millpond.json", &exported);
    bed.fails(&["connections", "add", "--file", &file], &["\"Shop\" already"]);
    let ask = ["connections", "add", "--file", &file, "--name", "Look", "--read-only", "--secrets", "ask", "--json"];
    assert!(bed.ok(&ask).contains("\"secrets_missing\":[\"password\"]"));
    bed.ok(&["connections", "remove", "Shop", "--secret-file", &phrase]);
    assert!(!bed.ok(&["connections", "list"]).contains("Shop"));
}

#[test]
fn over_a_read_only_connection_every_change_is_refused() {
    let bed = Bed::new();
    let settings = bed.settings("");
    bed.ok(&["connections", "add", "--file", &settings, "--name", "Look", "--read-only", "--secrets", "ask"]);
    let password = bed.workspace.path("password");
    let here = ["--connection", "Look", "--secret-file", &password];
    bed.workspace.ok(&["topics", "create", "orders", "--partitions", "1"]);
    assert!(bed.ok(&[&here[..], &["topics", "list"]].concat()).contains("orders"));
    for change in [
        &["topics", "create", "more"][..],
        &["topics", "delete", "orders"],
        &["consume", "orders", "--group", "g", "--max", "1"],
        &["users", "remove", "ann"],
        &["groups", "delete", "g"],
    ] {
        bed.fails(&[&here[..], change].concat(), &["this connection is read-only"]);
    }
    assert_eq!(bed.ok(&[&here[..], &["topics", "list", "--json"]].concat()).matches("\"name\"").count(), 1);
}

#[test]
fn what_fails_is_told_with_what_to_change() {
    let bed = Bed::new();
    let wrong = bed.workspace.write("wrong", "not the password\n");
    bed.ok(&["connections", "add", "--file", &bed.settings(""), "--name", "Shop", "--secrets", "ask"]);
    bed.fails(
        &["connections", "test", "Shop", "--secret-file", &wrong],
        &["The login failed", "\"ann\"", "Check the user name and the password"],
    );
    let ended = bed.run(&["connections", "test", "Shop", "--secret-file", &wrong, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&told["passed"], ended.status), (&false.into(), 1));
    let last = told["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["stage"], &last["state"]), (&"authentication".into(), &"failed".into()));
    assert!(last["problem"]["technical"].as_str().unwrap().contains("SASL_AUTHENTICATION_FAILED"));
    // Where there is no key store, that is said, and nothing is kept by halves.
    let settings = bed.settings(&format!("sasl.password={SECRET}"));
    bed.fails(&["connections", "add", "--file", &settings, "--name", "Kept"], &["no key store", "encrypted file"]);
    assert!(!bed.ok(&["connections", "list"]).contains("Kept"));
    bed.fails(&["connections", "test", "Shoop"], &["there is no connection \"Shoop\"", "Shop"]);
    bed.fails(&["--connection", "Shoop", "topics", "list"], &["there is no connection"]);
    let both = bed.run(&["--connection", "Shop", "--bootstrap", "127.0.0.1:1", "topics", "list"]);
    assert!(both.status == 2 && both.err.contains("give one of them"), "{both:?}");
}
