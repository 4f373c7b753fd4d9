//! A listener that wants TLS and a login: commands of the same account get in by the workspace, others by `--config`.

use std::io::{BufRead as _, BufReader};

use crate::run::{Serving, Workspace};

/// Starts `serve` with a login and the workspace's own certificate; answers the certificate, too.
fn serve(workspace: &Workspace) -> (Serving, String) {
    let mut child = workspace.spawn(&["serve", "--listen", "127.0.0.1:0", "--auth", "--tls-self-signed"]);
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().take(2).map(Result::unwrap).collect();
    let rest = |line: &str, start: &str| line.strip_prefix(start).unwrap_or_else(|| panic!("{lines:?}")).to_owned();
    let (address, certificate) = (rest(&lines[0], "listening on "), rest(&lines[1], "certificate "));
    (Serving { child, address }, certificate)
}

#[test]
fn commands_get_in_by_the_workspace_or_by_a_file() {
    let workspace = Workspace::new();
    let password = workspace.write("password", "hunter2\n");
    for (user, role) in [("ann", "admin"), ("eve", "read")] {
        workspace.ok(&["users", "add", user, "--role", role, "--password-file", &password]);
    }
    let (server, certificate) = serve(&workspace);
    // What the owner keeps for this account is enough.
    workspace.ok(&["topics", "create", "orders", "--partitions", "1"]);
    assert!(workspace.ok(&["topics", "list"]).contains("orders"));

    let config = |user: &str, password: &str| {
        let text = format!(
            "bootstrap.servers={}\nsecurity.protocol=SASL_SSL\nssl.ca.location={certificate}\n\
             sasl.mechanism=SCRAM-SHA-256\nsasl.username={user}\nsasl.password={password}\n",
            server.address
        );
        Workspace::with(&["--config", &workspace.write(&format!("{user}-{password}"), &text)])
    };
    assert!(config("ann", "hunter2").ok(&["topics", "list"]).contains("orders"));
    config("eve", "hunter2").fails(&["topics", "create", "more"], &["AUTHORIZATION_FAILED"]);
    config("ann", "wrong1").fails(&["topics", "list"], &["did not let the user", "SASL_AUTHENTICATION_FAILED"]);
    let nobody = Workspace::at(&server.address);
    nobody.fails(&["topics", "list"], &["speaks TLS, and this client came without"]);

    workspace.ok(&["users", "remove", "eve"]);
    config("eve", "hunter2").fails(&["topics", "list"], &["SASL_AUTHENTICATION_FAILED"]);
}
