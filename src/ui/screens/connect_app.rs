//! Connect your app: the smallest program in each language with the real address, and a light that turns green when such
//! a client arrives.

mod arrival;
mod highlight;
pub mod snippet;

use egui::{CornerRadius, CursorIcon, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use self::{
    arrival::{Arrival, Arrivals},
    snippet::{Language, Security},
};
use crate::{
    model::TimestampMillis,
    session::{Encryption, ListenerSettings, ListenerState, programs::programs_of},
    ui::{
        Action, Place,
        ctx::Ctx,
        icon,
        theme::{self, BETWEEN, RADIUS_CARD, fonts},
        widgets::{self, Button},
    },
};

/// Who has arrived is looked at this often.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(1);
/// Height of a language's tile, in points.
const TILE: f32 = 52.0;
/// Space around a program, in points.
const CODE_MARGIN: i8 = 12;

/// What the screen keeps between frames.
pub struct ConnectAppScreen {
    language: Language,
    /// Since when the page is open; arrivals are told from who was there before by it.
    opened_at: Option<TimestampMillis>,
    arrivals: Arrivals,
}

impl Default for ConnectAppScreen {
    fn default() -> Self {
        Self { language: Language::Python, opened_at: None, arrivals: Arrivals::default() }
    }
}

impl ConnectAppScreen {
    /// Tells the screen where the window is: left and come back to, it begins anew.
    pub fn note_place(&mut self, place: &Place) {
        if *place != Place::ConnectApp {
            self.opened_at = None;
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.opened_at.is_none() {
            self.opened_at = Some(ctx.now);
            self.arrivals = Arrivals::default();
        }
        ui.ctx().request_repaint_after(LOOK_EVERY);
        self.arrivals.look(&programs_of(&ctx.facts.clients, ctx.now));
        widgets::page(ui, |ui| {
            header(ui, ctx);
            ui.add_space(8.0);
            let Some(address) = ctx.facts.cluster.address.clone() else {
                no_listener(ui, ctx);
                return;
            };
            self.tiles(ui, ctx);
            ui.add_space(BETWEEN);
            let height = ui.available_height();
            let opened_at = self.opened_at.unwrap_or(ctx.now);
            widgets::columns(ui, height, &[1.75, 1.0], |ui, column| {
                if column == 0 {
                    widgets::card_fill(ui, |ui| program(ui, ctx, self.language, &address));
                } else {
                    widgets::card_fill(ui, |ui| arrival::show(ui, ctx, self.language, &self.arrivals, opened_at));
                }
            });
        });
    }

    /// A tile for each language, with its light.
    fn tiles(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::columns(ui, TILE, &[1.0; Language::ALL.len()], |ui, index| {
            let language = Language::ALL[index];
            let arrival = self.arrivals.of(language);
            if tile(ui, ctx, language, arrival, self.language == language) {
                self.language = language;
            }
        });
    }
}

fn header(ui: &mut Ui, ctx: &Ctx<'_>) {
    let way = [&*ctx.t("nav-connections")];
    let clicked = widgets::page_header(
        ui,
        &way,
        &ctx.t("connect-title"),
        |ui| {
            if let Some(address) = &ctx.facts.cluster.address {
                widgets::data(ui, address);
                if widgets::icon_button(ui, icon::COPY, &ctx.t("connect-copy-address")).clicked() {
                    ctx.act(Action::Copy(address.clone()));
                }
            }
        },
        |_| (),
    );
    if clicked.is_some() {
        ctx.go(Place::Connections);
    }
}

fn no_listener(ui: &mut Ui, ctx: &Ctx<'_>) {
    match &*ctx.facts.cluster.listener {
        ListenerState::Starting => {}
        ListenerState::Failed(problem) => {
            if widgets::problem_page(ui, ctx, problem, Some(&ctx.t("connect-open-settings"))) {
                ctx.go(Place::Settings);
            }
        }
        _ => {
            let (sentence, verb) = (ctx.t("connect-no-listener"), ctx.t("connect-switch-on"));
            if widgets::empty(ui, icon::CONNECTIONS, &sentence, Some(&verb)).is_some_and(|r| r.clicked()) {
                ctx.act(Action::Listener(ListenerSettings { on: true, ..ctx.listener.clone() }));
            }
        }
    }
}

/// Name and light of a language; true when it was chosen.
fn tile(ui: &mut Ui, ctx: &Ctx<'_>, language: Language, arrival: Option<&Arrival>, selected: bool) -> bool {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click());
    let (glyph, color, words) = match arrival {
        Some(arrival) if arrival.is_here() => (icon::CHECK_CIRCLE, theme.good, ctx.t("connect-light-here")),
        Some(_) => (icon::CHECK_CIRCLE, theme.good, ctx.t("connect-light-was")),
        None => (icon::CIRCLE, theme.faint, ctx.t("connect-light-waiting")),
    };
    let spoken = format!("{}: {words}", language.name());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, &spoken));
    let ground = match (selected, response.hovered()) {
        (true, _) => theme.selected,
        (false, true) => theme.hover,
        _ => theme.panel,
    };
    let edge = if selected { Stroke::new(1.5, theme.accent) } else { theme.rule() };
    ui.painter().rect(rect, CornerRadius::same(RADIUS_CARD), ground, edge, StrokeKind::Inside);
    if response.has_focus() {
        let ring = Stroke::new(1.5, theme.accent);
        ui.painter().rect_stroke(rect.expand(2.0), CornerRadius::same(RADIUS_CARD), ring, StrokeKind::Inside);
    }
    let left = rect.left() + 14.0;
    let name = ui.painter().layout_no_wrap(language.name().to_owned(), fonts::semibold(13.0), theme.text);
    ui.painter().galley(egui::pos2(left, rect.top() + 9.0), name, theme.text);
    let below = rect.top() + 36.0;
    glyph.paint(ui.painter(), egui::pos2(left + 6.0, below), 14.0, color);
    let front = if arrival.is_some() { theme.good } else { theme.quiet };
    let words = ui.painter().layout_no_wrap(words.to_string(), fonts::caption(), front);
    ui.painter().galley(egui::pos2(left + 18.0, below - words.size().y / 2.0), words, front);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked() && !selected
}

/// Install line, program and how to run it, each with a button that copies it.
fn program(ui: &mut Ui, ctx: &Ctx<'_>, language: Language, address: &str) {
    let listener = &*ctx.facts.cluster.listener;
    let certificate = trusted(ctx);
    let security = Security { certificate: certificate.as_deref(), login: listener.asks_who() };
    let program = language.program(address, security);
    let install = language.install(security);
    ui.spacing_mut().item_spacing.y = 6.0;
    ScrollArea::vertical().id_salt(("connect-program", language.name())).auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 16, right: 16, top: 12, bottom: 14 }).show(ui, |ui| {
            step(ui, ctx, "connect-install", None, install);
            code_line(ui, install);
            ui.add_space(8.0);
            step(ui, ctx, "connect-program", language.file(), &program);
            code(ui, language, &program);
            if let Some(run) = language.run() {
                ui.add_space(8.0);
                step(ui, ctx, "connect-run", None, run);
                code_line(ui, run);
            }
            ui.add_space(6.0);
            widgets::paragraph(ui, &ctx.t("connect-about"));
            if security.login {
                widgets::paragraph(ui, &ctx.t("connect-login-about"));
            }
            if security.certificate.is_some() {
                let own = matches!(ctx.listener.encryption, Encryption::Files { .. });
                widgets::paragraph(
                    ui,
                    &ctx.t(if own { "connect-authority-about" } else { "connect-certificate-about" }),
                );
            }
        });
    });
}

/// The file that clients have to trust. Who signed a certificate that was brought along is not known here.
fn trusted(ctx: &Ctx<'_>) -> Option<String> {
    let certificate = ctx.facts.cluster.listener.certificate()?;
    match ctx.listener.encryption {
        Encryption::Files { .. } => Some("authority.pem".to_owned()),
        _ => Some(certificate.display().to_string()),
    }
}

fn step(ui: &mut Ui, ctx: &Ctx<'_>, title: &str, quiet: Option<&str>, copied: &str) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        widgets::strong(ui, &ctx.t(title));
        if let Some(quiet) = quiet {
            widgets::data_quiet(ui, quiet);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("{}: {}", ctx.t("copy"), ctx.t(title));
            let button = ui.add(Button::secondary(&ctx.t("copy")).icon(icon::COPY)).accessible_name(name);
            if button.clicked() {
                ctx.act(Action::Copy(copied.to_owned()));
            }
        });
    });
}

fn code_line(ui: &mut Ui, line: &str) {
    code_ground(ui, |ui| {
        let words = egui::RichText::new(line).font(fonts::data()).color(theme::of(ui).text);
        ui.add(egui::Label::new(words).wrap().selectable(true));
    });
}

fn code(ui: &mut Ui, language: Language, program: &str) {
    let job = highlight::job(program.trim_end(), language, theme::of(ui));
    code_ground(ui, |ui| {
        ScrollArea::horizontal().id_salt(("connect-code", language.name())).auto_shrink([false, true]).show(ui, |ui| {
            ui.add(egui::Label::new(job).extend().selectable(true));
        });
    });
}

fn code_ground(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let theme = theme::of(ui);
    egui::Frame::new()
        .fill(theme.window)
        .stroke(theme.rule())
        .corner_radius(CornerRadius::same(6))
        .inner_margin(egui::Margin::symmetric(CODE_MARGIN, 8))
        .show(ui, |ui| {
            ui.set_min_size(Vec2::new(ui.available_width(), 0.0));
            content(ui);
        });
}
