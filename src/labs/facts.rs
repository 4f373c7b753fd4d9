//! What checks and counters read. Everything here comes from the broker and from what actors have counted, nothing from
//! the file.
//!
//! - `now_s`: seconds since the beginning of the story.
//! - `actors["anna"]`: `state`, `sent`, `received`, `processed`, `failed`, `duplicates`, `out_of_order`, `crashes`, `owned`
//!   (partitions), `rate`, `processing_ms`; of a service also `requests`, `served`, `refused`, `timed_out`, `response_ms`,
//!   `response_ms_max`, `response_sequence_ms` and `response_queue_ms` (means in each mode), `rows`, `mode`.
//! - `topics["orders"]`: `partitions`, `start` and `end` (sums over the partitions), `records` (that are there), `keys`
//!   (each with the partition of its newest record), `keys_in_several` (how many have records in more than one partition), `by_partition` (a list of `start`, `end`, `records`).
//! - `groups["billing"]`: `type`, `state`, `members`, `lag`, `lag_max`, `lag_s`, `committed` (sum), `rebalances`, `idle` (members
//!   without a partition), `last_rebalance_ms`, `stood_still_ms`; of a queue `available`, `acquired`, `acknowledged`,
//!   `archived`, `redelivered`.
//! - `counts.duplicates` and the others: how many of each event there were, see `StoryKind::counted_as`.
//! - `read["orders"]`: what became of the last asking for an old message: `found` or `gone`.
//! - `answers["step"]`: the choice taken last, from 1. `done["task"]`: true once its check has held.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    actor::Actor,
    stage::Sight,
    story::Ledger,
    view::{CellState, Fact, GroupView, ServiceView, TopicView},
};

/// Keys of one topic that are told.
const KEYS_MAX: usize = 64;

/// What else there is beside the broker and the actors.
#[derive(Default, Clone)]
pub struct Noted {
    /// By topic: `found` or `gone`.
    pub read: BTreeMap<String, &'static str>,
}

/// All facts at this moment.
pub fn facts(ledger: &Ledger, actors: &[Actor], sight: &Sight, noted: &Noted) -> BTreeMap<String, Fact> {
    let people: Map<String, Value> =
        actors.iter().map(|actor| (actor.id().to_string(), of_actor(ledger, actor))).collect();
    let topics: Map<String, Value> =
        sight.topics.iter().map(|topic| (topic.name.to_string(), of_topic(topic))).collect();
    let groups: Map<String, Value> = sight.groups.iter().map(|group| (group.id.to_string(), of_group(group))).collect();
    let counts: Map<String, Value> =
        ledger.counts().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    let read: Map<String, Value> = noted.read.iter().map(|(topic, what)| (topic.clone(), (*what).into())).collect();
    BTreeMap::from([
        ("now_s".to_owned(), json!(ledger.now_ms() as f64 / 1_000.0)),
        ("actors".to_owned(), people.into()),
        ("topics".to_owned(), topics.into()),
        ("groups".to_owned(), groups.into()),
        ("counts".to_owned(), Zeroes(counts).into()),
        ("read".to_owned(), read.into()),
    ])
}

/// What has not happened yet has happened no times: a comparison with nothing would be no answer.
struct Zeroes(Map<String, Value>);

impl From<Zeroes> for Value {
    fn from(Zeroes(mut counts): Zeroes) -> Self {
        for name in COUNTED {
            counts.entry(name).or_insert_with(|| 0.into());
        }
        counts.into()
    }
}

/// Every name of `StoryKind::counted_as`.
pub const COUNTED: [&str; 51] = [
    "stored",
    "send_failures",
    "sent_again",
    "delivered",
    "processed",
    "processing_failures",
    "commits",
    "commit_failures",
    "starts",
    "stops",
    "crashes",
    "pauses",
    "resumes",
    "added",
    "removed",
    "changes",
    "joins",
    "leaves",
    "expired",
    "rebalances",
    "assignments",
    "revocations",
    "idle",
    "acquired",
    "accepted",
    "released",
    "rejected",
    "renewed",
    "lock_expiries",
    "archived",
    "dead_letters",
    "deleted",
    "compactions",
    "duplicates",
    "out_of_order",
    "served",
    "request_failures",
    "transactions",
    "committed_transactions",
    "aborted_transactions",
    "reads_found",
    "reads_gone",
    "topics_created",
    "partitions_added",
    "configured",
    "groups_created",
    "resets",
    "mode_changes",
    "jumps",
    "overruns",
    "drained",
];

fn of_actor(ledger: &Ledger, actor: &Actor) -> Value {
    let tally = ledger.tally(actor.id());
    let spec = actor.spec();
    let mut fact = json!({
        "state": tally.state.as_ref().map_or("stopped", super::view::ActorState::word),
        "sent": tally.sent,
        "received": tally.received,
        "processed": tally.processed,
        "failed": tally.failed,
        "duplicates": tally.duplicates,
        "out_of_order": tally.out_of_order,
        "crashes": tally.crashes,
        "owned": tally.owns.len(),
        "rate": spec.rate.unwrap_or(0.0),
        "processing_ms": spec.processing_ms.unwrap_or(0.0),
    });
    if let (Some(service), Some(fact)) = (actor.service(), fact.as_object_mut()) {
        of_service(&service, fact);
    }
    fact
}

fn of_service(service: &ServiceView, fact: &mut Map<String, Value>) {
    for (name, value) in [
        ("requests", service.requests.into()),
        ("served", service.served.into()),
        ("refused", service.refused.into()),
        ("timed_out", service.timed_out.into()),
        ("response_ms", json!(service.response_ms)),
        ("response_ms_max", json!(service.response_ms_max)),
        ("response_sequence_ms", json!(service.response_sequence_ms)),
        ("response_queue_ms", json!(service.response_queue_ms)),
        ("rows", service.row_count.into()),
        ("mode", if service.in_queue_mode { "queue" } else { "sequence" }.into()),
    ] {
        fact.insert(name.to_owned(), value);
    }
}

fn of_topic(topic: &TopicView) -> Value {
    let mut keys = Map::new();
    let mut places: BTreeMap<&str, BTreeSet<i32>> = BTreeMap::new();
    let mut by_partition = Vec::new();
    let (mut start, mut end, mut there) = (0, 0, 0);
    for partition in &topic.partitions {
        for cell in partition.cells.iter().filter(|cell| !matches!(cell.state, CellState::Gone | CellState::Compacted))
        {
            if let Some(key) = cell.key.as_deref().filter(|key| keys.len() < KEYS_MAX || keys.contains_key(*key)) {
                keys.insert(key.to_owned(), partition.id.into());
                places.entry(key).or_default().insert(partition.id);
            }
        }
        let no_record = |cell: &&super::view::Cell| {
            matches!(cell.state, CellState::Compacted | CellState::Control { .. }) && cell.offset >= partition.start
        };
        let removed = partition.cells.iter().filter(no_record).count() as i64;
        let records = (partition.end - partition.start - removed).max(0);
        by_partition.push(json!({ "start": partition.start, "end": partition.end, "records": records }));
        (start, end, there) = (start + partition.start, end + partition.end, there + records);
    }
    json!({
        "partitions": topic.partitions.len(),
        "start": start,
        "end": end,
        "records": there,
        "keys": keys,
        "keys_in_several": places.values().filter(|places| places.len() > 1).count(),
        "by_partition": by_partition,
    })
}

fn of_group(group: &GroupView) -> Value {
    let idle = group.members.iter().filter(|member| member.owns.is_empty()).count();
    json!({
        "type": group.kind.as_str(),
        "state": group.state.as_str(),
        "members": group.members.len(),
        "lag": group.lag,
        "lag_max": group.lag_max,
        "lag_s": group.lag_ms as f64 / 1_000.0,
        "committed": group.committed,
        "rebalances": group.rebalances,
        "idle": idle,
        "last_rebalance_ms": group.last_rebalance_ms.unwrap_or(0),
        "stood_still_ms": group.stood_still_ms,
        "put_down": group.put_down,
        "available": group.lag,
        "acquired": group.acquired,
        "acknowledged": group.acknowledged,
        "archived": group.archived,
        "redelivered": group.redelivered,
    })
}
