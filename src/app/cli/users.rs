//! `millpond users ...`

use std::io::{self, IsTerminal as _};

use serde_json::json;

use super::{
    Cli, CliError, secret,
    table::{Table, print_json},
};
use crate::{
    app::args::{PasswordArgs, UsersCommand},
    codec::scram::Mechanism,
};

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
        Some(path) => secret::first_line_of(path)?,
        None if io::stdin().is_terminal() => secret::ask_twice(&format!("Password for {user}"))?,
        None => secret::first_line_of_input()?,
    };
    if line.is_empty() {
        let message = "the password is empty; type one, pipe it in, or give --password-file FILE";
        return Err(CliError::Failed(message.to_owned()));
    }
    Ok(line)
}
