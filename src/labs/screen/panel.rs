//! The panel at the right of a lesson: the step, what to do and what was done, the question, "what if", sliders, and the
//! ways to the lessons before and after.

use std::collections::HashSet;

use egui::{Align, Color32, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use super::{Wish, question, sliders::Sliders};
use crate::{
    labs::{
        file::{LabFile, Task, Text},
        picture::words,
        view::{LessonView, Speed, StageView},
    },
    ui::{
        Ctx, Place,
        icon::{self, Icon},
        theme::{self, fonts},
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

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct StepPanel {
    /// Tasks whose button was pressed, by step and place: what they wait for is under way.
    pressed: HashSet<(usize, usize)>,
    /// What was to be done when this was drawn last: when that changes, it is brought into sight.
    shown: Option<Next>,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Next {
    step: usize,
    /// The task; `None` after the last one.
    task: Option<usize>,
    done: bool,
}

impl StepPanel {
    /// Draws the panel; what was asked for is pushed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        view: &StageView,
        around: &Around<'_>,
        sliders: &mut Sliders,
        wishes: &mut Vec<Wish>,
    ) {
        frame(ui, |ui| {
            let Some(lesson) = &view.lesson else { return };
            foot(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                sliders.behind(ui, ctx, view, &lesson.file);
                rule(ui);
                ways(ui, ctx, around);
            });
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                // Beside the scroll bar, not under it.
                ui.set_max_width(ui.available_width() - SCROLL);
                ui.spacing_mut().item_spacing.y = 8.0;
                self.step(ui, ctx, view, lesson, around, wishes);
                what_if(ui, ctx, &lesson.file, wishes);
                sliders.of_lesson(ui, ctx, view, &lesson.file, wishes);
                ui.add_space(8.0);
            });
        });
    }

    /// Everything begins anew.
    pub(super) fn start_over(&mut self) {
        *self = Self::default();
    }

    fn step(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        view: &StageView,
        lesson: &LessonView,
        around: &Around<'_>,
        wishes: &mut Vec<Wish>,
    ) {
        let (Some(step), Some(state)) = (lesson.file.steps.get(lesson.step), lesson.steps.get(lesson.step)) else {
            widgets::paragraph(ui, words(ctx, &lesson.file.intro));
            return;
        };
        let top = ui.cursor().min;
        place(ui, ctx, lesson, wishes);
        wrapped(ui, words(ctx, &step.title), fonts::semibold(15.0), theme::of(ui).text);
        if lesson.step == 0 && !lesson.file.intro.is_empty() {
            widgets::paragraph(ui, words(ctx, &lesson.file.intro));
        }
        widgets::paragraph(ui, words(ctx, &step.text));
        ui.add_space(2.0);
        let current = state.tasks.iter().position(|task| !task.done);
        let next = Next { step: lesson.step, task: current, done: state.done };
        let from = ui.cursor().min;
        for (index, task) in step.tasks.iter().enumerate() {
            let done = state.tasks.get(index).is_some_and(|task| task.done);
            row(ui, ctx, &task.text, done, current == Some(index));
        }
        match (&step.question, current) {
            (Some(_), Some(_)) => row(ui, ctx, &Text::same(&*ctx.t("lab-question-later")), false, false),
            (Some(question), None) => question::ask(ui, ctx, question, state.answer, wishes),
            _ => {}
        }
        ui.add_space(2.0);
        match current.and_then(|index| step.tasks.get(index).map(|task| (index, task))) {
            Some((index, task)) => self.primary(ui, ctx, view, (lesson.step, index), task, wishes),
            None if state.done => onwards(ui, ctx, lesson, around, wishes),
            None => {}
        }
        match self.shown.replace(next) {
            // However far down the lesson before was left.
            None => ui.scroll_to_rect(egui::Rect::from_min_size(top, egui::Vec2::ZERO), Some(Align::Min)),
            Some(shown) if shown != next => {
                let from = if shown.step == next.step { from } else { top };
                ui.scroll_to_rect(egui::Rect::from_min_max(from, ui.min_rect().max), Some(Align::Max));
            }
            Some(_) => {}
        }
    }

    /// The one thing to do now: what the task says its button does. Once that was pressed, what is waited for is said, and
    /// the button stands back: pressing it again helps who has gone astray.
    fn primary(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        view: &StageView,
        at: (usize, usize),
        task: &Task,
        wishes: &mut Vec<Wish>,
    ) {
        let width = ui.available_width();
        let pressed = self.pressed.contains(&at);
        if !task.button.is_empty() {
            let verb = words(ctx, &task.button);
            let button = if pressed { Button::secondary(verb) } else { Button::primary(verb) };
            if button.min_width(width).show(ui).clicked() {
                self.pressed.insert(at);
                wishes.push(Wish::Task(at.1));
            }
        }
        if pressed || task.button.is_empty() {
            let paused = view.speed == Speed::Paused;
            let (sign, word) = match (paused, pressed) {
                (true, _) => (icon::PAUSE, "lab-task-paused"),
                (false, true) => (icon::TIMER, "lab-task-under-way"),
                (false, false) => (icon::TIMER, "lab-task-by-hand"),
            };
            let color = if paused { theme::of(ui).care } else { theme::of(ui).accent };
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 7.0;
                icon::show(ui, sign, color);
                wrapped(ui, &ctx.t(word), fonts::caption(), theme::of(ui).quiet);
            });
        }
    }
}

/// What stands at the bottom of the panel, beside the place of the scroll bar.
pub(super) fn foot(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().inner_margin(Margin { right: SCROLL as i8, ..Margin::ZERO });
    Panel::bottom("lab-panel-foot").resizable(false).show_separator_line(false).frame(frame).show(ui, content);
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

/// The next step, or after the last one the next lesson.
fn onwards(ui: &mut Ui, ctx: &Ctx<'_>, lesson: &LessonView, around: &Around<'_>, wishes: &mut Vec<Wish>) {
    let width = ui.available_width();
    if lesson.step + 1 < lesson.file.steps.len() {
        if Button::primary(&ctx.t("lab-step-next")).min_width(width).show(ui).clicked() {
            wishes.push(Wish::Step(lesson.step + 1));
        }
        return;
    }
    let theme = theme::of(ui);
    let card = Frame::new()
        .fill(theme.washed(theme.good))
        .corner_radius(egui::CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(12, 10));
    card.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            icon::show(ui, icon::CHECK_CIRCLE, theme.good);
            widgets::strong(ui, &ctx.t("lab-finished"));
        });
    });
    match around.after {
        Some(after) => {
            let verb = ctx.text.with("lab-next-lesson", &[("title", words(ctx, &after.title).into())]);
            if Button::primary(&verb).min_width(width).spread(width).show(ui).clicked() {
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

fn what_if(ui: &mut Ui, ctx: &Ctx<'_>, file: &LabFile, wishes: &mut Vec<Wish>) {
    if file.what_if.is_empty() {
        return;
    }
    rule(ui);
    widgets::caption(ui, &ctx.t("lab-what-if"));
    for (nth, what) in file.what_if.iter().enumerate() {
        if question::row(ui, words(ctx, &what.label), None, true) {
            wishes.push(Wish::WhatIf(nth));
        }
    }
}

/// The lessons before and after.
fn ways(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    let lessons: Vec<_> =
        [(around.before, false), (around.after, true)].into_iter().filter_map(|(one, on)| Some((one?, on))).collect();
    widgets::columns(ui, theme::CONTROL, &vec![1.0; lessons.len()], |ui, column| {
        let (lesson, on) = lessons[column];
        let (title, room) = (words(ctx, &lesson.title), ui.available_width());
        let button = match on {
            true => Button::secondary(title).icon_after(icon::FORWARD).min_width(room),
            false => Button::bare(title).icon(icon::BACK),
        };
        if button.spread(room).show(ui).clicked() {
            ctx.go(Place::Lab { id: lesson.id.clone() });
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
    if fonts::needs_weight(&font, words) {
        let galley = ui.painter().layout(words.to_owned(), font, color, ui.available_width());
        let (rect, response) = ui.allocate_exact_size(galley.size(), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
        fonts::paint_weighty(ui.painter(), rect.min, galley, color);
        return response;
    }
    ui.add(Label::new(RichText::new(words).font(font).color(color).line_height(Some(20.0))).wrap())
}
