//! `millpond groups list`, `millpond groups describe`, `millpond groups delete`

use serde_json::{Value, json};

use super::{
    Cli, CliError,
    table::{Table, print_json},
};
use crate::{
    client::GroupInfo,
    model::{GroupKind, GroupState, Lag, Offset, TopicPartition},
};

/// What is known of a group's place in one partition.
struct Place {
    partition: TopicPartition,
    /// What it has committed; of a share group the first offset that is not finished.
    at: Option<Offset>,
    /// What the broker itself says is left; the records that a share group has finished beyond its start do not count.
    left: Option<u64>,
    start: Option<Offset>,
    end: Option<Offset>,
}

impl Place {
    fn lag(&self) -> Lag {
        if let Some(left) = self.left {
            return Lag::Records(left);
        }
        match (self.start, self.end) {
            (Some(start), Some(end)) => Lag::between(self.at, start, end),
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
                json!(info.kind.as_str()),
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
                .line("No groups yet. A group begins when a consumer joins: millpond consume TOPIC --group G, or --share-group G for a queue");
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
        let mut partitions = Table::new(&["topic", "partition", place_word(info.kind), "end", "lag", "owner"]);
        for place in &places {
            // Several members of a share group may read the same partition.
            let owners = info.members.iter().filter(|m| m.assignment.contains(&place.partition)).map(|m| m.id.as_str());
            let owners: Vec<_> = owners.collect();
            partitions.row([
                json!(&*place.partition.topic),
                json!(place.partition.partition),
                json!(place.at),
                json!(place.end),
                json!(place.lag().records()),
                if owners.is_empty() { Value::Null } else { json!(owners.join(" ")) },
            ]);
        }
        let mut members = Table::new(&["member", "client", "host", "partitions"]);
        for member in &info.members {
            let owned: Vec<_> = member.assignment.iter().map(ToString::to_string).collect();
            members.row([json!(member.id), json!(member.client_id), json!(member.host), json!(owned.join(" "))]);
        }
        if json {
            let whole: Value = json!({
                "group": info.id, "state": info.state.as_str(), "type": info.kind.as_str(), "assignor": info.protocol,
                "members": members.to_json(), "partitions": partitions.to_json(),
            });
            return print_json(&whole, &mut self.out);
        }
        let assignor = if info.protocol.is_empty() { "-" } else { &info.protocol };
        self.out.line(&format!(
            "{}: {}, {} group, assignor {assignor}",
            info.id,
            info.state.as_str(),
            info.kind.as_str()
        ))?;
        self.out.line("")?;
        partitions.print(&mut self.out)?;
        if !info.members.is_empty() {
            self.out.line("")?;
            members.print(&mut self.out)?;
        }
        Ok(())
    }

    /// Deletes a group with what it has committed.
    pub(super) async fn delete_group(&mut self, id: &str) -> Result<(), CliError> {
        self.client.delete_group(id).await?;
        self.out.line(&format!("Deleted group {id} with its offsets"))
    }

    /// Where a group stands: everything it has committed, begun with or owns.
    async fn places(&self, info: &GroupInfo) -> Result<Vec<Place>, CliError> {
        let known = self.group_offsets(info.kind, &info.id).await?;
        let owned = info.members.iter().flat_map(|m| m.assignment.iter().cloned());
        let mut partitions: Vec<TopicPartition> = known.iter().map(|(p, ..)| p.clone()).chain(owned).collect();
        partitions.sort();
        partitions.dedup();
        let ends = self.ends_to_show(partitions.clone()).await?;
        let place = |partition: TopicPartition| {
            let end = ends.get(&partition).and_then(|end| end.as_ref().ok()).copied();
            let (at, left) =
                known.iter().find(|(p, ..)| *p == partition).map_or((None, None), |(_, at, left)| (*at, *left));
            Place { at, left, start: end.map(|e| e.0), end: end.map(|e| e.1), partition }
        };
        Ok(partitions.into_iter().map(place).collect())
    }

    /// What a group has committed, of a share group where it starts; with what the broker says is left, where it does.
    pub(super) async fn group_offsets(
        &self,
        kind: GroupKind,
        id: &str,
    ) -> Result<Vec<(TopicPartition, Option<Offset>, Option<u64>)>, CliError> {
        if kind == GroupKind::Share {
            let offsets = self.client.share_group_offsets(id).await?;
            return Ok(offsets.into_iter().map(|(tp, at)| (tp, at.start, at.lag)).collect());
        }
        let committed = self.client.committed(id).await?;
        Ok(committed.into_iter().map(|(tp, at)| (tp, Some(at.offset), None)).collect())
    }
}

/// What a group's offset in a partition is called.
pub(super) fn place_word(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Share => "start",
        GroupKind::Classic | GroupKind::Consumer => "committed",
    }
}
