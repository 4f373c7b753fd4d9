//! The panel at the right of a lesson: the step, what to do and what was done, the question, "what if", sliders, and the
//! ways to the lessons before and after.

use egui::{Align, Color32, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use super::{Wish, sliders::Sliders};
use crate::{
    labs::{
        file::{LabFile, Question, Task, Text},
        picture::words,
        view::{AnswerView, LessonView, StageView},
    },
    ui::{
        Ctx, Place,
        icon::{self, Icon},
        theme::{self, BETWEEN, fonts},
        widgets::{self, Button},
    },
};

/// Width of the panel, in points.
const WIDTH: f32 = 320.0;
/// Kept free for the scroll bar, in points.
pub(super) const SCROLL: f32 = 8.0;

/// The lessons around this one.
pub(super) struct Around<'a> {
    pub before: Option<&'a LabFile>,
    pub after: Option<&'a LabFile>,
}

/// Draws the panel; what was asked for is pushed.
pub(super) fn show(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    view: &StageView,
    around: &Around<'_>,
    sliders: &mut Sliders,
    wishes: &mut Vec<Wish>,
) {
    frame(ui, |ui| {
        let Some(lesson) = &view.lesson else { return };
        let foot = Panel::bottom("lab-panel-foot").resizable(false).show_separator_line(false).frame(Frame::new());
        foot.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.set_max_width(ui.available_width() - SCROLL);
            sliders.behind(ui, ctx, view, &lesson.file);
            ways(ui, ctx, around);
        });
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            // Beside the scroll bar, not under it.
            ui.set_max_width(ui.available_width() - SCROLL);
            ui.spacing_mut().item_spacing.y = 8.0;
            step(ui, ctx, lesson, around, wishes);
            what_if(ui, ctx, &lesson.file, wishes);
            sliders.of_lesson(ui, ctx, view, &lesson.file, wishes);
            ui.add_space(8.0);
        });
    });
}

/// The frame of the panel, with a hairline at its left.
pub(super) fn frame(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let theme = theme::of(ui);
    Panel::right("lab-panel")
        .exact_size(WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(theme.panel).inner_margin(Margin { left: 16, right: 8, top: 14, bottom: 14 }))
        .show(ui, |ui| {
            let left = ui.max_rect().left() - 15.5;
            ui.painter().with_clip_rect(ui.clip_rect().expand(20.0)).vline(
                left,
                ui.clip_rect().y_range(),
                theme.rule(),
            );
            content(ui);
        });
}

fn step(ui: &mut Ui, ctx: &Ctx<'_>, lesson: &LessonView, around: &Around<'_>, wishes: &mut Vec<Wish>) {
    let (Some(step), Some(state)) = (lesson.file.steps.get(lesson.step), lesson.steps.get(lesson.step)) else {
        widgets::paragraph(ui, words(ctx, &lesson.file.intro));
        return;
    };
    place(ui, ctx, lesson, wishes);
    wrapped(ui, words(ctx, &step.title), fonts::semibold(15.0), theme::of(ui).text);
    if lesson.step == 0 && !lesson.file.intro.is_empty() {
        widgets::paragraph(ui, words(ctx, &lesson.file.intro));
    }
    widgets::paragraph(ui, words(ctx, &step.text));
    ui.add_space(2.0);
    let current = state.tasks.iter().position(|task| !task.done);
    for (index, task) in step.tasks.iter().enumerate() {
        let done = state.tasks.get(index).is_some_and(|task| task.done);
        row(ui, ctx, &task.text, done, current == Some(index));
    }
    let asked = step.question.as_ref().filter(|_| current.is_none());
    match (&step.question, asked) {
        (Some(_), None) => row(ui, ctx, &Text::same(&*ctx.t("lab-question-later")), false, false),
        (_, Some(question)) => ask(ui, ctx, question, state.answer, wishes),
        _ => {}
    }
    ui.add_space(2.0);
    match current.and_then(|index| step.tasks.get(index).map(|task| (index, task))) {
        Some((index, task)) => primary(ui, ctx, index, task, wishes),
        None if state.done => onwards(ui, ctx, lesson, around, wishes),
        None => {}
    }
}

/// "Step 2 of 4", with the way back to a step before and forth again.
fn place(ui: &mut Ui, ctx: &Ctx<'_>, lesson: &LessonView, wishes: &mut Vec<Wish>) {
    ui.horizontal(|ui| {
        let args = [("n", (lesson.step + 1).into()), ("all", lesson.file.steps.len().into())];
        widgets::caption(ui, &ctx.text.with("lab-step-of", &args));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let forward = lesson.steps.get(lesson.step).is_some_and(|step| step.done)
                && lesson.step + 1 < lesson.file.steps.len();
            if widgets::icon_button_enabled(ui, icon::CHEVRON_RIGHT, &ctx.t("lab-step-after"), forward).clicked() {
                wishes.push(Wish::Step(lesson.step + 1));
            }
            // Dots and the arrow back need no third place: the dots tell which steps are done.
            for (index, state) in lesson.steps.iter().enumerate().rev() {
                dot(ui, state.done, index == lesson.step);
            }
            let back = lesson.step > 0;
            if widgets::icon_button_enabled(ui, icon::BACK, &ctx.t("lab-step-before"), back).clicked() {
                wishes.push(Wish::Step(lesson.step - 1));
            }
        });
    });
}

fn dot(ui: &mut Ui, done: bool, here: bool) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(egui::vec2(11.0, 11.0), egui::Sense::hover());
    let stroke = egui::Stroke::new(1.5, if here { theme.accent } else { theme.faint });
    match done {
        true => ui.painter().circle_filled(rect.center(), if here { 4.5 } else { 3.5 }, theme.good),
        false => ui.painter().circle_stroke(rect.center(), if here { 4.0 } else { 3.0 }, stroke),
    };
}

/// A task: ticked, the one to do now, or one of those after it.
fn row(ui: &mut Ui, ctx: &Ctx<'_>, text: &Text, done: bool, current: bool) {
    let theme = theme::of(ui);
    let (sign, sign_color, color): (Icon, Color32, Color32) = match (done, current) {
        (true, _) => (icon::CHECK, theme.good, theme.text),
        (false, true) => (icon::CIRCLE, theme.accent, theme.text),
        (false, false) => (icon::CIRCLE, theme.faint, theme.faint),
    };
    let words = words(ctx, text);
    let state = if done { ctx.t("lab-task-done") } else { ctx.t("lab-task-open") };
    let response = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 7.0;
        icon::show(ui, sign, sign_color);
        let font = if current { fonts::medium(13.0) } else { fonts::body() };
        wrapped(ui, words, font, color);
    });
    let said = format!("{state}: {words}");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &said));
}

/// The one thing to do now: what the task says its button does; a task without a button is done by hand.
fn primary(ui: &mut Ui, ctx: &Ctx<'_>, index: usize, task: &Task, wishes: &mut Vec<Wish>) {
    if task.button.is_empty() {
        return;
    }
    let width = ui.available_width();
    if Button::primary(words(ctx, &task.button)).min_width(width).show(ui).clicked() {
        wishes.push(Wish::Task(index));
    }
}

/// The next step, or after the last one the next lesson.
fn onwards(ui: &mut Ui, ctx: &Ctx<'_>, lesson: &LessonView, around: &Around<'_>, wishes: &mut Vec<Wish>) {
    let width = ui.available_width();
    if lesson.step + 1 < lesson.file.steps.len() {
        if Button::primary(&ctx.t("lab-step-next")).min_width(width).show(ui).clicked() {
            wishes.push(Wish::Step(lesson.step + 1));
        }
        return;
    }
    ui.horizontal(|ui| {
        icon::show(ui, icon::CHECK_CIRCLE, theme::of(ui).good);
        widgets::strong(ui, &ctx.t("lab-finished"));
    });
    match around.after {
        Some(after) => {
            let verb = ctx.text.with("lab-next-lesson", &[("title", words(ctx, &after.title).into())]);
            if Button::primary(&verb).min_width(width).show(ui).clicked() {
                ctx.go(Place::Lab { id: after.id.clone() });
            }
        }
        None => {
            if Button::primary(&ctx.t("lab-all-lessons")).min_width(width).show(ui).clicked() {
                ctx.go(Place::Labs);
            }
        }
    }
}

fn ask(ui: &mut Ui, ctx: &Ctx<'_>, question: &Question, answer: Option<AnswerView>, wishes: &mut Vec<Wish>) {
    let theme = theme::of(ui);
    let right = answer.is_some_and(|answer| answer.right);
    ui.add_space(2.0);
    wrapped(ui, words(ctx, &question.text), fonts::medium(13.0), theme.text);
    for (index, choice) in question.choices.iter().enumerate() {
        let number = index + 1;
        let chosen = answer.filter(|answer| answer.choice == number);
        let (sign, color) = match chosen {
            Some(AnswerView { right: true, .. }) => (icon::CHECK_CIRCLE, theme.good),
            Some(_) => (icon::CANCEL, theme.bad),
            None => (icon::CIRCLE, theme.faint),
        };
        if choice_row(ui, words(ctx, &choice.text), sign, color, !right) {
            wishes.push(Wish::Answer(number));
        }
        if chosen.is_some() && !choice.why.is_empty() {
            Frame::new().inner_margin(Margin { left: 24, ..Margin::ZERO }).show(ui, |ui| {
                widgets::paragraph(ui, words(ctx, &choice.why));
            });
        }
    }
}

/// One answer, over the whole width and as high as its words; true when it was chosen.
fn choice_row(ui: &mut Ui, words: &str, sign: Icon, color: Color32, enabled: bool) -> bool {
    let theme = theme::of(ui);
    let room = ui.available_width();
    let galley = ui.painter().layout(words.to_owned(), fonts::body(), theme.text, room - 44.0);
    let sense = if enabled { egui::Sense::click() } else { egui::Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(egui::vec2(room, galley.size().y + 14.0), sense);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::RadioButton, enabled, words));
    let ground = if enabled && response.hovered() { theme.hover } else { theme.raised };
    let edge = egui::Stroke::new(1.0, theme.edge);
    ui.painter().rect(rect, f32::from(theme::RADIUS), ground, edge, egui::StrokeKind::Inside);
    sign.paint(ui.painter(), egui::pos2(rect.left() + 17.0, rect.center().y), 16.0, color);
    ui.painter().galley(egui::pos2(rect.left() + 34.0, rect.top() + 7.0), galley, theme.text);
    widgets::focus_ring(ui, &response, rect);
    enabled && response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

fn what_if(ui: &mut Ui, ctx: &Ctx<'_>, file: &LabFile, wishes: &mut Vec<Wish>) {
    if file.what_if.is_empty() {
        return;
    }
    rule(ui);
    widgets::caption(ui, &ctx.t("lab-what-if"));
    let width = ui.available_width();
    for (nth, what) in file.what_if.iter().enumerate() {
        let words = words(ctx, &what.label);
        if Button::secondary(words).min_width(width).spread(width).show(ui).clicked() {
            wishes.push(Wish::WhatIf(nth));
        }
    }
}

/// The lessons before and after.
fn ways(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    let half = (ui.available_width() - BETWEEN) / 2.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = BETWEEN;
        if let Some(before) = around.before {
            let title = words(ctx, &before.title);
            if Button::bare(title).icon(icon::BACK).spread(half).show(ui).on_hover_text(title).clicked() {
                ctx.go(Place::Lab { id: before.id.clone() });
            }
        }
        if let Some(after) = around.after {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let title = words(ctx, &after.title);
                if Button::secondary(title).icon(icon::FORWARD).spread(half).show(ui).on_hover_text(title).clicked() {
                    ctx.go(Place::Lab { id: after.id.clone() });
                }
            });
        }
    });
}

/// A hairline with air around it.
pub(super) fn rule(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 9.0), egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, theme::of(ui).rule());
}

/// Text that goes on in a further line, in any font and colour.
pub(super) fn wrapped(ui: &mut Ui, words: &str, font: egui::FontId, color: Color32) -> egui::Response {
    ui.add(Label::new(RichText::new(words).font(font).color(color).line_height(Some(20.0))).wrap())
}
