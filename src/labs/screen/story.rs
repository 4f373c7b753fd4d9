//! What happened, in words: one sentence an event, with the names of actors in their colours.

mod words;

use std::collections::HashMap;

use egui::{Color32, FontId, TextFormat, Ui, text::LayoutJob};

use crate::{
    labs::{
        picture::{Record, actor_colors},
        view::{Speed, StageView, StoryEvent, StoryKind},
    },
    ui::{
        Ctx,
        theme::{self, fonts},
        widgets,
    },
};

/// Begins and ends a name in a sentence; the index of the actor comes before [`NAME`].
const MARK: char = '\u{1}';
const NAME: char = '\u{2}';
/// Sentences that the card shows.
pub(super) const LINES_MAX: usize = 8;
/// Height of what is in the card, in points: the same however much has happened, so that nothing below it moves.
pub(super) const HEIGHT: f32 = 20.0 + LINES_MAX as f32 * 24.0;
/// The same with the card around it, and with some sentences on two lines where it is narrow.
pub(super) const CARD: f32 = HEIGHT + 30.0 + 3.0 * 18.0;
/// The part of it that is to be seen beside the picture, in points.
pub(super) const CARD_LEAST: f32 = 150.0;
/// How far back the card looks, in events.
const LOOK_BACK_EVENTS: usize = 160;
/// Sentences of one kind among those that are shown while time passes: what is rare stays in sight.
const OF_ONE_KIND_MAX: usize = 2;

/// The card of the newest events, newest first.
pub(super) fn card(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView) {
    widgets::card(ui, |ui| {
        ui.set_min_height(HEIGHT);
        ui.spacing_mut().item_spacing.y = 6.0;
        widgets::caption(ui, &ctx.t("lab-happened"));
        let mut seen: HashMap<&'static str, usize> = HashMap::new();
        let most = if view.speed == Speed::Paused { LINES_MAX } else { OF_ONE_KIND_MAX };
        let newest = view.story.iter().rev().take(LOOK_BACK_EVENTS).filter(|event| {
            if is_of_no_matter(view, &event.kind) {
                return false;
            }
            let kind = seen.entry(event.kind.counted_as()).or_default();
            *kind += 1;
            *kind <= most
        });
        let mut any = false;
        for event in newest.take(LINES_MAX) {
            any = true;
            line(ui, ctx, view, event);
        }
        if !any {
            widgets::faint(ui, &ctx.t("lab-happened-nothing"));
        }
    });
}

/// That a group of one divides its partitions among its one member.
fn is_of_no_matter(view: &StageView, kind: &StoryKind) -> bool {
    matches!(kind, StoryKind::Rebalanced { group, .. } | StoryKind::Joined { group, .. } if words::is_alone(view, group))
}

/// One event: when, and a sentence.
pub fn line(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, event: &StoryEvent) {
    let theme = theme::of(ui);
    let sentence = words::sentence(ctx, view, event);
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let mut add = |words: &str, font: FontId, color: Color32| {
        job.append(words, 0.0, TextFormat { line_height: Some(18.0), ..TextFormat::simple(font, color) });
    };
    add(&clock(event.at_ms), fonts::data(), theme.faint);
    add("  ", fonts::body(), theme.text);
    let mut colors = None;
    for (index, part) in sentence.split(MARK).enumerate() {
        match part.split_once(NAME).filter(|_| index % 2 == 1) {
            Some((actor, name)) => {
                let colors = colors.get_or_insert_with(|| actor_colors(theme, view));
                let color = actor.parse::<usize>().ok().and_then(|actor| colors.get(actor).copied());
                add(name, fonts::semibold(13.0), color.unwrap_or(theme.text));
            }
            None => add(part, fonts::body(), theme.text),
        }
    }
    ui.add(egui::Label::new(job).wrap());
}

/// The sentence alone, for who has no colours.
pub fn plain(ctx: &Ctx<'_>, view: &StageView, event: &StoryEvent) -> String {
    let sentence = words::sentence(ctx, view, event);
    let parts = sentence.split(MARK).map(|part| part.split_once(NAME).map_or(part, |(_, name)| name));
    parts.collect()
}

/// Time since the beginning of the story: `01:08.2`, with hours where there are any.
fn clock(millis: i64) -> String {
    let tenths = millis.max(0) / 100;
    let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}.{}", tenths % 10),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Whether an event is about that record.
pub fn is_about(event: &StoryEvent, record: &Record) -> bool {
    records(&event.kind).is_some_and(|(topic, partition, first, last)| {
        topic == record.topic && partition == record.partition && (first..=last).contains(&record.offset)
    })
}

/// The records that an event is about: topic, partition, first and last offset.
fn records(kind: &StoryKind) -> Option<(&str, i32, i64, i64)> {
    use StoryKind as K;
    match kind {
        K::Stored { topic, partition, first, last, .. }
        | K::Delivered { topic, partition, first, last, .. }
        | K::Processed { topic, partition, first, last, .. }
        | K::Acquired { topic, partition, first, last, .. }
        | K::Accepted { topic, partition, first, last, .. }
        | K::Released { topic, partition, first, last, .. }
        | K::Rejected { topic, partition, first, last, .. }
        | K::Renewed { topic, partition, first, last, .. }
        | K::LockExpired { topic, partition, first, last, .. }
        | K::Archived { topic, partition, first, last, .. }
        | K::DeadLettered { topic, partition, first, last, .. } => Some((topic, *partition, *first, *last)),
        K::ProcessingFailed { topic, partition, offset, .. }
        | K::Duplicate { topic, partition, offset, .. }
        | K::OutOfOrder { topic, partition, offset, .. }
        | K::ReadFound { topic, partition, offset }
        | K::ReadGone { topic, partition, offset } => Some((topic, *partition, *offset, *offset)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(clock(68_240), "01:08.2");
        assert_eq!(clock(3_661_000), "1:01:01");
        assert_eq!(clock(-5), "00:00.0");
    }

    #[test]
    fn an_event_is_about_the_records_between_its_first_and_last() {
        let kind = StoryKind::Acquired {
            actor: "anna".into(),
            group: "mail".into(),
            topic: "sign-ups".into(),
            partition: 0,
            first: 4,
            last: 6,
            count: 1,
        };
        let event = StoryEvent { number: 1, at_ms: 0, kind };
        let record = |offset| Record { topic: "sign-ups".into(), partition: 0, offset };
        assert!(is_about(&event, &record(5)));
        assert!(!is_about(&event, &record(7)));
    }
}
