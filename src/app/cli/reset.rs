//! `millpond groups reset`: a table of what would change, and with --execute the change.

use serde_json::json;

use super::{
    Cli, CliError,
    groups::place_word,
    output::counted,
    table::{Table, print_json},
    topics::check_name,
};
use crate::{
    app::args::{ResetArgs, ResetTo},
    client::OffsetSpec,
    model::{GroupKind, Lag, Offset, TopicPartition, check_group_name},
};

/// The change in one partition.
struct Change {
    partition: TopicPartition,
    /// Where the group is: what it has committed, of a share group where it starts.
    at: Option<Offset>,
    to: Offset,
    lag_after: Lag,
}

impl Cli {
    pub(super) async fn reset_group(&mut self, args: ResetArgs) -> Result<(), CliError> {
        check_group_name(&args.group).map_err(|e| CliError::Failed(format!("this cannot be a group: {e}")))?;
        check_name(&args.topic)?;
        let info = self.client.describe_group(&args.group).await?;
        let changes = self.changes(&args, info.kind).await?;
        if args.execute {
            refuse_active(&args.group, info.members.len())?;
        }
        let mut table = Table::new(&["topic", "partition", place_word(info.kind), "new", "change", "lag_after"]);
        for change in &changes {
            table.row([
                json!(&*change.partition.topic),
                json!(change.partition.partition),
                json!(change.at),
                json!(change.to),
                json!(change.at.map(|at| change.to.saturating_sub(at))),
                json!(change.lag_after.records()),
            ]);
        }
        if args.execute {
            let offsets = changes.into_iter().map(|change| (change.partition, change.to)).collect();
            let outcomes = match info.kind {
                GroupKind::Share => self.client.alter_share_group_offsets(&args.group, offsets).await?,
                GroupKind::Classic | GroupKind::Consumer => self.client.commit_as_admin(&args.group, offsets).await?,
            };
            for (_, outcome) in outcomes {
                outcome?;
            }
        }
        if args.json {
            return print_json(&json!({"executed": args.execute, "changes": table.to_json()}), &mut self.out);
        }
        table.print(&mut self.out)?;
        self.out.line(if args.execute {
            "\nThe offsets are reset."
        } else {
            "\nNothing is changed yet; --execute does it."
        })
    }

    async fn changes(&self, args: &ResetArgs, kind: GroupKind) -> Result<Vec<Change>, CliError> {
        let topic = self.client.topic(&args.topic).await?;
        let mut partitions: Vec<_> = topic.partitions.iter().map(|p| p.id).collect();
        if let Some(missing) = args.partitions.iter().find(|id| !partitions.contains(id)) {
            let count = partitions.len();
            return Err(CliError::Failed(format!("{} has no partition {missing}; it has {count}, from 0", args.topic)));
        }
        if !args.partitions.is_empty() {
            partitions.retain(|id| args.partitions.contains(id));
        }
        let partitions: Vec<_> = partitions.into_iter().map(|id| TopicPartition::new(&*args.topic, id)).collect();
        let ends = self.ends(partitions.clone()).await?;
        let known = self.group_offsets(kind, &args.group).await?;
        let mut changes = Vec::with_capacity(partitions.len());
        for partition in partitions {
            let (start, end) = match ends.get(&partition) {
                Some(known) => known.clone()?,
                None => (0, 0),
            };
            let at = known.iter().find(|(p, ..)| *p == partition).and_then(|(_, at, _)| *at);
            let wanted = match args.to {
                ResetTo::Earliest => start,
                ResetTo::Latest => end,
                ResetTo::Offset(offset) => offset,
                ResetTo::Shift(by) => match at {
                    Some(at) => at.saturating_add(by),
                    None => {
                        return Err(CliError::Failed(format!(
                            "{partition} cannot be shifted: {} has committed nothing there; choose an offset instead",
                            args.group
                        )));
                    }
                },
                // Later than the last record is the end.
                ResetTo::Time(time) => self.client.offset(&partition, OffsetSpec::At(time)).await?.unwrap_or(end),
            };
            let to = wanted.clamp(start, end);
            changes.push(Change { partition, at, to, lag_after: Lag::between(Some(to), start, end) });
        }
        Ok(changes)
    }
}

/// The broker refuses too; this says it with the number of members.
fn refuse_active(group: &str, members: usize) -> Result<(), CliError> {
    if members == 0 {
        return Ok(());
    }
    let members = counted(members as u64, "active member", "active members");
    Err(CliError::Failed(format!("the offsets of {group} were not reset: it has {members}; stop the members first")))
}
