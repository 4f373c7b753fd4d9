//! The question of a step, and rows of words that can be chosen.

use egui::{Color32, Frame, Margin, Ui};

use super::{Wish, panel::wrapped};
use crate::{
    labs::{file::Question, picture::words, view::AnswerView},
    ui::{
        Ctx,
        icon::{self, Icon},
        theme::{self, fonts},
        widgets,
    },
};

/// The question with its choices; once it is answered right, the right one alone, with its reason.
pub(super) fn ask(ui: &mut Ui, ctx: &Ctx<'_>, question: &Question, answer: Option<AnswerView>, wishes: &mut Vec<Wish>) {
    let theme = theme::of(ui);
    let right = answer.is_some_and(|answer| answer.right);
    ui.add_space(2.0);
    wrapped(ui, words(ctx, &question.text), fonts::semibold(13.0), theme.text);
    for (index, choice) in question.choices.iter().enumerate() {
        let number = index + 1;
        let chosen = answer.filter(|answer| answer.choice == number);
        if right && chosen.is_none() {
            continue;
        }
        let (sign, color) = match chosen {
            Some(AnswerView { right: true, .. }) => (icon::CHECK_CIRCLE, theme.good),
            Some(_) => (icon::CANCEL, theme.bad),
            None => (icon::CIRCLE, theme.faint),
        };
        if row(ui, words(ctx, &choice.text), Some((sign, color)), !right) {
            wishes.push(Wish::Answer(number));
        }
        if chosen.is_some() && !choice.why.is_empty() {
            let said = if right { "lab-answer-right" } else { "lab-answer-wrong" };
            Frame::new().inner_margin(Margin { left: 12, ..Margin::ZERO }).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                widgets::rich(ui, &ctx.t(said), fonts::semibold(13.0), color);
                widgets::paragraph(ui, words(ctx, &choice.why));
            });
        }
    }
}

/// Words over the whole width and as high as they need, after a sign where there is one; true when they were chosen.
pub(super) fn row(ui: &mut Ui, words: &str, sign: Option<(Icon, Color32)>, enabled: bool) -> bool {
    let theme = theme::of(ui);
    let room = ui.available_width();
    let left = if sign.is_some() { 34.0 } else { 12.0 };
    let galley = ui.painter().layout(words.to_owned(), fonts::body(), theme.text, room - left - 10.0);
    let sense = if enabled { egui::Sense::click() } else { egui::Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(egui::vec2(room, galley.size().y + 14.0), sense);
    let role = if sign.is_some() { egui::Role::RadioButton } else { egui::Role::Button };
    response.widget_info(|| egui::WidgetInfo::labeled(role, enabled, words));
    let ground = if enabled && response.hovered() { theme.hover } else { theme.raised };
    let edge = match sign {
        // What was chosen stands out by its edge, too.
        Some((_, color)) if color != theme.faint => egui::Stroke::new(1.0, color),
        _ => egui::Stroke::new(1.0, theme.edge),
    };
    ui.painter().rect(rect, f32::from(theme::RADIUS), ground, edge, egui::StrokeKind::Inside);
    if let Some((icon, color)) = sign {
        icon.paint(ui.painter(), egui::pos2(rect.left() + 17.0, rect.center().y), 16.0, color);
    }
    ui.painter().galley(egui::pos2(rect.left() + left, rect.top() + 7.0), galley, theme.text);
    widgets::focus_ring(ui, &response, rect);
    enabled && response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}
