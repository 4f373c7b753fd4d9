//! Theme, language, times, motion, the data folder, the listener, versions and licences.

mod listener;
mod protection;
pub(in crate::ui::screens) mod users;

use egui::Ui;

use crate::ui::{
    action::Action,
    command::Command,
    ctx::{Ctx, LanguageChoice, ThemeChoice, TimeDisplay},
    icon,
    place::Place,
    theme::{self, BETWEEN, fonts},
    widgets::{self, Button},
};

/// Width of the column, in points.
const WIDTH: f32 = 720.0;
/// Width of the labels at the left, in points.
const LABELS: f32 = 150.0;
/// A work without a licence, as nobody owns it; written in the reader's language.
const PUBLIC_DOMAIN: &str = "public domain";
/// What is inside the program under a licence that wants to be named.
const PARTS: [(&str, &str, &str); 6] = [
    ("Inter", "Rasmus Andersson", "OFL-1.1"),
    ("JetBrains Mono", "JetBrains", "OFL-1.1"),
    ("Noto Sans SC", "Adobe, Google", "OFL-1.1"),
    ("Material Symbols", "Google", "Apache-2.0"),
    ("SQLite", "D. Richard Hipp", PUBLIC_DOMAIN),
    ("egui", "Emil Ernerfeldt", "MIT OR Apache-2.0"),
];

/// What the screen keeps between frames.
#[derive(Default)]
pub struct SettingsScreen {
    listener: listener::ListenerCard,
    users: users::UsersCard,
}

impl SettingsScreen {
    /// Tells the screen where the window is: come back to, it looks anew.
    pub fn note_place(&mut self, place: &Place) {
        if *place != Place::Settings {
            self.users.note_entered();
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::page_scroll(ui, |ui| {
            widgets::page_header(ui, &[], &ctx.t("nav-settings"), |_| (), |_| ());
            ui.scope(|ui| {
                ui.set_max_width(WIDTH);
                ui.spacing_mut().item_spacing.y = BETWEEN;
                looks(ui, ctx);
                if ctx.is_cluster() {
                    widgets::paragraph(ui, &ctx.t("settings-of-workspace"));
                } else {
                    workspace(ui, ctx);
                    self.listener.ui(ui, ctx, self.users.is_nobody());
                    self.users.ui(ui, ctx);
                }
                about(ui, ctx);
            });
        });
    }
}

fn looks(ui: &mut Ui, ctx: &Ctx<'_>) {
    widgets::card(ui, |ui| {
        widgets::section(ui, &ctx.t("settings-looks"));
        row(ui, &ctx.t("settings-theme"), "", |ui| {
            let mut choice = ctx.settings.theme;
            let words = ["settings-system", "settings-light", "settings-dark"].map(|id| ctx.t(id));
            let entries =
                [(ThemeChoice::System, &*words[0]), (ThemeChoice::Light, &*words[1]), (ThemeChoice::Dark, &*words[2])];
            if widgets::segmented(ui, &mut choice, &entries) {
                ctx.act(Action::Theme(choice));
            }
        });
        row(ui, &ctx.t("settings-language"), "", |ui| {
            let mut choice = ctx.settings.language;
            let system = ctx.t("settings-system");
            // Each language under its own name, so that it is found by who reads only that.
            let entries = [
                (LanguageChoice::System, &*system),
                (LanguageChoice::English, "English"),
                (LanguageChoice::Chinese, "简体中文"),
            ];
            if widgets::segmented(ui, &mut choice, &entries) {
                ctx.act(Action::Language(choice));
            }
        });
        let sample = ctx.format.time(ctx.now);
        row(ui, &ctx.t("settings-times"), &sample, |ui| {
            let mut choice = ctx.settings.times;
            let words = ["settings-times-local", "settings-times-utc", "settings-times-epoch"].map(|id| ctx.t(id));
            let entries =
                [(TimeDisplay::Local, &*words[0]), (TimeDisplay::Utc, &*words[1]), (TimeDisplay::Epoch, &*words[2])];
            if widgets::segmented(ui, &mut choice, &entries) {
                ctx.act(Action::Times(choice));
            }
        });
        row(ui, &ctx.t("settings-motion"), "", |ui| {
            let mut calm = ctx.settings.calm;
            if widgets::switch(ui, &mut calm, &ctx.t("settings-calm")).changed() {
                ctx.act(Action::Calm(calm));
            }
        });
    });
}

fn workspace(ui: &mut Ui, ctx: &Ctx<'_>) {
    widgets::card(ui, |ui| {
        widgets::section(ui, &ctx.t("settings-workspace"));
        let folder = ctx.facts.cluster.data_dir.as_ref().map(|path| path.display().to_string());
        row(ui, &ctx.t("settings-folder"), "", |ui| {
            let shown = folder.clone().unwrap_or_else(|| crate::ui::format::UNKNOWN.to_owned());
            widgets::elided(ui, &shown, fonts::data(), ctx.theme.text);
        });
        row(ui, "", "", |ui| {
            let copy =
                Button::secondary(&ctx.t("cluster-copy-folder")).icon(icon::COPY).enabled(folder.is_some()).show(ui);
            if copy.clicked() {
                ctx.act(Action::Copy(folder.clone().unwrap_or_default()));
            }
            let other = Button::secondary(&ctx.t("cluster-open-folder")).icon(icon::FOLDER).show(ui);
            if other.clicked() {
                ctx.act(Action::Run(Command::OpenWorkspace));
            }
        });
        ui.add_space(8.0);
        widgets::paragraph(ui, &ctx.t("settings-promises"));
    });
}

fn about(ui: &mut Ui, ctx: &Ctx<'_>) {
    widgets::card(ui, |ui| {
        widgets::section(ui, &ctx.t("settings-about"));
        row(ui, "Millpond", "MIT OR Apache-2.0", |ui| drop(widgets::data(ui, env!("CARGO_PKG_VERSION"))));
        let public = ctx.t("settings-public-domain");
        for (name, author, licence) in PARTS {
            let licence = if licence == PUBLIC_DOMAIN { &*public } else { licence };
            row(ui, name, licence, |ui| drop(widgets::quiet(ui, author)));
        }
        row(ui, &ctx.t("settings-sample"), &ctx.t("settings-public-domain"), |ui| {
            widgets::quiet(ui, "USGS, earthquake.usgs.gov");
        });
    });
}

/// A path that can be copied.
fn path(ui: &mut Ui, ctx: &Ctx<'_>, path: &str) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if widgets::icon_button(ui, icon::COPY, &ctx.t("copy")).clicked() {
            ctx.act(Action::Copy(path.to_owned()));
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            widgets::elided(ui, path, fonts::data(), theme::of(ui).text);
        });
    });
}

/// A label at the left, a control, and quiet words at the right.
fn row(ui: &mut Ui, label: &str, right: &str, control: impl FnOnce(&mut Ui)) {
    let theme = theme::of(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        let (slot, _) = ui.allocate_exact_size(egui::vec2(LABELS, theme::CONTROL), egui::Sense::hover());
        let galley = ui.painter().layout_no_wrap(label.to_owned(), fonts::body(), theme.quiet);
        ui.painter().galley(egui::pos2(slot.left(), slot.center().y - galley.size().y / 2.0), galley, theme.quiet);
        widgets::named(ui, label, control);
        if !right.is_empty() {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                widgets::rich(ui, right, fonts::data(), theme.faint);
            });
        }
    });
}
