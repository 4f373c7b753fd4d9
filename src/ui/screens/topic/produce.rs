//! Topic > Produce: one record by hand, many from pasted lines, or a stream of them from a template.

mod generate;
mod headers;
mod history;
mod lines;
mod one;
mod sending;

use egui::{Panel, ScrollArea, Ui};

use self::{generate::GenerateForm, lines::LinesForm, one::OneForm, sending::Sending};
use crate::{
    model::NewRecord,
    session::TopicFacts,
    ui::{
        Command,
        ctx::Ctx,
        theme::{self, AROUND},
        widgets,
    },
};

/// Width of the panel at the right, in points.
const SIDE_WIDTH: f32 = 336.0;

/// The form is no wider than this, in points: longer lines are hard to read, and its parts would stand far apart.
const FORM_WIDTH_MAX: f32 = 1_080.0;

/// How records are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    #[default]
    One,
    Lines,
    Generate,
}

/// What the tab keeps between frames.
#[derive(Default)]
pub struct ProduceTab {
    mode: Mode,
    one: OneForm,
    lines: LinesForm,
    generate: GenerateForm,
    sending: Sending,
    history: history::HistoryPanel,
}

impl ProduceTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let send = ctx.take(Command::Send);
        self.side(ui, ctx, topic);
        self.bar(ui, ctx, topic, send);
        let frame = egui::Frame::new().fill(theme::of(ui).window);
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                egui::Frame::new().inner_margin(egui::Margin::same(AROUND as i8)).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 10.0;
                    ui.set_max_width(ui.available_width().min(FORM_WIDTH_MAX));
                    self.modes(ui, ctx);
                    match self.mode {
                        Mode::One => self.one.ui(ui, ctx, topic, &mut self.sending),
                        Mode::Lines => self.lines.ui(ui, ctx, topic, &mut self.sending),
                        Mode::Generate => self.generate.ui(ui, ctx, topic, &mut self.sending),
                    }
                });
            });
        });
        self.history.tell_news(ctx);
    }

    /// The verb, always in view below the form.
    fn bar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, send: bool) {
        let theme = theme::of(ui);
        let frame = egui::Frame::new().fill(theme.window).inner_margin(egui::Margin::symmetric(AROUND as i8, 10));
        let shown = Panel::bottom(egui::Id::unique("produce-bar")).resizable(false).frame(frame).show(ui, |ui| {
            ui.horizontal(|ui| match self.mode {
                Mode::One => self.one.send_ui(ui, ctx, topic, &self.sending, send),
                Mode::Lines => self.lines.send_ui(ui, ctx, topic, &self.sending, send),
                Mode::Generate => self.generate.start_ui(ui, ctx, topic, &self.sending, send),
            });
        });
        let rect = shown.response.rect;
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.rule());
    }

    /// Fills the form with a record to be produced again.
    pub fn prefill(&mut self, record: NewRecord) {
        self.mode = Mode::One;
        self.one.fill(record);
    }

    fn modes(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let words = ["produce-mode-one", "produce-mode-lines", "produce-mode-generate"].map(|id| ctx.t(id));
        let [one, lines, generate] = &words;
        let entries = [(Mode::One, &**one), (Mode::Lines, &**lines), (Mode::Generate, &**generate)];
        widgets::segmented(ui, &mut self.mode, &entries);
    }

    /// The panel at the right: what was produced last, or the placeholders of the generator.
    fn side(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let theme = theme::of(ui);
        let frame = egui::Frame::new().fill(theme.panel).inner_margin(egui::Margin::symmetric(14, 12));
        Panel::right(egui::Id::unique("produce-side")).resizable(true).default_size(SIDE_WIDTH).frame(frame).show(
            ui,
            |ui| match self.mode {
                Mode::Generate => self.generate.placeholders(ui, ctx),
                Mode::One | Mode::Lines => {
                    if let Some(record) = self.history.ui(ui, ctx, topic) {
                        self.prefill(record);
                    }
                }
            },
        );
    }
}
