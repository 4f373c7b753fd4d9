//! The head of a lesson: where one is, and the stage's time: step, pause, speed, seed, start over.

use egui::{Align, Frame, Layout, Margin, Panel, Ui};

use crate::{
    labs::view::{Speed, StageView},
    ui::{
        Command, Ctx, Place, icon,
        theme::{self, AROUND},
        widgets::{self, Button},
    },
};

/// Seeds that can be typed, as long as they are remembered easily.
const SEED_DIGITS_MAX: usize = 12;

/// What was asked for with the head's buttons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wish {
    Run(Command),
    Speed(Speed),
    /// Start over with that seed.
    Seed(u64),
}

/// What the head keeps between frames.
#[derive(Default)]
pub(super) struct Header {
    seed: Option<String>,
}

/// What stands at the left.
pub(super) struct Titles<'a> {
    pub way: &'a str,
    pub title: &'a str,
}

impl Header {
    /// Draws it; answers what was asked for. `more` adds controls of its own at the right of the others.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        titles: &Titles<'_>,
        view: &StageView,
        paused_speed: Speed,
        more: impl FnOnce(&mut Ui),
    ) -> Option<Wish> {
        let theme = theme::of(ui);
        let frame = Frame::new().fill(theme.window).inner_margin(Margin::symmetric(AROUND as i8, 12));
        let panel = Panel::top("lab-head").resizable(false).show_separator_line(false).frame(frame);
        panel
            .show(ui, |ui| {
                let mut wish = None;
                let labs = ctx.t("nav-labs");
                let way: &[&str] = if titles.way.is_empty() { &[&labs] } else { &[&labs, titles.way] };
                let clicked = widgets::page_header(
                    ui,
                    way,
                    titles.title,
                    |_| (),
                    |ui| {
                        more(ui);
                        wish = self.controls(ui, ctx, view, paused_speed);
                    },
                );
                if clicked.is_some() {
                    ctx.go(Place::Labs);
                }
                ui.painter().hline(ui.clip_rect().x_range(), ui.max_rect().bottom() + 11.5, theme.rule());
                wish
            })
            .inner
    }

    /// Laid out from the right.
    fn controls(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, paused: Speed) -> Option<Wish> {
        let mut wish = None;
        if button(ui, ctx, Command::LabStartOver, "lab-start-over", false).clicked() {
            wish = Some(Wish::Run(Command::LabStartOver));
        }
        wish = self.seed(ui, ctx, view).or(wish);
        wish = speed(ui, ctx, view, paused).or(wish);
        let running = view.speed != Speed::Paused;
        let (icon, word) = if running { (icon::PAUSE, "lab-pause") } else { (icon::CONSUME, "lab-run") };
        let word = ctx.t(word);
        let pause = Button::secondary(&word).icon(icon).min_width(92.0).show(ui);
        if pause.on_hover_text(tooltip(ui, ctx, Command::LabPause)).clicked() {
            wish = Some(Wish::Run(Command::LabPause));
        }
        if button(ui, ctx, Command::LabStep, "lab-step", true).clicked() {
            wish = Some(Wish::Run(Command::LabStep));
        }
        wish
    }

    fn seed(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView) -> Option<Wish> {
        let words = ctx.text.with("lab-seed", &[("seed", view.seed.to_string().into())]);
        let response = Button::secondary(&words).show(ui).on_hover_text(&*ctx.t("lab-seed-about"));
        widgets::menu(&response, |ui| {
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 8.0;
                widgets::note(ui, &ctx.t("lab-seed-about"));
                let label = ctx.t("lab-seed-field");
                let typed = self.seed.get_or_insert_with(|| view.seed.to_string());
                typed.retain(|letter| letter.is_ascii_digit());
                typed.truncate(SEED_DIGITS_MAX);
                widgets::text_field(
                    ui,
                    &widgets::Field { mono: true, width: 180.0, ..widgets::Field::new(&label) },
                    typed,
                );
                let seed = typed.parse().ok();
                let go = ctx.t("lab-seed-start");
                let clicked = Button::secondary(&go).enabled(seed.is_some()).show(ui).clicked();
                seed.filter(|_| clicked).map(|seed| {
                    ui.close();
                    Wish::Seed(seed)
                })
            })
            .inner
        })
        .flatten()
    }
}

fn button(ui: &mut Ui, ctx: &Ctx<'_>, command: Command, word: &str, with_icon: bool) -> egui::Response {
    let word = ctx.t(word);
    let mut button = Button::secondary(&word);
    if with_icon {
        button = button.icon(command.icon());
    }
    button.show(ui).on_hover_text(tooltip(ui, ctx, command))
}

/// What a command does, with its keys.
fn tooltip(ui: &Ui, ctx: &Ctx<'_>, command: Command) -> String {
    let words = ctx.t(command.text_id());
    match command.keys(ui) {
        Some(keys) => format!("{words}  ({keys})"),
        None => words.to_string(),
    }
}

fn speed(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, paused: Speed) -> Option<Wish> {
    let entries: Vec<_> = Speed::RUNNING.into_iter().map(|speed| (speed, speed_word(speed).to_owned())).collect();
    let mut chosen = if view.speed == Speed::Paused { paused } else { view.speed };
    widgets::select(ui, &ctx.t("lab-speed"), &mut chosen, &entries, 64.0).then_some(Wish::Speed(chosen))
}

/// The factor, which is the same in every language.
pub(super) fn speed_word(speed: Speed) -> &'static str {
    match speed {
        Speed::Paused => "0×",
        Speed::Quarter => "¼×",
        Speed::Real => "1×",
        Speed::Four => "4×",
        Speed::Sixteen => "16×",
    }
}
