//! Broker settings in `meta.sqlite`: those that were changed while the broker ran.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::writer::MetaWrite;
use crate::broker::config::{DynamicSettings, Scope};

/// The table. `node` is 0 for the default of all nodes.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS broker_setting(
  node INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(node, name)) STRICT, WITHOUT ROWID;
";

/// Replaces what is set for a scope.
pub fn set_broker_settings(scope: Scope, settings: BTreeMap<String, String>) -> MetaWrite {
    Box::new(move |connection| {
        let node = node(scope);
        connection.execute("DELETE FROM broker_setting WHERE node = ?1", [node])?;
        for (name, value) in &settings {
            connection.execute("INSERT INTO broker_setting VALUES (?1, ?2, ?3)", params![node, name, value])?;
        }
        Ok(())
    })
}

pub(super) fn load(connection: &Connection) -> rusqlite::Result<DynamicSettings> {
    let mut loaded = DynamicSettings::default();
    let mut statement = connection.prepare("SELECT node, name, value FROM broker_setting")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let own = row.get::<_, i32>(0)? == node(Scope::Node);
        let settings = if own { &mut loaded.node } else { &mut loaded.cluster };
        settings.insert(row.get(1)?, row.get(2)?);
    }
    Ok(loaded)
}

fn node(scope: Scope) -> i32 {
    match scope {
        Scope::Node => crate::broker::NODE_ID,
        Scope::Cluster => 0,
    }
}
