//! Questions before topics or their records are lost.

use std::sync::Arc;

use crate::ui::{Action, Ctx, confirm::Confirm, format};

/// Asks before all records of topics are deleted.
pub fn ask_empty(ctx: &Ctx<'_>, names: &[Arc<str>]) {
    let work_names: Vec<String> = names.iter().map(ToString::to_string).collect();
    ctx.act(Action::Ask(Confirm {
        title: about(ctx, "topics-empty-title", names),
        losses: losses(ctx, names),
        verb: about(ctx, "topics-empty-verb", names),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            session.empty_topics(work_names);
        }),
    }));
}

/// Asks before topics are deleted; the name of a single one must be typed, the word for many.
pub fn ask_delete(ctx: &Ctx<'_>, names: &[Arc<str>]) {
    let work_names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut losses = losses(ctx, names);
    losses.push(ctx.t("topics-delete-loss-settings").to_string());
    let typed = match names {
        [one] => one.to_string(),
        _ => ctx.t("topics-delete-typed").to_string(),
    };
    ctx.act(Action::Ask(Confirm {
        title: about(ctx, "topics-delete-title", names),
        losses,
        verb: about(ctx, "topics-delete-verb", names),
        effect: None,
        typed: Some(typed),
        work: Box::new(move |session| {
            session.delete_topics(work_names);
        }),
    }));
}

fn about(ctx: &Ctx<'_>, id: &str, names: &[Arc<str>]) -> String {
    let first = names.first().map_or("", |name| &**name);
    ctx.text.with(id, &[("count", (names.len() as u64).into()), ("topic", first.into())])
}

fn losses(ctx: &Ctx<'_>, names: &[Arc<str>]) -> Vec<String> {
    let topics: Vec<_> = names.iter().filter_map(|name| ctx.facts.topic(name)).collect();
    let records: u64 = topics.iter().map(|t| t.records).sum();
    let sizes: Vec<u64> = topics.iter().filter_map(|t| t.size_bytes).collect();
    let size = if sizes.is_empty() { format::UNKNOWN.to_owned() } else { format::bytes_text(sizes.iter().sum()) };
    let mut lines = vec![
        ctx.text.with("topics-loss-records", &[("records", format::count(records).into()), ("size", size.into())]),
    ];
    let mut groups: Vec<&str> =
        names.iter().flat_map(|name| ctx.facts.groups_of(name)).map(|group| &*group.id).collect();
    groups.sort_unstable();
    groups.dedup();
    if !groups.is_empty() {
        let (count, list) = (groups.len() as u64, shortened(&groups));
        lines.push(ctx.text.with("topics-loss-groups", &[("count", count.into()), ("groups", list.into())]));
    }
    lines
}

fn shortened(names: &[&str]) -> String {
    const NAMED_MAX: usize = 4;
    let mut list = names[..names.len().min(NAMED_MAX)].join(", ");
    if names.len() > NAMED_MAX {
        list.push_str(", …");
    }
    list
}
