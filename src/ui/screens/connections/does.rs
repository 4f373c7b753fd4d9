//! What a client does, in a few words: which topics it writes and reads, in which groups.

use std::sync::Arc;

use crate::{session::programs::Program, ui::ctx::Ctx};

/// Topics that are named; the rest is a number.
pub(super) const TOPICS_MAX: usize = 3;

/// `writes orders · reads payments · group billing`.
pub(super) fn words(ctx: &Ctx<'_>, client: &Program) -> String {
    let mut parts = Vec::new();
    let mut add = |id: &str, names: Vec<&str>| {
        if !names.is_empty() {
            parts.push(ctx.text.with(id, &[("names", named(ctx, &names).into())]));
        }
    };
    add("clients-writes", client.writes.iter().map(|topic| &**topic).collect());
    add("clients-reads", client.reads.iter().map(|topic| &**topic).collect());
    add("clients-in-group", groups(client));
    if parts.is_empty() && client.left_at.is_none() {
        return ctx.t("clients-does-nothing").to_string();
    }
    parts.join(" · ")
}

/// Topics that it writes or reads, each once.
pub(super) fn topics(client: &Program) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for topic in client.writes.iter().chain(&client.reads) {
        if !found.contains(topic) {
            found.push(Arc::clone(topic));
        }
    }
    found
}

/// The groups that it is in, each once.
pub(super) fn groups(client: &Program) -> Vec<&str> {
    let mut found: Vec<&str> = client.groups.iter().map(|membership| &*membership.group).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn named(ctx: &Ctx<'_>, names: &[&str]) -> String {
    let mut words = names.iter().take(TOPICS_MAX).copied().collect::<Vec<_>>().join(", ");
    if names.len() > TOPICS_MAX {
        words.push_str(&ctx.text.with("said-and-more", &[("n", (names.len() - TOPICS_MAX).into())]));
    }
    words
}
