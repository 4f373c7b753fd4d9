//! `millpond groups list`, `millpond groups describe`

use serde_json::{Value, json};

use super::{
    Cli, CliError,
    table::{Table, print_json},
};
use crate::{
    client::{CommittedOffset, GroupInfo},
    model::{GroupState, Lag, TopicPartition},
};

/// What is known of a group's place in one partition.
struct Place {
    partition: TopicPartition,
    committed: Option<i64>,
    start: Option<i64>,
    end: Option<i64>,
}

impl Place {
    fn lag(&self) -> Lag {
        match (self.start, self.end) {
            (Some(start), Some(end)) => Lag::between(self.committed, start, end),
            _ => Lag::Unknown,
        }
    }
}

impl Cli {
    pub(super) async fn list_groups(&mut self, json: bool) -> Result<(), CliError> {
        let groups = self.client.groups().await?;
        let mut table = Table::new(&["group", "state", "type", "members", "lag"]);
        for listing in &groups {
            let info = self.client.describe_group(&listing.id).await?;
            let lag: Lag = self.places(&info).await?.iter().map(Place::lag).sum();
            table.row([
                json!(listing.id),
                json!(info.state.as_str()),
                json!(listing.protocol_type),
                json!(info.members.len()),
                json!(lag.records()),
            ]);
        }
        if json {
            return print_json(&table.to_json(), &mut self.out);
        }
        if groups.is_empty() {
            return self
                .out
                .line("No groups yet. A group begins when a consumer joins: millpond consume TOPIC --group G");
        }
        table.print(&mut self.out)
    }

    pub(super) async fn describe_group(&mut self, id: &str, json: bool) -> Result<(), CliError> {
        let info = self.client.describe_group(id).await?;
        if let Some(error) = info.error {
            return Err(error.into());
        }
        let places = self.places(&info).await?;
        if info.state == GroupState::Dead && places.is_empty() {
            return Err(CliError::Failed(format!("there is no group {id:?}; see the names with millpond groups list")));
        }
        let mut partitions = Table::new(&["topic", "partition", "committed", "end", "lag", "owner"]);
        for place in &places {
            let owner = info.members.iter().find(|m| m.assignment.contains(&place.partition)).map(|m| m.id.as_str());
            partitions.row([
                json!(&*place.partition.topic),
                json!(place.partition.partition),
                json!(place.committed),
                json!(place.end),
                json!(place.lag().records()),
                json!(owner),
            ]);
        }
        let mut members = Table::new(&["member", "client", "host", "partitions"]);
        for member in &info.members {
            let owned: Vec<_> = member.assignment.iter().map(ToString::to_string).collect();
            members.row([json!(member.id), json!(member.client_id), json!(member.host), json!(owned.join(" "))]);
        }
        if json {
            let whole: Value = json!({
                "group": info.id, "state": info.state.as_str(), "assignor": info.protocol,
                "members": members.to_json(), "partitions": partitions.to_json(),
            });
            return print_json(&whole, &mut self.out);
        }
        let assignor = if info.protocol.is_empty() { "-" } else { &info.protocol };
        self.out.line(&format!("{}: {}, assignor {assignor}", info.id, info.state.as_str()))?;
        self.out.line("")?;
        partitions.print(&mut self.out)?;
        if !info.members.is_empty() {
            self.out.line("")?;
            members.print(&mut self.out)?;
        }
        Ok(())
    }

    /// Where a group stands: everything it has committed or owns.
    async fn places(&self, info: &GroupInfo) -> Result<Vec<Place>, CliError> {
        let committed = self.client.committed(&info.id).await?;
        let owned = info.members.iter().flat_map(|m| m.assignment.iter().cloned());
        let mut partitions: Vec<TopicPartition> = committed.iter().map(|(p, _)| p.clone()).chain(owned).collect();
        partitions.sort();
        partitions.dedup();
        let ends = self.ends(partitions.clone()).await?;
        let offset_of = |partition: &TopicPartition| {
            let found: Option<&(TopicPartition, CommittedOffset)> = committed.iter().find(|(p, _)| p == partition);
            found.map(|(_, committed)| committed.offset)
        };
        let place = |partition: TopicPartition| {
            let end = ends.get(&partition).and_then(|end| end.as_ref().ok()).copied();
            Place { committed: offset_of(&partition), start: end.map(|e| e.0), end: end.map(|e| e.1), partition }
        };
        Ok(partitions.into_iter().map(place).collect())
    }
}
