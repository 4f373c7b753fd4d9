//! The sentence of each kind of event: which text of the catalogue, and what fills its places.

use std::sync::Arc;

use super::{MARK, NAME};
use crate::{
    labs::{
        file::{GroupType, ResetTo},
        picture::words,
        view::{
            ActorView, ActorViewKind, ArchivedWhy, CellState, RequestFailure, StageView, StoryEvent, StoryKind as K,
        },
    },
    ui::{Ctx, format, text::Arg},
};

/// Partitions named in one sentence; of more their number is said.
const PARTITIONS_NAMED_MAX: usize = 4;

/// An event in words. Names of actors are marked, see [`MARK`].
pub(super) fn sentence(ctx: &Ctx<'_>, view: &StageView, event: &StoryEvent) -> String {
    let say = Say { ctx, view };
    match &event.kind {
        K::Stored { .. }
        | K::SendFailed { .. }
        | K::SentAgain { .. }
        | K::Delivered { .. }
        | K::Processed { .. }
        | K::ProcessingFailed { .. }
        | K::Committed { .. }
        | K::CommitFailed { .. }
        | K::Duplicate { .. }
        | K::OutOfOrder { .. } => say.records(&event.kind),
        K::Acquired { .. }
        | K::Accepted { .. }
        | K::Released { .. }
        | K::Rejected { .. }
        | K::Renewed { .. }
        | K::LockExpired { .. }
        | K::Archived { .. }
        | K::DeadLettered { .. } => say.queue(event),
        K::Joined { .. }
        | K::Left { .. }
        | K::Expired { .. }
        | K::Rebalanced { .. }
        | K::Assigned { .. }
        | K::Revoked { .. }
        | K::Idle { .. } => say.group(&event.kind),
        K::Started { .. }
        | K::Stopped { .. }
        | K::Crashed { .. }
        | K::Paused { .. }
        | K::Resumed { .. }
        | K::Added { .. }
        | K::Removed { .. }
        | K::Changed { .. }
        | K::Served { .. }
        | K::RequestFailed { .. }
        | K::ModeChanged { .. } => say.actor(&event.kind),
        _ => say.broker(&event.kind),
    }
}

/// Says things about one stage.
struct Say<'a> {
    ctx: &'a Ctx<'a>,
    view: &'a StageView,
}

type Args<'a> = Vec<(&'static str, Arg<'a>)>;

impl Say<'_> {
    fn with(&self, id: &str, args: &Args<'_>) -> String {
        self.ctx.text.with(id, args)
    }

    /// The name of an actor, marked; the id of one that is not on the stage any more.
    fn who(&self, id: &str) -> Arg<'static> {
        match self.view.actors.iter().position(|actor| *actor.id == *id) {
            Some(index) => {
                let name = words(self.ctx, &self.view.actors[index].name);
                format!("{MARK}{index}{NAME}{name}{MARK}").into()
            }
            None => id.to_owned().into(),
        }
    }

    /// "Message 11", "Messages 11 to 14", with the partition where the topic has several; and how many, for the verb.
    fn what(&self, topic: &str, partition: i32, first: i64, last: i64) -> Args<'static> {
        let of = self.view.topics.iter().find(|one| *one.name == *topic);
        let of = match (of, self.view.topics.len()) {
            (Some(of), _) if of.partitions.len() > 1 => self.of(&format!("{topic}-{partition}")),
            (_, topics) if topics > 1 => self.of(topic),
            _ => String::new(),
        };
        let n = (last - first + 1).max(1);
        let args = vec![
            ("n", n.into()),
            ("first", format::integer(first).into()),
            ("last", format::integer(last).into()),
            ("of", of.into()),
        ];
        let (what, it) = (self.with("story-what", &args), self.with("story-it", &args));
        vec![("n", n.into()), ("what", what.into()), ("it", it.into())]
    }

    /// The partition, by the topic's name alone where the topic has only one.
    fn place(&self, topic: &str, partition: i32) -> String {
        if self.is_divided(topic) { format!("{topic}-{partition}") } else { topic.to_owned() }
    }

    /// Whether the topic has several partitions.
    fn is_divided(&self, topic: &str) -> bool {
        self.view.topics.iter().any(|one| *one.name == *topic && one.partitions.len() > 1)
    }

    /// Whether the group is one actor's own, so that its name would say the same twice.
    fn is_alone(&self, group: &str) -> bool {
        is_alone(self.view, group)
    }

    fn of(&self, place: &str) -> String {
        self.with("story-of", &vec![("place", place.to_owned().into())])
    }

    fn took(&self, millis: i64) -> Arg<'static> {
        self.ctx.format.duration(millis.max(0)).into()
    }

    fn records(&self, kind: &K) -> String {
        match kind {
            K::Stored { actor, topic, partition, first, last, key } => {
                let mut args = self.what(topic, *partition, *first, *last);
                args.push(("where", self.place(topic, *partition).into()));
                // Of one partition there is nothing that a key decides.
                let key = key.as_deref().filter(|_| self.is_divided(topic));
                args.push(("key", key.unwrap_or_default().to_owned().into()));
                match actor {
                    Some(actor) => {
                        args.push(("who", self.who(actor)));
                        self.with(if key.is_some() { "story-stored-key" } else { "story-stored" }, &args)
                    }
                    None => self.with("story-stored-by-hand", &args),
                }
            }
            K::SendFailed { actor, topic, why } => self
                .with("story-send-failed", &vec![("who", self.who(actor)), ("topic", text(topic)), ("why", text(why))]),
            K::SentAgain { actor, stored_twice, .. } => {
                let id = if *stored_twice { "story-sent-again-twice" } else { "story-sent-again-once" };
                self.with(id, &vec![("who", self.who(actor))])
            }
            K::Delivered { actor, group, topic, partition, first, last } => {
                let mut args = self.what(topic, *partition, *first, *last);
                args.extend([("who", self.who(actor)), ("group", text(group))]);
                self.with(if self.is_alone(group) { "story-delivered-alone" } else { "story-delivered" }, &args)
            }
            K::Processed { actor, topic, partition, first, last } => {
                let mut args = self.what(topic, *partition, *first, *last);
                args.push(("who", self.who(actor)));
                self.with("story-processed", &args)
            }
            K::ProcessingFailed { actor, topic, partition, offset } => {
                let mut args = self.what(topic, *partition, *offset, *offset);
                args.push(("who", self.who(actor)));
                self.with("story-processing-failed", &args)
            }
            K::Committed { actor, group, topic, partition, offset } => {
                let place = ("place", self.place(topic, *partition).into());
                let offset = ("offset", format::integer(*offset).into());
                let id = if self.is_alone(group) { "story-committed-alone" } else { "story-committed" };
                self.with(id, &vec![("who", self.who(actor)), ("group", text(group)), place, offset])
            }
            K::CommitFailed { actor, group, why } => self.with(
                "story-commit-failed",
                &vec![("who", self.who(actor)), ("group", text(group)), ("why", text(why))],
            ),
            K::Duplicate { actor, topic, partition, offset, first_by } => {
                let mut args = self.what(topic, *partition, *offset, *offset);
                args.extend([("who", self.who(actor)), ("first", self.who(first_by))]);
                self.with("story-duplicate", &args)
            }
            K::OutOfOrder { actor, topic, partition, offset, older } => {
                let mut args = self.what(topic, *partition, *offset, *offset);
                args.extend([("who", self.who(actor)), ("older", format::integer(*older).into())]);
                self.with("story-out-of-order", &args)
            }
            _ => String::new(),
        }
    }

    fn queue(&self, event: &StoryEvent) -> String {
        match &event.kind {
            K::Acquired { actor, topic, partition, first, last, count, .. } => {
                let mut args = self.what(topic, *partition, *first, *last);
                args.extend([("who", self.who(actor)), ("count", u64::from(*count).into())]);
                match self.lock(topic, *partition, *first, event.at_ms) {
                    Some(lock) => {
                        args.push(("lock", self.took(lock)));
                        self.with("story-acquired", &args)
                    }
                    None => self.with("story-acquired-plain", &args),
                }
            }
            K::Accepted { actor, group, topic, partition, first, last } => {
                let deletes = self.view.groups.iter().any(|one| one.id == *group && one.deletes);
                let id = if deletes { "story-accepted-gone" } else { "story-accepted" };
                self.lent(id, actor, topic, *partition, *first, *last)
            }
            K::Released { actor, topic, partition, first, last, .. } => {
                self.lent("story-released", actor, topic, *partition, *first, *last)
            }
            K::Rejected { actor, topic, partition, first, last, .. } => {
                self.lent("story-rejected", actor, topic, *partition, *first, *last)
            }
            K::Renewed { actor, topic, partition, first, last, .. } => {
                self.lent("story-renewed", actor, topic, *partition, *first, *last)
            }
            K::LockExpired { actor, topic, partition, first, last, .. } => {
                self.lent("story-lock-expired", actor, topic, *partition, *first, *last)
            }
            K::Archived { group, topic, partition, first, last, why } => {
                let mut args = self.what(topic, *partition, *first, *last);
                args.push(("group", text(group)));
                let id = match why {
                    ArchivedWhy::DeliveryLimit => "story-archived-limit",
                    ArchivedWhy::Rejected => "story-archived-rejected",
                    ArchivedWhy::Gap => "story-archived-gap",
                    ArchivedWhy::ByHand => "story-archived-by-hand",
                    ArchivedWhy::Aborted => "story-archived-aborted",
                };
                self.with(id, &args)
            }
            K::DeadLettered { topic, partition, first, last, to, .. } => {
                let mut args = self.what(topic, *partition, *first, *last);
                args.push(("to", text(to)));
                self.with("story-dead-lettered", &args)
            }
            _ => String::new(),
        }
    }

    fn lent(&self, id: &str, actor: &Arc<str>, topic: &str, partition: i32, first: i64, last: i64) -> String {
        let mut args = self.what(topic, partition, first, last);
        args.push(("who", self.who(actor)));
        self.with(id, &args)
    }

    /// How long the lock of a record that was just lent holds, as its cell tells; `None` once that is over.
    fn lock(&self, topic: &str, partition: i32, offset: i64, since: i64) -> Option<i64> {
        let topic = self.view.topics.iter().find(|one| *one.name == *topic)?;
        let part = topic.partitions.iter().find(|part| part.id == partition)?;
        let cell = part.cells.binary_search_by_key(&offset, |cell| cell.offset).ok()?;
        match part.cells[cell].state {
            CellState::Acquired { lock_until_ms, .. } => Some(rounded(lock_until_ms - since)).filter(|left| *left > 0),
            _ => None,
        }
    }

    fn group(&self, kind: &K) -> String {
        let two = |id: &str, actor: &Arc<str>, group: &Arc<str>| {
            self.with(id, &vec![("who", self.who(actor)), ("group", text(group))])
        };
        match kind {
            K::Joined { actor, group } => two("story-joined", actor, group),
            K::Left { actor, group } => two("story-left", actor, group),
            K::Expired { actor, group } => two("story-expired", actor, group),
            K::Idle { actor, group } => two("story-idle", actor, group),
            K::Rebalanced { group, generation, members, took_ms } => self.with(
                "story-rebalanced",
                &vec![
                    ("group", text(group)),
                    ("generation", i64::from(*generation).into()),
                    ("n", u64::from(*members).into()),
                    ("took", self.took(*took_ms)),
                ],
            ),
            K::Assigned { actor, group, partitions } => {
                let id = if self.is_alone(group) { "story-assigned-alone" } else { "story-assigned" };
                self.partitions(id, actor, group, partitions)
            }
            K::Revoked { actor, group, partitions } => self.partitions("story-revoked", actor, group, partitions),
            _ => String::new(),
        }
    }

    fn partitions(&self, id: &str, actor: &Arc<str>, group: &Arc<str>, partitions: &[(Arc<str>, i32)]) -> String {
        let named: Vec<_> =
            partitions.iter().take(PARTITIONS_NAMED_MAX).map(|(topic, part)| self.place(topic, *part)).collect();
        let mut named = named.join(", ");
        if partitions.len() > PARTITIONS_NAMED_MAX {
            let more = (partitions.len() - PARTITIONS_NAMED_MAX) as u64;
            named = self.with("story-and-more", &vec![("named", named.into()), ("n", more.into())]);
        }
        if partitions.is_empty() {
            named = self.ctx.t("story-no-partition").to_string();
        }
        self.with(id, &vec![("who", self.who(actor)), ("group", text(group)), ("partitions", named.into())])
    }

    fn actor(&self, kind: &K) -> String {
        let one = |id: &str, actor: &Arc<str>| self.with(id, &vec![("who", self.who(actor))]);
        match kind {
            K::Started { actor } => one("story-started", actor),
            K::Stopped { actor } => one("story-stopped", actor),
            K::Crashed { actor } => one("story-crashed", actor),
            K::Paused { actor } => one("story-paused", actor),
            K::Resumed { actor } => one("story-resumed", actor),
            K::Added { actor } => one("story-added", actor),
            K::Removed { actor } => one("story-removed", actor),
            K::Changed { actor, field, value } => {
                let field = super::super::field_name(self.ctx, field);
                let value = value.to_string().into();
                self.with("story-changed", &vec![("who", self.who(actor)), ("field", field.into()), ("value", value)])
            }
            K::ModeChanged { actor, queue: true } => one("story-mode-queue", actor),
            K::ModeChanged { actor, queue: false } => one("story-mode-sequence", actor),
            K::Served { actor, took_ms } => {
                self.with("story-served", &vec![("who", self.who(actor)), ("took", self.took(*took_ms))])
            }
            K::RequestFailed { actor, why, took_ms } => {
                let id = match why {
                    RequestFailure::Refused => "story-request-refused",
                    RequestFailure::TimedOut => "story-request-timed-out",
                    RequestFailure::CalleeDown => "story-request-callee-down",
                };
                self.with(id, &vec![("who", self.who(actor)), ("took", self.took(*took_ms))])
            }
            _ => String::new(),
        }
    }

    fn broker(&self, kind: &K) -> String {
        let topic_arg = |topic: &Arc<str>| ("topic", text(topic));
        match kind {
            K::Deleted { topic, partition, before, records } => self.with(
                "story-deleted",
                &vec![
                    ("place", self.place(topic, *partition).into()),
                    ("n", (*records).into()),
                    ("before", format::integer(*before).into()),
                ],
            ),
            K::Compacted { topic, removed } => {
                self.with("story-compacted", &vec![topic_arg(topic), ("n", (*removed).into())])
            }
            K::TransactionBegan { actor, .. } => self.with("story-transaction-began", &vec![("who", self.who(actor))]),
            K::TransactionCommitted { actor, records, .. } => {
                self.with("story-transaction-committed", &vec![("who", self.who(actor)), ("n", (*records).into())])
            }
            K::TransactionAborted { actor, records, .. } => {
                self.with("story-transaction-aborted", &vec![("who", self.who(actor)), ("n", (*records).into())])
            }
            K::ReadFound { topic, partition, offset } => self.asked("story-read-found", topic, *partition, *offset),
            K::ReadGone { topic, partition, offset } => self.asked("story-read-gone", topic, *partition, *offset),
            K::TopicCreated { topic, partitions } => {
                self.with("story-topic-created", &vec![topic_arg(topic), ("n", i64::from(*partitions).into())])
            }
            K::PartitionsAdded { topic, partitions } => {
                self.with("story-partitions-added", &vec![topic_arg(topic), ("n", i64::from(*partitions).into())])
            }
            K::Configured { what, setting, value } => self.with(
                "story-configured",
                &vec![("what", text(what)), ("setting", text(setting)), ("value", text(value))],
            ),
            K::GroupCreated { group, kind } => {
                let id = match kind {
                    GroupType::Share => "story-queue-created",
                    _ => "story-group-created",
                };
                self.with(id, &vec![("group", text(group))])
            }
            K::OffsetsReset { group, topic, to } => {
                let to = match to {
                    ResetTo::Word(crate::labs::file::From::Earliest) => self.ctx.t("story-to-earliest").to_string(),
                    ResetTo::Word(crate::labs::file::From::Latest) => self.ctx.t("story-to-latest").to_string(),
                    ResetTo::Offset(offset) => format::integer(*offset),
                };
                self.with("story-offsets-reset", &vec![("group", text(group)), topic_arg(topic), ("to", to.into())])
            }
            K::Jumped { hours } => self.with("story-jumped", &vec![("hours", short(*hours).into())]),
            K::Overrun { topic, times, .. } => {
                self.with("story-overrun", &vec![topic_arg(topic), ("times", short(*times).into())])
            }
            K::Drained { topic, took_ms, .. } => {
                self.with("story-drained", &vec![topic_arg(topic), ("took", self.took(*took_ms))])
            }
            _ => String::new(),
        }
    }

    fn asked(&self, id: &str, topic: &Arc<str>, partition: i32, offset: i64) -> String {
        let args = vec![("place", self.place(topic, partition).into()), ("offset", format::integer(offset).into())];
        self.with(id, &args)
    }
}

/// Whether one actor at most is in that group.
pub(super) fn is_alone(view: &StageView, group: &str) -> bool {
    let of = |actor: &&ActorView| matches!(&actor.kind, ActorViewKind::Consumer { group: of, .. } if **of == *group);
    view.actors.iter().filter(of).count() < 2
}

fn text(word: &Arc<str>) -> Arg<'static> {
    word.to_string().into()
}

/// A number with one digit after the point where it needs one.
fn short(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    if rounded.fract() == 0.0 { format::integer(rounded as i64) } else { rounded.to_string() }
}

/// To whole seconds, where it is nearly one.
fn rounded(millis: i64) -> i64 {
    const NEARLY_MILLIS: i64 = 120;
    let seconds = (millis + 500).div_euclid(1_000) * 1_000;
    if (millis - seconds).abs() <= NEARLY_MILLIS { seconds } else { millis }
}
