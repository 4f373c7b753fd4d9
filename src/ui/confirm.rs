//! The one path for what destroys something: a named verb, what is lost in numbers, and a typed name where it cannot
//! be undone.

use egui::Ui;

use super::{
    action::SessionWork,
    ctx::Ctx,
    icon,
    theme::{self, fonts},
    widgets::{self, Dialog, DialogEnd, Field},
};

/// A question before something is lost.
pub struct Confirm {
    /// The title as a question: "Delete 3 topics?"
    pub title: String,
    /// What will be lost, in numbers; one line each.
    pub losses: Vec<String>,
    /// What happens besides.
    pub effect: Option<String>,
    /// The verb on the button, which is red where something is lost: "Delete 3 topics".
    pub verb: String,
    /// What must be typed first, for what cannot be undone.
    pub typed: Option<String>,
    /// What happens when confirmed.
    pub work: SessionWork,
}

/// The question while it is shown.
pub struct ConfirmDialog {
    question: Confirm,
    typed: String,
    focused: bool,
}

impl ConfirmDialog {
    pub fn new(question: Confirm) -> Self {
        Self { question, typed: String::new(), focused: false }
    }

    /// What was confirmed.
    pub fn into_work(self) -> SessionWork {
        self.question.work
    }

    /// Draws it. `Some(true)` when confirmed, `Some(false)` when not.
    pub fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> Option<bool> {
        let missing = self.question.typed.as_ref().filter(|wanted| **wanted != self.typed.trim());
        let untyped = missing.map(|name| ctx.text.with("confirm-type", &[("name", name.as_str().into())]));
        let why_not = ctx.read_only_why().map(|why| why.to_string()).or(untyped);
        let cancel = ctx.t("cancel");
        let mut dialog =
            Dialog::new(&self.question.title, &self.question.verb, &cancel).unless(why_not.as_deref()).width(440.0);
        if !self.question.losses.is_empty() {
            dialog = dialog.dangerous();
        }
        let (question, typed, focused) = (&self.question, &mut self.typed, &mut self.focused);
        match dialog.show(ui, |ui| body(ui, ctx, question, typed, focused)) {
            DialogEnd::Open => None,
            DialogEnd::Cancelled => Some(false),
            DialogEnd::Confirmed => Some(true),
        }
    }
}

fn body(ui: &mut Ui, ctx: &Ctx<'_>, question: &Confirm, typed: &mut String, focused: &mut bool) {
    let theme = theme::of(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    super::shell::on_cluster(ui, ctx);
    let losses = question.losses.iter().map(|loss| (icon::CARE, theme.care, loss));
    for (sign, color, words) in losses.chain(question.effect.iter().map(|words| (icon::INFO, theme.note, words))) {
        ui.horizontal_top(|ui| {
            icon::show(ui, sign, color);
            ui.add(egui::Label::new(egui::RichText::new(words).font(fonts::body()).color(theme.text)).wrap());
        });
    }
    if let Some(name) = &question.typed {
        ui.add_space(4.0);
        let label = ctx.text.with("confirm-type", &[("name", name.as_str().into())]);
        let field = widgets::text_field(ui, &Field { mono: true, ..Field::new(&label) }, typed);
        if !*focused {
            field.request_focus();
            *focused = true;
        }
    }
}
