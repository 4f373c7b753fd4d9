//! `millpond users ...`

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::Path,
    process::Command,
};

use serde_json::json;

use super::{
    Cli, CliError,
    table::{Table, print_json},
};
use crate::{
    app::args::{PasswordArgs, UsersCommand},
    codec::scram::Mechanism,
};

/// Longest line that is read as a password, in bytes.
const PASSWORD_BYTES_MAX: usize = 4096;

impl Cli {
    pub(super) async fn users(&mut self, command: UsersCommand) -> Result<(), CliError> {
        match command {
            UsersCommand::List { json } => self.list_users(json).await,
            UsersCommand::Add { name, role, password } => {
                let password = read_password(&name, &password)?;
                self.client.add_user(&name, &password, role).await?;
                self.out.line(&format!("Added {name} with the role {role}"))
            }
            UsersCommand::SetPassword { name, password } => {
                let password = read_password(&name, &password)?;
                self.client.set_user_password(&name, &password).await?;
                self.out.line(&format!("{name} has a new password"))
            }
            UsersCommand::SetRole { name, role } => {
                self.client.set_user_role(&name, role).await?;
                self.out.line(&format!("{name} has the role {role}"))
            }
            UsersCommand::Remove { name } => {
                self.client.remove_user(&name).await?;
                self.out.line(&format!("Removed {name}"))
            }
        }
    }

    async fn list_users(&mut self, as_json: bool) -> Result<(), CliError> {
        let users = self.client.users().await?;
        let mut table = Table::new(&["name", "role", "mechanisms"]);
        for user in &users {
            let mechanisms = user.mechanisms.iter().map(|one: &Mechanism| one.name()).collect::<Vec<_>>().join(", ");
            table.row([json!(user.name), json!(user.role.map(|role| role.name())), json!(mechanisms)]);
        }
        if as_json {
            return print_json(&table.to_json(), &mut self.out);
        }
        if users.is_empty() {
            return self.out.line("No users yet. Make one: millpond users add NAME --role admin");
        }
        table.print(&mut self.out)
    }
}

/// The password: from the file, asked for at a terminal, or the first line of standard input.
fn read_password(user: &str, args: &PasswordArgs) -> Result<String, CliError> {
    let line = match &args.password_file {
        Some(path) => first_line_of(path)?,
        None if io::stdin().is_terminal() => ask_twice(user)?,
        None => first_line(io::stdin().lock()).map_err(|error| unread("standard input", &error))?,
    };
    if line.is_empty() {
        let message = "the password is empty; type one, pipe it in, or give --password-file FILE";
        return Err(CliError::Failed(message.to_owned()));
    }
    Ok(line)
}

fn first_line_of(path: &Path) -> Result<String, CliError> {
    let file = std::fs::File::open(path).map_err(|error| unread(&path.display().to_string(), &error))?;
    first_line(io::BufReader::new(file)).map_err(|error| unread(&path.display().to_string(), &error))
}

fn unread(from: &str, error: &io::Error) -> CliError {
    CliError::Failed(format!("the password could not be read from {from}: {error}; check that it is there and is text"))
}

fn first_line(from: impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    io::Read::take(from, PASSWORD_BYTES_MAX as u64).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks at the terminal, where what is typed is not shown.
fn ask_twice(user: &str) -> Result<String, CliError> {
    let hidden = Hidden::begin();
    let ask = |what: &str| -> Result<String, CliError> {
        let prompt = || write!(io::stderr(), "{what}").and_then(|()| io::stderr().flush());
        prompt().map_err(CliError::Output)?;
        let line = first_line(io::stdin().lock()).map_err(|error| unread("the terminal", &error))?;
        if hidden.is_on {
            // The terminal did not show the end of the line either.
            writeln!(io::stderr()).map_err(CliError::Output)?;
        }
        Ok(line)
    };
    let seen = if hidden.is_on { "" } else { " (it will be seen)" };
    let first = ask(&format!("Password for {user}{seen}: "))?;
    if ask("Once more: ")? != first {
        return Err(CliError::Failed("the passwords differ; nothing was changed, try again".to_owned()));
    }
    Ok(first)
}

/// A terminal that does not show what is typed, as long as this lives. Where `stty` is missing (Windows), it does.
struct Hidden {
    is_on: bool,
}

impl Hidden {
    fn begin() -> Self {
        Self { is_on: stty("-echo") }
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
