//! Colours, shapes and words of what is in the picture. Never colour alone: each state has a shape and a word too.

use std::sync::Arc;

use egui::{
    Color32, FontId, Galley, Painter, TextFormat,
    text::{LayoutJob, TextWrapping},
};

use super::layout::is_left;
use crate::{
    labs::{
        file::{GroupProtocol, Text},
        view::{ActorState, ActorView, ActorViewKind, CellState, StageView},
    },
    ui::{
        Ctx, format,
        icon::{self, Icon},
        text::Language,
        theme::Theme,
    },
};

/// The words in the language of the window.
pub fn words<'a>(ctx: &Ctx<'_>, text: &'a Text) -> &'a str {
    text.get(ctx.text.language() == Language::Chinese)
}

/// Each actor's colour, as the actors of the view: by its place among its like in its lane, so that it stays.
pub fn colors(theme: &Theme, view: &StageView) -> Vec<Color32> {
    let mut seen: Vec<(Option<&str>, bool, usize)> = Vec::new();
    let mut colors = Vec::with_capacity(view.actors.len());
    for actor in &view.actors {
        let left = is_left(actor);
        let nth = match seen.iter_mut().find(|(lane, side, _)| *lane == actor.lane.as_deref() && *side == left) {
            Some((_, _, nth)) => {
                *nth += 1;
                *nth
            }
            None => {
                seen.push((actor.lane.as_deref(), left, 0));
                0
            }
        };
        colors.push(if left {
            // The first colour, then those at the end of the list: the others are the consumers'.
            theme.series(if nth == 0 { 0 } else { 8 - nth.min(3) })
        } else {
            theme.series(1 + nth % 7)
        });
    }
    colors
}

/// Words on one line, cut with `…` where they would be wider than that.
pub(super) fn one_line(painter: &Painter, words: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let format = TextFormat { font_id: font, color, ..TextFormat::default() };
    let mut job = LayoutJob::single_section(words.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
    painter.layout_job(job)
}

/// The actor's index by its id.
pub(super) fn actor(view: &StageView, id: &str) -> Option<usize> {
    view.actors.iter().position(|actor| *actor.id == *id)
}

/// The colour of a group: that of its first member, or a quiet one while it has none.
pub(super) fn group_color(theme: &Theme, view: &StageView, colors: &[Color32], group: &str) -> Color32 {
    let member = view.actors.iter().position(|actor| group_of(actor) == Some(group));
    member.and_then(|index| colors.get(index)).copied().unwrap_or(theme.quiet)
}

/// The group that a consumer belongs to.
pub(super) fn group_of(actor: &ActorView) -> Option<&str> {
    match &actor.kind {
        ActorViewKind::Consumer { group, .. } => Some(group),
        _ => None,
    }
}

/// What a group is called on the picture: as its only member, or by its own name.
pub(super) fn group_name(ctx: &Ctx<'_>, view: &StageView, group: &str) -> String {
    let mut members = view.actors.iter().filter(|actor| group_of(actor) == Some(group));
    match (members.next(), members.next()) {
        (Some(only), None) => words(ctx, &only.name).to_owned(),
        _ => group.to_owned(),
    }
}

/// What an actor does right now: a sign where it is not the usual, and a few words.
pub(super) fn doing(ctx: &Ctx<'_>, view: &StageView, actor: &ActorView) -> (Option<Icon>, String) {
    let word = |id: &str| ctx.t(id).to_string();
    match &actor.state {
        ActorState::Stopped => (Some(icon::STOP), word("lab-actor-stopped")),
        ActorState::Paused => (Some(icon::PAUSE), word("lab-actor-paused")),
        ActorState::Crashed => (Some(icon::KILL), word("lab-actor-crashed")),
        ActorState::Working { offset, .. } => {
            (None, ctx.text.with("lab-actor-works-on", &[("offset", format::integer(*offset).into())]))
        }
        ActorState::Waiting if matches!(actor.kind, ActorViewKind::Consumer { .. }) && is_idle(view, actor) => {
            (Some(icon::TIME), word("lab-actor-idle"))
        }
        ActorState::Running | ActorState::Waiting => (None, running(ctx, view, actor)),
    }
}

fn running(ctx: &Ctx<'_>, view: &StageView, actor: &ActorView) -> String {
    let count = |id: &str, n: u64| ctx.text.with(id, &[("n", n.into())]);
    match &actor.kind {
        // What the person's own programs have sent and received in all is not known here.
        ActorViewKind::Producer if is_watched(view) => ctx.t("lab-actor-writes").to_string(),
        ActorViewKind::Consumer { protocol, .. } if is_watched(view) && read_to(view, actor).is_none() => {
            match protocol {
                GroupProtocol::Share => ctx.t("lab-actor-reads-queue").to_string(),
                _ => count("lab-actor-reads", actor.owns.len() as u64),
            }
        }
        ActorViewKind::Producer => match actor.rate {
            rate if rate > 0.0 => ctx.text.with("lab-actor-rate", &[("rate", format::rate(rate).into())]),
            _ => count("lab-actor-sent", actor.sent),
        },
        ActorViewKind::Service => match &actor.service {
            Some(service) if service.served > 0 => {
                let took = ctx.format.duration(service.response_ms.round() as i64);
                ctx.text.with("lab-actor-answers-in", &[("took", took.into())])
            }
            _ => count("lab-actor-answered", actor.processed),
        },
        ActorViewKind::Program if is_left(actor) => count("lab-actor-sent", actor.sent),
        ActorViewKind::Consumer { protocol, .. } if actor.owns.is_empty() && *protocol != GroupProtocol::Share => {
            ctx.t("lab-actor-waits").to_string()
        }
        ActorViewKind::Consumer { .. } | ActorViewKind::Program => match read_to(view, actor) {
            Some(offset) => ctx.text.with("lab-actor-has-read", &[("offset", format::integer(offset).into())]),
            None => count("lab-actor-received", actor.received),
        },
    }
}

/// Whether the picture is of a topic of the workspace: only a stage can be written as a file.
fn is_watched(view: &StageView) -> bool {
    view.file.is_none() && view.lesson.is_none()
}

/// The newest offset that the only member of a group on the only partition has committed.
fn read_to(view: &StageView, actor: &ActorView) -> Option<i64> {
    let (group, [(topic, partition)]) = (group_of(actor)?, actor.owns.as_slice()) else { return None };
    let topic = view.topics.iter().find(|one| one.name == *topic)?;
    let part = topic.partitions.iter().find(|part| part.id == *partition)?;
    let marker = part.markers.iter().find(|marker| *marker.group == *group)?;
    marker.committed.filter(|committed| *committed > 0).map(|committed| committed - 1)
}

/// A member of a group with other members that got no partition.
pub(super) fn is_idle(view: &StageView, actor: &ActorView) -> bool {
    let ActorViewKind::Consumer { protocol, .. } = &actor.kind else { return false };
    // Members of a queue own nothing, and none of them is idle for that.
    if *protocol == GroupProtocol::Share {
        return false;
    }
    let group = group_of(actor);
    actor.owns.is_empty() && view.actors.iter().any(|other| group_of(other) == group && !other.owns.is_empty())
}

/// What hovering over an actor tells, a line each.
pub(super) fn about(ctx: &Ctx<'_>, actor: &ActorView) -> Vec<String> {
    let kind = match &actor.kind {
        ActorViewKind::Producer => ctx.t("lab-about-producer"),
        ActorViewKind::Service => ctx.t("lab-about-service"),
        ActorViewKind::Program => ctx.t("lab-about-program"),
        ActorViewKind::Consumer { .. } => ctx.t("lab-about-consumer"),
    };
    let mut lines = vec![kind.to_string()];
    if let Some(group) = group_of(actor) {
        lines.push(ctx.text.with("lab-about-group", &[("group", group.into())]));
        lines.push(match actor.owns.as_slice() {
            [] => ctx.t("lab-about-owns-none").to_string(),
            owns => {
                let owns: Vec<_> = owns.iter().map(|(topic, partition)| format!("{topic}-{partition}")).collect();
                ctx.text.with("lab-about-owns", &[("partitions", owns.join(", ").into())])
            }
        });
    }
    for (id, n) in [
        ("lab-count-sent", actor.sent),
        ("lab-count-received", actor.received),
        ("lab-count-processed", actor.processed),
        ("lab-count-failed", actor.failed),
        ("lab-count-duplicates", actor.duplicates),
    ] {
        if n > 0 {
            lines.push(ctx.text.with(id, &[("n", n.into())]));
        }
    }
    lines
}

/// The sign in the corner of a cell, and the word for its state.
pub fn cell_state(ctx: &Ctx<'_>, state: &CellState) -> (Option<Icon>, Arc<str>) {
    match state {
        CellState::Stored => (None, ctx.t("lab-cell-stored")),
        CellState::Gone => (None, ctx.t("lab-cell-gone")),
        CellState::Waiting => (None, ctx.t("lab-cell-waiting")),
        CellState::Acquired { .. } => (Some(icon::LOCK), ctx.t("lab-cell-acquired")),
        CellState::Acknowledged => (Some(icon::CHECK), ctx.t("lab-cell-acknowledged")),
        CellState::Archived => (Some(icon::CLOSE), ctx.t("lab-cell-archived")),
        CellState::Compacted => (None, ctx.t("lab-cell-compacted")),
        CellState::Open => (Some(icon::TIME), ctx.t("lab-cell-open")),
        CellState::Aborted => (Some(icon::CANCEL), ctx.t("lab-cell-aborted")),
        CellState::Control { committed: true } => (Some(icon::CHECK), ctx.t("lab-cell-commit-marker")),
        CellState::Control { committed: false } => (Some(icon::CANCEL), ctx.t("lab-cell-abort-marker")),
    }
}
