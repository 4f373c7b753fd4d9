//! Runs the real binary on a workspace of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A workspace folder that goes away with its test.
pub struct Workspace {
    dir: tempfile::TempDir,
    /// Words in front of every command instead of the workspace's.
    place: Option<Vec<String>>,
}

/// A workspace that `millpond serve` has open: commands reach it by `--bootstrap`.
pub struct Served {
    workspace: Workspace,
    _server: Serving,
}

/// A running `millpond serve`, killed with its test.
pub struct Serving {
    pub child: Child,
    /// From its one line.
    pub address: String,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Workspace {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), place: None }
    }

    /// No workspace: commands go to a broker.
    pub fn at(address: &str) -> Self {
        Self::with(&["--bootstrap", address])
    }

    /// No workspace: these words stand in front of every command.
    pub fn with(place: &[&str]) -> Self {
        Self { place: Some(place.iter().map(|word| (*word).to_owned()).collect()), ..Self::new() }
    }

    /// A file beside the workspace.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_millpond"));
        match &self.place {
            Some(words) => command.args(words),
            None => command.arg("--data").arg(self.dir.path().join("workspace")),
        };
        command.args(args);
        // A machine with no display and no home.
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn spawn(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    /// Starts `millpond serve` on a free port and waits for its line.
    pub fn serve(&self, more: &[&str]) -> Serving {
        let mut child = self.spawn(&[&["serve", "--listen", "127.0.0.1:0"], more].concat());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Serving { child, address }
    }

    pub fn run_with(&self, args: &[&str], input: &str) -> Ended {
        let mut child = self.spawn(args);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ended::of(child.wait_with_output().unwrap())
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, "")
    }

    /// Runs what must succeed; answers its standard output.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{args:?}: {ended:?}");
        ended.out
    }

    /// Runs what must fail with status 1 and one line that holds all of `words`.
    #[track_caller]
    pub fn fails(&self, args: &[&str], words: &[&str]) {
        self.run(args).failed(words);
    }
}

impl Ended {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn failed(&self, words: &[&str]) {
        assert_eq!(self.status, 1, "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.starts_with("millpond: "), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is missing: {self:?}");
        }
    }
}

impl Served {
    pub fn new() -> Self {
        let mut workspace = Workspace::new();
        let server = workspace.serve(&[]);
        workspace.place = Some(vec!["--bootstrap".to_owned(), server.address.clone()]);
        Self { workspace, _server: server }
    }
}

impl Deref for Served {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

impl Serving {
    /// Sends a signal and waits for the end; answers the exit status.
    #[cfg(unix)]
    pub fn end(&mut self, signal: &str) -> i32 {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
