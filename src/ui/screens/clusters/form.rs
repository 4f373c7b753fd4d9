//! The form of a cluster: what it is called and looks like, where it is, how it is secured; beside it how the test
//! goes.

use egui::{Align, CornerRadius, CursorIcon, Layout, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::{
    draft::{Draft, Login},
    paste::Paste,
    secret_fields::{SecretFields, policy_why_not},
    security, steps,
};
use crate::{
    session::connections::{ConnectionId, PasteFormat, Pasted, Profile, ProfileColour, SecretKind},
    ui::{
        clusters::{ClusterAction, Walk},
        ctx::Ctx,
        icon,
        place::Place,
        theme::{self, BETWEEN, CONTROL, fonts},
        widgets::{self, Button, Field},
    },
};

/// Width of the labels at the left, in points.
const LABELS: f32 = 150.0;
/// Least width of the form, and of what is beside it, in points; less than both: they are one below the other.
const FORM_MIN: f32 = 540.0;
const SIDE_MIN: f32 = 340.0;
const FORM_MAX: f32 = 760.0;
/// Environments that are offered beside free words.
const ENVIRONMENTS: [&str; 4] = ["env-production", "env-staging", "env-test", "env-development"];
/// The time-outs by Kafka's names, in the order of the draft.
const TIMEOUTS: [&str; 5] = [
    "socket.connection.setup.timeout.ms",
    "request.timeout.ms",
    "retry.backoff.ms",
    "retry.backoff.max.ms",
    "delivery.timeout.ms",
];

/// What is being edited.
pub(super) struct Form {
    id: Option<ConnectionId>,
    draft: Draft,
    secrets: SecretFields,
    test: Option<Walk>,
    more: bool,
    paste: Paste,
}

impl Form {
    /// Of a cluster that is not known yet, in a colour that no other has while there is one.
    pub fn new(ctx: &Ctx<'_>) -> Self {
        let taken = |colour: &ProfileColour| ctx.known.book.profiles().iter().any(|profile| profile.colour == *colour);
        let colour = ProfileColour::ALL.into_iter().find(|colour| !taken(colour)).unwrap_or_default();
        Self::of_draft(None, Draft::new(colour))
    }

    /// Of one that is known.
    pub fn edit(profile: &Profile) -> Self {
        let mut draft = Draft::new(profile.colour);
        draft.base = Some(profile.clone());
        draft.fill(profile);
        Self::of_draft(Some(profile.id), draft)
    }

    fn of_draft(id: Option<ConnectionId>, draft: Draft) -> Self {
        // Who edits a cluster has filled the form in before.
        let paste = Paste::new(id.is_none());
        Self { id, draft, secrets: SecretFields::default(), test: None, more: false, paste }
    }

    /// The cluster; `None` for a new one.
    pub fn of(&self) -> Option<ConnectionId> {
        self.id
    }

    /// Draws the form.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::page_scroll(ui, |ui| {
            ui.spacing_mut().item_spacing.y = BETWEEN;
            self.header(ui, ctx);
            let room = ui.available_width();
            if room < FORM_MIN + BETWEEN + SIDE_MIN {
                self.fields(ui, ctx);
                self.side(ui, ctx);
                return;
            }
            let form = (room * 0.58).clamp(FORM_MIN, FORM_MAX);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = BETWEEN;
                for (width, is_form) in [(form, true), ((room - form - BETWEEN).min(FORM_MAX), false)] {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        ui.spacing_mut().item_spacing.y = BETWEEN;
                        if is_form { self.fields(ui, ctx) } else { self.side(ui, ctx) }
                    });
                }
            });
        });
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let title = match &self.draft.base {
            Some(base) => base.name.clone(),
            None => ctx.t("cluster-new").to_string(),
        };
        let made = self.draft.profile();
        let untestable = made.as_ref().err().map(|fault| ctx.t(fault));
        let vault = security::wanted(ctx, &self.draft, &self.secrets);
        let locked = vault.and_then(|vault| self.secrets.phrase_why_not(ctx, vault));
        let nowhere = (self.draft.login != Login::Nobody).then(|| policy_why_not(ctx, self.draft.policy)).flatten();
        let why_not = untestable.clone().or(nowhere).or(locked);
        let crumb = widgets::page_header(
            ui,
            &[&ctx.t("nav-clusters")],
            &title,
            |_| (),
            |ui| {
                let is_new = self.id.is_none();
                let verb = ctx.t(if is_new { "cluster-save-open" } else { "save" });
                if ui.add(Button::primary(&verb).unless(why_not.as_deref())).clicked()
                    && let Ok(profile) = &made
                {
                    self.save(ctx, profile.clone());
                }
                let test = ctx.t("cluster-test");
                if ui.add(Button::secondary(&test).icon(icon::LIVE).unless(untestable.as_deref())).clicked()
                    && let Ok(profile) = &made
                {
                    self.start_test(ctx, profile.clone());
                }
                if widgets::secondary(ui, &ctx.t("cancel")).clicked() {
                    ctx.go(Place::Clusters);
                }
            },
        );
        if crumb.is_some() {
            ctx.go(Place::Clusters);
        }
    }

    fn save(&mut self, ctx: &Ctx<'_>, profile: Profile) {
        let typed = self.secrets.take(self.draft.secret_kinds(), true);
        let profile = Box::new(profile);
        ctx.act_on_clusters(match self.id {
            None => ClusterAction::SaveAndOpen(profile, typed),
            Some(_) => ClusterAction::Save(profile, typed),
        });
    }

    fn start_test(&mut self, ctx: &Ctx<'_>, profile: Profile) {
        let walk = Walk::default();
        let typed = self.secrets.typed(self.draft.secret_kinds(), false);
        ctx.act_on_clusters(ClusterAction::Test(Box::new(profile), typed, walk.clone()));
        self.test = Some(walk);
    }

    fn fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.looks(ui, ctx);
        self.address(ui, ctx);
        let kept = self.draft.base.as_ref().is_some_and(|base| !base.needed_secrets().is_empty());
        security::show(ui, ctx, &mut self.draft, &mut self.secrets, kept);
        self.more(ui, ctx);
    }

    fn looks(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let draft = &mut self.draft;
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.horizontal_top(|ui| {
                let half = (ui.available_width() - BETWEEN) / 2.0;
                ui.spacing_mut().item_spacing.x = BETWEEN;
                let label = ctx.t("cluster-name");
                widgets::text_field(ui, &Field { width: half, ..Field::new(&label) }, &mut draft.name);
                let (label, hint) = (ctx.t("cluster-environment"), ctx.t("cluster-environment-hint"));
                widgets::text_field(
                    ui,
                    &Field { width: half, hint: &hint, ..Field::new(&label) },
                    &mut draft.environment,
                );
            });
            row(ui, &ctx.t("cluster-environment-usual"), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                for word in ENVIRONMENTS.map(|id| ctx.t(id)) {
                    let selected = *draft.environment == *word;
                    if Button::bare(&word).selected(selected).show(ui).clicked() {
                        draft.environment = word.to_string();
                    }
                }
            });
            row(ui, &ctx.t("cluster-colour"), |ui| {
                for colour in ProfileColour::ALL {
                    swatch(ui, ctx, &mut draft.colour, colour);
                }
            });
            widgets::switch(ui, &mut draft.read_only, &ctx.t("cluster-read-only-switch"));
            widgets::paragraph(ui, &ctx.t("cluster-read-only-about"));
        });
    }

    fn address(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let draft = &mut self.draft;
        widgets::card(ui, |ui| {
            let (label, help) = (ctx.t("cluster-bootstrap"), ctx.t("cluster-bootstrap-about"));
            let fault = draft.addresses().is_none().then(|| ctx.t("cluster-fault-bootstrap"));
            let field = Field {
                mono: true,
                hint: "kafka-1.example:9092, kafka-2.example:9092",
                help: &help,
                fault: fault.as_deref(),
                ..Field::new(&label)
            };
            widgets::text_field(ui, &field, &mut draft.bootstrap);
        });
    }

    /// What seldom has to be changed, behind a fold.
    fn more(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let draft = &mut self.draft;
        let more = &mut self.more;
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            widgets::switch(ui, more, &ctx.t("cluster-more"));
            if !*more {
                return;
            }
            let fault = ctx.t("cluster-fault-millis");
            widgets::text_field(ui, &Field { mono: true, ..Field::new("client.id") }, &mut draft.client_id);
            for (name, text) in TIMEOUTS.into_iter().zip(&mut draft.timeouts) {
                let bad = text.trim().parse::<u64>().is_ok_and(|millis| millis > 0);
                let fault = (!bad).then_some(&*fault);
                let help = ctx.t(&format!("timeout-{}", name.replace('.', "-")));
                widgets::text_field(
                    ui,
                    &Field { mono: true, width: 200.0, fault, help: &help, ..Field::new(name) },
                    text,
                );
            }
        });
    }

    fn side(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if let Some(walk) = &self.test {
            let seen = walk.seen();
            widgets::card(ui, |ui| {
                let said = match (seen.ended, seen.passed) {
                    (false, _) => ctx.t("cluster-test-runs"),
                    (true, true) => ctx.t("cluster-test-passed"),
                    (true, false) => ctx.t("cluster-test-failed"),
                };
                widgets::card_header(ui, &ctx.t("cluster-test"), &said, |_| ());
                steps::show(ui, ctx, &seen, true);
            });
        }
        if let Some(pasted) = self.paste.ui(ui, ctx) {
            self.fill(&pasted);
        }
    }

    /// Fills the form with what was pasted. What a person typed before counts more than what was guessed.
    fn fill(&mut self, pasted: &Pasted) {
        let name = std::mem::take(&mut self.draft.name);
        match pasted.format {
            PasteFormat::Properties => self.draft.fill_way(&pasted.profile),
            PasteFormat::ConnectionFile => self.draft.fill(&pasted.profile),
        }
        self.draft.name = if name.trim().is_empty() { pasted.profile.name.clone() } else { name };
        self.secrets = SecretFields::default();
        for kind in SecretKind::ALL {
            if let Some(secret) = pasted.secrets.get(kind) {
                self.secrets.put(kind, secret);
            }
        }
        // It was of another way to the cluster.
        self.test = None;
    }
}

/// A label at the left and a control.
pub(super) fn row(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui)) {
    let theme = theme::of(ui);
    ui.allocate_ui_with_layout(Vec2::new(ui.available_width(), CONTROL), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(CONTROL);
        let (slot, _) = ui.allocate_exact_size(Vec2::new(LABELS, CONTROL), Sense::hover());
        let galley = widgets::one_line(ui, label, fonts::body(), theme.quiet, LABELS - 8.0);
        let at = egui::pos2(slot.left(), slot.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, theme.quiet);
        widgets::named(ui, label, control);
    });
}

fn swatch(ui: &mut Ui, ctx: &Ctx<'_>, current: &mut ProfileColour, colour: ProfileColour) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(24.0), Sense::click());
    let name = ctx.t(colour_word(colour));
    let selected = *current == colour;
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, &name));
    ui.painter().circle_filled(rect.center(), 8.0, theme.profile(colour));
    if selected {
        let ring = Stroke::new(2.0, theme.text);
        ui.painter().rect_stroke(rect, CornerRadius::same(12), ring, StrokeKind::Inside);
    }
    widgets::focus_ring(ui, &response, rect);
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(&*name).clicked() {
        *current = colour;
    }
}

/// Id of the word for a colour.
fn colour_word(colour: ProfileColour) -> &'static str {
    match colour {
        ProfileColour::Blue => "colour-blue",
        ProfileColour::Teal => "colour-teal",
        ProfileColour::Green => "colour-green",
        ProfileColour::Yellow => "colour-yellow",
        ProfileColour::Orange => "colour-orange",
        ProfileColour::Red => "colour-red",
        ProfileColour::Pink => "colour-pink",
        ProfileColour::Purple => "colour-purple",
    }
}
