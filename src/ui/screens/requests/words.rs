//! What a request said, in words: typed facts of the broker to one line in the reader's language.

use std::sync::Arc;

use crate::{
    model::PartitionId,
    session::requests::{RequestView, Said},
    ui::{ctx::Ctx, format},
};

pub use crate::ui::screens::group::short_member as short;

/// The line of a request: what its error means, or else what it was about.
pub fn line(ctx: &Ctx<'_>, view: &RequestView) -> String {
    match view.errors {
        Some(errors) if !errors.is_routine() => super::errors::meaning(ctx, errors.first).to_string(),
        _ => said(ctx, &view.said),
    }
}

/// What a request was about.
pub fn said(ctx: &Ctx<'_>, said: &Said) -> String {
    match said {
        Said::Nothing => String::new(),
        Said::Produce { parts, partitions, records, .. } => match &**parts {
            [part] if *partitions == 1 && part.base_offset >= 0 => {
                let args = [
                    ("place", place(&part.topic, part.partition).into()),
                    ("n", (*records).into()),
                    ("offset", format::integer(part.base_offset).into()),
                ];
                ctx.text.with("said-produce-one", &args)
            }
            parts => records_in(ctx, places(ctx, parts.iter().map(|p| (&p.topic, p.partition)), *partitions), *records),
        },
        Said::Fetch { records: 0, .. } => ctx.t("said-fetch-nothing").to_string(),
        Said::Fetch { parts, partitions, records, .. } => {
            records_in(ctx, places(ctx, parts.iter().map(|p| (&p.topic, p.partition)), *partitions), *records)
        }
        Said::Commit { parts, partitions, .. } => {
            let one = |topic: &str, partition, offset: i64| {
                let args = [("place", place(topic, partition).into()), ("offset", format::integer(offset).into())];
                ctx.text.with("said-commit-one", &args)
            };
            let named = parts.iter().map(|part| one(&part.topic, part.partition, part.offset));
            with_rest(ctx, named.collect(), *partitions)
        }
        Said::Join { group, member, .. } if member.is_empty() => {
            ctx.text.with("said-join-new", &[("group", (&**group).into())])
        }
        Said::Join { group, member, generation } => {
            let args = [
                ("group", (&**group).into()),
                ("member", short(member).into()),
                ("generation", generation.to_string().into()),
            ];
            ctx.text.with("said-join", &args)
        }
        Said::Sync { member, got, partitions, .. } if got.is_empty() && *partitions == 0 => {
            ctx.text.with("said-sync-nothing", &[("member", short(member).into())])
        }
        Said::Sync { member, got, partitions, .. } => {
            let places = places(ctx, got.iter().map(|(topic, partition)| (topic, *partition)), *partitions);
            ctx.text.with("said-sync", &[("member", short(member).into()), ("places", places.into())])
        }
        Said::Heartbeat { group, member, owned, .. } => {
            let args = [("group", (&**group).into()), ("member", short(member).into())];
            match owned {
                Some(n) => ctx.text.with("said-heartbeat-new", &[args.to_vec(), vec![("n", (*n).into())]].concat()),
                None => ctx.text.with("said-heartbeat", &args),
            }
        }
        Said::Leave { group, members } => {
            let names: Vec<&str> = members.iter().map(|member| short(member)).collect();
            ctx.text.with("said-leave", &[("group", (&**group).into()), ("members", names.join(", ").into())])
        }
        Said::Committed { group, partitions } => {
            ctx.text.with("said-committed", &[("group", (&**group).into()), ("n", (*partitions).into())])
        }
        Said::Topics { names, count: 0 } if names.is_empty() => ctx.t("said-all-topics").to_string(),
        Said::Topics { names, count } | Said::Groups { names, count } => {
            with_rest(ctx, names.iter().map(|name| name.to_string()).collect(), *count)
        }
        Said::Partitions { parts, partitions } => {
            places(ctx, parts.iter().map(|(topic, partition)| (topic, *partition)), *partitions)
        }
        Said::Library { name, version } => format!("{name} {version}"),
        Said::Transaction { transactional_id, producer_id, epoch, commit } => {
            let id = match commit {
                _ if transactional_id.is_empty() => "said-producer",
                None => "said-transaction",
                Some(true) => "said-transaction-commit",
                Some(false) => "said-transaction-abort",
            };
            let args = [
                ("id", (&**transactional_id).into()),
                ("producer", producer_id.to_string().into()),
                ("epoch", epoch.to_string().into()),
            ];
            ctx.text.with(id, &args)
        }
    }
}

/// `orders-3`, as Kafka writes a partition.
pub fn place(topic: &str, partition: PartitionId) -> String {
    format!("{topic}-{partition}")
}

fn records_in(ctx: &Ctx<'_>, places: String, records: u64) -> String {
    ctx.text.with("said-records", &[("places", places.into()), ("n", records.into())])
}

fn places<'a>(ctx: &Ctx<'_>, parts: impl Iterator<Item = (&'a Arc<str>, PartitionId)>, all: u32) -> String {
    with_rest(ctx, parts.map(|(topic, partition)| place(topic, partition)).collect(), all)
}

/// The named ones, and how many there are beyond.
fn with_rest(ctx: &Ctx<'_>, named: Vec<String>, all: u32) -> String {
    let rest = u64::from(all).saturating_sub(named.len() as u64);
    let mut words = named.join(", ");
    if rest > 0 && !words.is_empty() {
        words.push_str(&ctx.text.with("said-and-more", &[("n", rest.into())]));
    } else if rest > 0 {
        words = ctx.text.with("said-partitions", &[("n", rest.into())]);
    }
    words
}
