//! Resetting a group's offsets: a target becomes a plan, the plan is looked at, and only then carried out. Of a queue
//! (share group) it is the start offset that is reset, in the same way.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{
    client::{Client, ClientError, OffsetSpec},
    model::{GroupKind, GroupState, Offset, TimestampMillis, TopicPartition},
};

/// Where a group shall stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetTarget {
    Earliest,
    Latest,
    /// The first record at or after this time; the end where there is none.
    Time(TimestampMillis),
    Offset(Offset),
    /// Forward, or back when negative, from what is committed.
    Shift(i64),
}

/// What a reset would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetPlan {
    pub group: Arc<str>,
    /// Start offsets of a share group; else committed offsets.
    pub queue: bool,
    pub target: ResetTarget,
    /// By topic and partition.
    pub rows: Vec<ResetRow>,
    /// Why it cannot be carried out now.
    pub refused: Option<ResetRefused>,
}

/// One partition of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetRow {
    pub tp: TopicPartition,
    pub old: Option<Offset>,
    /// `None`: this partition stays as it is, `note` says why.
    pub new: Option<Offset>,
    pub note: ResetNote,
}

/// What is special about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetNote {
    None,
    /// The target lies before the first record that is still there.
    RaisedToStart,
    /// The target lies after the end.
    LoweredToEnd,
    /// No record is that new.
    NoneThatNew,
    /// Nothing was committed that could be shifted.
    NothingCommitted,
    /// The partition's bounds could not be asked.
    Unavailable,
}

/// Why a reset is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetRefused {
    /// Members would overwrite the offsets with their own.
    Active { members: usize },
    /// A rebalance is under way.
    Rebalancing,
}

/// What is known of one partition before it is planned.
#[derive(Debug, Clone, Copy)]
struct Ground {
    old: Option<Offset>,
    start: Option<Offset>,
    end: Option<Offset>,
    at_time: Option<Offset>,
}

impl fmt::Display for ResetTarget {
    /// As the command line takes it: `earliest`, `time:2018-02-06T17:50:25.123Z`, `shift:-10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Earliest => f.write_str("earliest"),
            Self::Latest => f.write_str("latest"),
            Self::Time(at) => match chrono::DateTime::from_timestamp_millis(*at) {
                Some(time) => {
                    write!(f, "time:{}", time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
                }
                None => write!(f, "time:{at}"),
            },
            Self::Offset(offset) => write!(f, "offset:{offset}"),
            Self::Shift(by) => write!(f, "shift:{by}"),
        }
    }
}

impl ResetPlan {
    /// Rows that move, with where to.
    pub fn changes(&self) -> impl Iterator<Item = (&TopicPartition, Offset)> {
        self.rows.iter().filter(|row| row.new.is_some() && row.new != row.old).filter_map(|r| Some((&r.tp, r.new?)))
    }

    /// Records that will be read again and records that will be skipped.
    pub fn effect(&self) -> (u64, u64) {
        let mut effect = (0, 0);
        for row in &self.rows {
            if let (Some(old), Some(new)) = (row.old, row.new) {
                effect.0 += u64::try_from(old - new).unwrap_or(0);
                effect.1 += u64::try_from(new - old).unwrap_or(0);
            }
        }
        effect
    }
}

/// The same reset for the command line. `topic` alone is named there, so a plan over several gives several lines.
pub fn reset_command_lines(group: &str, topics: &[Arc<str>], target: ResetTarget) -> String {
    let lines = topics.iter().map(|topic| {
        format!("millpond groups reset {} --topic {} --to {target} --execute", quoted(group), quoted(topic))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A word for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-+:/@".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Asks the cluster what a reset would do. `partitions`: which, all that the group committed when empty.
///
/// # Errors
/// When the group or its offsets cannot be asked; a single partition that cannot be asked is a row with a note.
pub async fn plan_reset(
    client: &Client,
    group: &str,
    partitions: Vec<TopicPartition>,
    target: ResetTarget,
) -> Result<ResetPlan, ClientError> {
    let (queue, refused) = standing(client, group).await?;
    let committed: BTreeMap<TopicPartition, Offset> = if queue {
        let offsets = client.share_group_offsets(group).await?;
        offsets.into_iter().filter_map(|(tp, offset)| Some((tp, offset.start?))).collect()
    } else {
        client.committed(group).await?.into_iter().map(|(tp, c)| (tp, c.offset)).collect()
    };
    let mut wanted = partitions;
    if wanted.is_empty() {
        wanted = committed.keys().cloned().collect();
    }
    wanted.sort();
    wanted.dedup();
    let starts = ask(client, &wanted, OffsetSpec::Earliest).await?;
    let ends = ask(client, &wanted, OffsetSpec::Latest).await?;
    let times = match target {
        ResetTarget::Time(at) => ask(client, &wanted, OffsetSpec::At(at)).await?,
        _ => vec![None; wanted.len()],
    };
    let rows = wanted.into_iter().enumerate().map(|(index, tp)| {
        let of = |list: &[Option<Offset>]| list.get(index).copied().flatten();
        let old = committed.get(&tp).copied().filter(|offset| *offset >= 0);
        let (new, note) = plan_row(target, Ground { old, start: of(&starts), end: of(&ends), at_time: of(&times) });
        ResetRow { tp, old, new, note }
    });
    Ok(ResetPlan { group: group.into(), queue, target, rows: rows.collect(), refused })
}

/// Why the offsets of a group must not be changed now; `None` when they may.
pub(super) async fn refusal(client: &Client, group: &str) -> Result<Option<ResetRefused>, ClientError> {
    Ok(standing(client, group).await?.1)
}

/// Whether it is a queue, and why its offsets must not be changed now.
async fn standing(client: &Client, group: &str) -> Result<(bool, Option<ResetRefused>), ClientError> {
    let info = client.describe_group(group).await?;
    let queue = info.protocol_type == GroupKind::Share.as_str();
    let refused = match info.state {
        GroupState::Empty | GroupState::Dead | GroupState::Unknown if info.members.is_empty() => None,
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => Some(ResetRefused::Rebalancing),
        _ => Some(ResetRefused::Active { members: info.members.len() }),
    };
    Ok((queue, refused))
}

async fn ask(
    client: &Client,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<Vec<Option<Offset>>, ClientError> {
    let asked = partitions.iter().map(|tp| (tp.clone(), spec)).collect();
    let answers = client.offsets(asked).await?;
    Ok(answers.into_iter().map(|(_, answer)| answer.ok().and_then(|listed| listed.offset)).collect())
}

fn plan_row(target: ResetTarget, ground: Ground) -> (Option<Offset>, ResetNote) {
    let (Some(start), Some(end)) = (ground.start, ground.end) else { return (None, ResetNote::Unavailable) };
    let wanted = match target {
        ResetTarget::Earliest => start,
        ResetTarget::Latest => end,
        ResetTarget::Time(_) => match ground.at_time {
            Some(offset) => offset,
            None => return (Some(end), ResetNote::NoneThatNew),
        },
        ResetTarget::Offset(offset) => offset,
        ResetTarget::Shift(by) => match ground.old {
            Some(old) => old.saturating_add(by),
            None => return (None, ResetNote::NothingCommitted),
        },
    };
    match wanted {
        _ if wanted < start => (Some(start), ResetNote::RaisedToStart),
        _ if wanted > end => (Some(end), ResetNote::LoweredToEnd),
        _ => (Some(wanted), ResetNote::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUND: Ground = Ground { old: Some(50), start: Some(10), end: Some(100), at_time: Some(70) };

    #[test]
    fn every_target_stays_inside_the_log() {
        let cases = [
            (ResetTarget::Earliest, Some(10), ResetNote::None),
            (ResetTarget::Latest, Some(100), ResetNote::None),
            (ResetTarget::Time(0), Some(70), ResetNote::None),
            (ResetTarget::Offset(3), Some(10), ResetNote::RaisedToStart),
            (ResetTarget::Offset(300), Some(100), ResetNote::LoweredToEnd),
            (ResetTarget::Shift(-20), Some(30), ResetNote::None),
            (ResetTarget::Shift(i64::MAX), Some(100), ResetNote::LoweredToEnd),
            (ResetTarget::Shift(i64::MIN), Some(10), ResetNote::RaisedToStart),
        ];
        for (target, new, note) in cases {
            assert_eq!(plan_row(target, GROUND), (new, note), "{target}");
        }
        let none = Ground { old: None, at_time: None, ..GROUND };
        assert_eq!(plan_row(ResetTarget::Shift(1), none), (None, ResetNote::NothingCommitted));
        assert_eq!(plan_row(ResetTarget::Time(0), none), (Some(100), ResetNote::NoneThatNew));
        let dark = Ground { end: None, ..GROUND };
        assert_eq!(plan_row(ResetTarget::Latest, dark), (None, ResetNote::Unavailable));
    }

    #[test]
    fn the_effect_counts_what_is_read_again_and_what_is_skipped() {
        let row = |old, new| ResetRow { tp: TopicPartition::new("t", 0), old, new, note: ResetNote::None };
        let rows = vec![row(Some(10), Some(4)), row(Some(1), Some(3)), row(None, Some(9)), row(Some(5), Some(5))];
        let plan = ResetPlan { group: "g".into(), queue: false, target: ResetTarget::Earliest, rows, refused: None };
        assert_eq!(plan.effect(), (6, 2));
        assert_eq!(plan.changes().count(), 3);
    }

    #[test]
    fn the_command_line_is_the_same_reset() {
        let topics: [Arc<str>; 1] = ["orders".into()];
        assert_eq!(
            reset_command_lines("it's mine", &topics, ResetTarget::Time(1_517_939_425_123)),
            "millpond groups reset 'it'\\''s mine' --topic orders --to time:2018-02-06T17:50:25.123Z --execute"
        );
        assert_eq!(ResetTarget::Shift(-10).to_string(), "shift:-10");
    }
}
