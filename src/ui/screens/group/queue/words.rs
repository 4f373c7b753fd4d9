//! What a record in a queue is, in words: for the pointer, for who cannot see the cells, and for the legend.

use std::sync::Arc;

use egui::{Color32, Ui};

use super::{config::QueueConfig, strip::Face};
use crate::{
    model::{ShareRecordState, TopicPartition},
    ui::{
        Ctx, format,
        icon::{self, Icon},
        screens::group::short_member,
        theme::Theme,
        widgets,
    },
};

/// "acquired".
pub(super) fn state_word(ctx: &Ctx<'_>, state: ShareRecordState) -> Arc<str> {
    ctx.t(match state {
        ShareRecordState::Available => "queue-state-available",
        ShareRecordState::Acquired => "queue-state-acquired",
        ShareRecordState::Acknowledged => "queue-state-acknowledged",
        ShareRecordState::Archived => "queue-state-archived",
    })
}

/// One sentence on what a state means.
pub(super) fn state_about(ctx: &Ctx<'_>, state: ShareRecordState) -> Arc<str> {
    ctx.t(match state {
        ShareRecordState::Available => "queue-state-available-about",
        ShareRecordState::Acquired => "queue-state-acquired-about",
        ShareRecordState::Acknowledged => "queue-state-acknowledged-about",
        ShareRecordState::Archived => "queue-state-archived-about",
    })
}

/// The shape and the colour of a state; members have colours of their own.
pub(super) fn state_look(theme: &Theme, state: ShareRecordState) -> (Icon, Color32) {
    match state {
        ShareRecordState::Available => (icon::SQUARE, theme.quiet),
        ShareRecordState::Acquired => (icon::LOCK, theme.accent),
        ShareRecordState::Acknowledged => (icon::CHECK, theme.good),
        ShareRecordState::Archived => (icon::CLOSE, theme.bad),
    }
}

/// Who holds it, as people know it.
pub(super) fn holder<'a>(face: &Face<'a>) -> Option<&'a str> {
    face.client_id.filter(|id| !id.is_empty()).or(face.member.map(short_member))
}

/// How long the lock still holds, in milliseconds.
pub(super) fn lock_left(ctx: &Ctx<'_>, face: &Face<'_>) -> Option<i64> {
    face.lock_until.map(|until| (until - ctx.now).max(0))
}

/// "orders-0 @ 12: acquired by anna, 12 s left, delivered 2 times".
pub(super) fn name(ctx: &Ctx<'_>, tp: &TopicPartition, face: &Face<'_>) -> String {
    let mut words = format!("{tp} @ {}: {}", face.offset, state_word(ctx, face.state));
    if let (ShareRecordState::Acquired, Some(holder)) = (face.state, holder(face)) {
        words.push_str(&ctx.text.with("queue-name-holder", &[("member", holder.into())]));
    }
    if face.delivery_count > 0 {
        let count = u64::from(face.delivery_count);
        words.push_str(&ctx.text.with("queue-name-deliveries", &[("count", count.into())]));
    }
    words
}

/// What the pointer tells.
pub(super) fn tell(ui: &mut Ui, ctx: &Ctx<'_>, tp: &TopicPartition, face: &Face<'_>, config: &QueueConfig) {
    ui.set_max_width(300.0);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.horizontal(|ui| {
        widgets::strong(ui, &tp.to_string());
        widgets::data(ui, &format::integer(face.offset));
        let (symbol, color) = state_look(ctx.theme, face.state);
        widgets::chip(ui, symbol, &state_word(ctx, face.state), color);
    });
    widgets::paragraph(ui, &state_about(ctx, face.state));
    if let (ShareRecordState::Acquired, Some(holder)) = (face.state, holder(face)) {
        let left = lock_left(ctx, face).map_or_else(String::new, |left| ctx.format.duration(left / 100 * 100));
        let args = [("member", holder.into()), ("left", left.into())];
        widgets::body(ui, &ctx.text.with("queue-held-by", &args));
    }
    let count = ("count", u64::from(face.delivery_count).into());
    let words = match config.delivery_limit() {
        _ if face.delivery_count == 0 => ctx.t("queue-never-delivered").to_string(),
        Some(limit) => ctx.text.with("queue-deliveries-of", &[count, ("limit", limit.into())]),
        None => ctx.text.with("queue-deliveries", &[count]),
    };
    widgets::body(ui, &words);
    widgets::caption(ui, &ctx.t("queue-cell-hint"));
}
