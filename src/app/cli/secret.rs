//! Secrets that are typed or come out of a file: they never stand on the command line, where other programs and the
//! shell's history would see them.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::Path,
    process::Command,
};

use super::CliError;

/// Longest line that is read as a secret, in bytes.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// The first line of a file.
pub(super) fn first_line_of(path: &Path) -> Result<String, CliError> {
    let shown = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| unread(&shown, &error))?;
    let line = first_line(io::BufReader::new(file)).map_err(|error| unread(&shown, &error))?;
    if line.is_empty() {
        return Err(CliError::Failed(format!("the first line of {shown} is empty; write the secret there")));
    }
    Ok(line)
}

/// The first line of standard input.
pub(super) fn first_line_of_input() -> Result<String, CliError> {
    first_line(io::stdin().lock()).map_err(|error| unread("standard input", &error))
}

/// Asks at the terminal, where what is typed is not shown.
pub(super) fn ask(what: &str) -> Result<String, CliError> {
    if !io::stdin().is_terminal() {
        let message = format!(
            "{what} is not known, and nobody is there to type it; give --secret-file FILE with it as the first line"
        );
        return Err(CliError::Failed(message));
    }
    Hidden::begin().ask(what)
}

/// Asks for a new secret: a slip would keep its owner out.
pub(super) fn ask_twice(what: &str) -> Result<String, CliError> {
    let first = ask(what)?;
    if ask("Once more")? != first {
        return Err(CliError::Failed("what was typed differs; nothing was changed, try again".to_owned()));
    }
    Ok(first)
}

fn unread(from: &str, error: &io::Error) -> CliError {
    CliError::Failed(format!("the password could not be read from {from}: {error}; check that it is there and is text"))
}

fn first_line(from: impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    io::Read::take(from, SECRET_BYTES_MAX).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A terminal that does not show what is typed, as long as this lives. Where `stty` is missing (Windows), it does.
struct Hidden {
    is_on: bool,
}

impl Hidden {
    fn begin() -> Self {
        Self { is_on: stty("-echo") }
    }

    fn ask(&self, what: &str) -> Result<String, CliError> {
        let seen = if self.is_on { "" } else { " (it will be seen)" };
        write!(io::stderr(), "{what}{seen}: ").and_then(|()| io::stderr().flush()).map_err(CliError::Output)?;
        let line = first_line(io::stdin().lock()).map_err(|error| unread("the terminal", &error))?;
        if self.is_on {
            // The terminal did not show the end of the line either.
            writeln!(io::stderr()).map_err(CliError::Output)?;
        }
        Ok(line)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if self.is_on {
            stty("echo");
        }
    }
}

fn stty(mode: &str) -> bool {
    Command::new("stty").arg(mode).status().is_ok_and(|status| status.success())
}
