//! State chips: icon, word, tinted ground; the same chip for the same state everywhere.

use egui::{Color32, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::{
    model::{GroupKind, GroupState},
    ui::{
        icon::{self, Icon},
        text::Text,
        theme::{self, fonts},
    },
};

/// A chip with an icon. `color` is one of the theme's meanings (good, care, bad, note, quiet).
pub fn chip(ui: &mut Ui, icon: Icon, word: &str, color: Color32) -> Response {
    draw(ui, Some(icon), word, color)
}

/// A chip without an icon, for properties that are no state: "4 partitions".
pub fn chip_plain(ui: &mut Ui, word: &str, color: Color32) -> Response {
    draw(ui, None, word, color)
}

/// A chip whose ground is the colour itself, for what must not be overlooked.
pub fn chip_filled(ui: &mut Ui, word: &str, color: Color32) -> Response {
    let theme = theme::of(ui);
    paint(ui, None, word, theme.on_profile(), color)
}

/// The chip of a group's type: queue or subscription by its icon, Kafka's word for the type, what it means on hover.
pub fn group_kind(ui: &mut Ui, text: &Text, kind: GroupKind) -> Response {
    let theme = theme::of(ui);
    let (icon, color, about) = match kind {
        GroupKind::Share => (icon::QUEUE, theme.accent, "group-kind-share-about"),
        GroupKind::Consumer => (icon::GROUPS, theme.quiet, "group-kind-consumer-about"),
        GroupKind::Classic => (icon::GROUPS, theme.quiet, "group-kind-classic-about"),
    };
    chip(ui, icon, &group_kind_word(text, kind), color).on_hover_text(&*text.get(about))
}

/// The word of a group's type.
pub fn group_kind_word(text: &Text, kind: GroupKind) -> std::sync::Arc<str> {
    match kind {
        GroupKind::Share => text.get("group-kind-share"),
        GroupKind::Consumer => text.get("group-kind-consumer"),
        GroupKind::Classic => text.get("group-kind-classic"),
    }
}

/// The chip of a group's state, with what it means on hover.
pub fn group_state(ui: &mut Ui, text: &Text, state: GroupState) -> Response {
    let theme = theme::of(ui);
    let (icon, color, about) = match state {
        GroupState::Stable => (icon::CHECK, theme.good, "group-state-stable-about"),
        GroupState::Empty => (icon::CIRCLE, theme.note, "group-state-empty-about"),
        GroupState::PreparingRebalance => (icon::REBALANCE, theme.care, "group-state-preparing-about"),
        GroupState::CompletingRebalance => (icon::REBALANCE, theme.care, "group-state-completing-about"),
        GroupState::Assigning => (icon::REBALANCE, theme.care, "group-state-assigning-about"),
        GroupState::Reconciling => (icon::REBALANCE, theme.care, "group-state-reconciling-about"),
        GroupState::Dead => (icon::CLOSE, theme.bad, "group-state-dead-about"),
        GroupState::Unknown => (icon::HELP, theme.care, "group-state-unknown-about"),
    };
    chip(ui, icon, &group_state_word(text, state), color).on_hover_text(&*text.get(about))
}

/// The word of a group's state.
pub fn group_state_word(text: &Text, state: GroupState) -> std::sync::Arc<str> {
    match state {
        GroupState::Stable => text.get("group-state-stable"),
        GroupState::Empty => text.get("group-state-empty"),
        GroupState::PreparingRebalance => text.get("group-state-preparing"),
        GroupState::CompletingRebalance => text.get("group-state-completing"),
        GroupState::Assigning => text.get("group-state-assigning"),
        GroupState::Reconciling => text.get("group-state-reconciling"),
        GroupState::Dead => text.get("group-state-dead"),
        GroupState::Unknown => text.get("group-state-unknown"),
    }
}

fn draw(ui: &mut Ui, icon: Option<Icon>, word: &str, color: Color32) -> Response {
    let theme = theme::of(ui);
    paint(ui, icon, word, theme.chip_text(color), theme.tinted(color))
}

fn paint(ui: &mut Ui, icon: Option<Icon>, word: &str, front: Color32, ground: Color32) -> Response {
    const HEIGHT: f32 = 20.0;
    const ICON: f32 = 13.0;
    let galley = ui.painter().layout_no_wrap(word.to_owned(), fonts::medium(11.5), front);
    let lead = if icon.is_some() { ICON + 4.0 } else { 0.0 };
    let size = Vec2::new((galley.size().x + lead + 16.0).ceil(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    let painter = ui.painter();
    painter.rect_filled(rect, HEIGHT / 2.0, ground);
    if let Some(icon) = icon {
        icon.paint(painter, egui::pos2(rect.left() + 8.0 + ICON / 2.0, rect.center().y), ICON, front);
    }
    painter.galley(egui::pos2(rect.left() + 8.0 + lead, rect.center().y - galley.size().y / 2.0), galley, front);
    response
}
