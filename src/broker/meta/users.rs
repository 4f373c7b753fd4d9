//! Users in `meta.sqlite`: names, roles, and what is kept of their passwords.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::{Connection, params};

use super::writer::MetaWrite;
use crate::{
    broker::users::User,
    codec::scram::{Credential, Mechanism},
    model::Role,
};

/// The tables. `mechanism` is Kafka's number for it (KIP-554).
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS user(name TEXT PRIMARY KEY, role TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS credential(
  user TEXT NOT NULL, mechanism INTEGER NOT NULL, salt BLOB NOT NULL, iterations INTEGER NOT NULL,
  stored_key BLOB NOT NULL, server_key BLOB NOT NULL, PRIMARY KEY(user, mechanism)) STRICT, WITHOUT ROWID;
";

/// Replaces users, or removes those that are `None`; all or nothing.
pub fn put_users(users: Vec<(Arc<str>, Option<User>)>) -> MetaWrite {
    Box::new(move |connection| {
        for (name, user) in &users {
            connection.execute("DELETE FROM credential WHERE user = ?1", [&**name])?;
            connection.execute("DELETE FROM user WHERE name = ?1", [&**name])?;
            let Some(user) = user else { continue };
            connection.execute("INSERT INTO user VALUES (?1, ?2)", params![&**name, user.role.name()])?;
            for one in &user.credentials {
                let row =
                    params![&**name, one.mechanism.number(), one.salt, one.iterations, one.stored_key, one.server_key];
                connection.execute("INSERT INTO credential VALUES (?1, ?2, ?3, ?4, ?5, ?6)", row)?;
            }
        }
        Ok(())
    })
}

pub(super) fn load(connection: &Connection) -> rusqlite::Result<BTreeMap<Arc<str>, User>> {
    let mut users = BTreeMap::<Arc<str>, User>::new();
    let mut statement = connection.prepare("SELECT name, role FROM user")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // A role of a later version gives the least that there is.
        let role = row.get::<_, String>(1)?.parse::<Role>().unwrap_or_default();
        users.insert(row.get::<_, String>(0)?.into(), User { role, credentials: Vec::new() });
    }
    let mut statement = connection.prepare(
        "SELECT user, mechanism, salt, iterations, stored_key, server_key FROM credential ORDER BY user, mechanism",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let user = users.get_mut(row.get::<_, String>(0)?.as_str());
        let (Some(user), Some(mechanism)) = (user, Mechanism::by_number(row.get(1)?)) else { continue };
        user.credentials.push(Credential {
            mechanism,
            salt: row.get(2)?,
            iterations: row.get(3)?,
            stored_key: row.get(4)?,
            server_key: row.get(5)?,
        });
    }
    Ok(users)
}
