//! Settings > the listener: on or off, where, what clients are told, and what they may take.

use std::collections::BTreeMap;

use egui::Ui;

use super::{protection::Protection, row};
use crate::{
    session::{ListenerLimit, ListenerSettings, ListenerState},
    ui::{
        action::Action,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Button, Field},
    },
};

/// Width of the field with a host, of one with a port, and of one with both, in points.
const HOST: f32 = 180.0;
const PORT: f32 = 80.0;
const ADVERTISED: f32 = 240.0;
/// Width of the field with a limit, in points.
const LIMIT: f32 = 130.0;

/// What is being edited.
#[derive(Default)]
pub(super) struct ListenerCard {
    /// What the fields were filled from; `None` before the first frame.
    filled: Option<ListenerSettings>,
    host: String,
    port: String,
    advertise: String,
    protection: Protection,
    limits: BTreeMap<&'static str, String>,
    limits_shown: bool,
}

impl ListenerCard {
    /// Draws the card. `nobody`: there is no user who could log in.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, nobody: bool) {
        if self.filled.as_ref() != Some(ctx.listener) {
            self.fill(ctx.listener);
        }
        let state = &*ctx.facts.cluster.listener;
        widgets::card(ui, |ui| {
            widgets::section(ui, &ctx.t("settings-listener"));
            if let ListenerState::OfOwner { address, .. } = state {
                let words = ctx.text.with("listener-of-owner", &[("address", address.as_str().into())]);
                widgets::paragraph(ui, &words);
                return;
            }
            row(ui, &ctx.t("settings-listener-clients"), "", |ui| {
                let mut on = ctx.listener.on;
                if widgets::switch(ui, &mut on, &ctx.t("settings-listener-on")).changed() {
                    ctx.act(Action::Listener(ListenerSettings { on, ..ctx.listener.clone() }));
                }
            });
            said(ui, ctx, state);
            self.fields(ui, ctx);
            self.protection.ui(ui, ctx, &self.host);
            self.limits(ui, ctx);
            self.buttons(ui, ctx, nobody);
        });
    }

    fn fill(&mut self, settings: &ListenerSettings) {
        self.host.clone_from(&settings.host);
        self.port = settings.port.to_string();
        self.advertise = settings.advertise.clone().unwrap_or_default();
        self.protection.fill(settings);
        self.limits.clear();
        self.filled = Some(settings.clone());
    }

    fn fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (host, port) = (ctx.t("settings-listener-host"), ctx.t("settings-listener-port"));
        let (advertised, fault) = (ctx.t("settings-listener-advertised"), ctx.t("settings-listener-port-fault"));
        let advertise_fault = ctx.t("settings-listener-advertised-fault");
        ui.horizontal_top(|ui| {
            let field = Field { mono: true, width: HOST, ..Field::new(&host) };
            widgets::text_field(ui, &field, &mut self.host);
            let fault = self.port_number().is_none().then_some(&*fault);
            let field = Field { mono: true, width: PORT, fault, ..Field::new(&port) };
            widgets::text_field(ui, &field, &mut self.port);
            let fault = (!self.advertise_fits()).then_some(&*advertise_fault);
            let hint = ctx.t("settings-listener-advertised-hint");
            let field = Field { mono: true, width: ADVERTISED, fault, hint: &hint, ..Field::new(&advertised) };
            widgets::text_field(ui, &field, &mut self.advertise);
        });
    }

    fn limits(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let limits = ctx.session.map(|session| session.listener_limits()).unwrap_or_default();
        if limits.is_empty() {
            return;
        }
        widgets::switch(ui, &mut self.limits_shown, &ctx.t("settings-listener-limits"));
        // A limit that was hit should not hide.
        let shown = self.limits_shown;
        for limit in limits.iter().filter(|limit| shown || limit.hits > 0) {
            self.limit(ui, ctx, limit);
        }
    }

    fn limit(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, limit: &ListenerLimit) {
        let about = ctx.t(about(limit.name));
        let range = [("min", format::count(limit.min).into()), ("max", format::count(limit.max).into())];
        let fault = ctx.text.with("settings-listener-limit-fault", &range);
        let value = self.limits.entry(limit.name).or_insert_with(|| limit.value.to_string());
        let fault = limit_of(value, limit).is_none().then_some(fault.as_str());
        let hits = ctx.text.with("settings-listener-hits", &[("n", limit.hits.into())]);
        ui.horizontal_top(|ui| {
            let field = Field { mono: true, width: LIMIT, fault, ..Field::new(limit.name) };
            widgets::text_field(ui, &field, value);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                widgets::paragraph(ui, &about);
                if limit.hits > 0 {
                    widgets::rich(ui, &hits, fonts::caption(), theme::of(ui).care);
                }
            });
        });
    }

    fn buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, nobody: bool) {
        let Some(chosen) = self.chosen(ctx) else { return };
        if chosen == *ctx.listener {
            return;
        }
        let why_not = (chosen.authentication && nobody).then(|| ctx.t("settings-login-nobody"));
        match &why_not {
            Some(why_not) => drop(widgets::rich(ui, why_not, fonts::body(), theme::of(ui).care)),
            None => drop(widgets::paragraph(ui, &ctx.t("settings-listener-apply-about"))),
        }
        ui.horizontal(|ui| {
            let apply = ctx.t("settings-listener-apply");
            if ui.add(Button::primary(&apply).unless(why_not.as_deref())).clicked() {
                ctx.act(Action::Listener(chosen));
            }
            if widgets::secondary(ui, &ctx.t("settings-discard")).clicked() {
                self.fill(ctx.listener);
            }
        });
    }

    /// What the fields say; `None` while one of them cannot be used.
    fn chosen(&self, ctx: &Ctx<'_>) -> Option<ListenerSettings> {
        let advertise = Some(self.advertise.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut limits = ctx.listener.limits.clone();
        for limit in ctx.session.map(|session| session.listener_limits()).unwrap_or_default() {
            let Some(text) = self.limits.get(limit.name) else { continue };
            match limit_of(text, &limit)? {
                value if value == limit.default => drop(limits.remove(limit.name)),
                value => drop(limits.insert(limit.name.to_owned(), value)),
            }
        }
        let host = self.host.trim().to_owned();
        let fits = !host.is_empty() && self.advertise_fits();
        fits.then_some(())?;
        let port = self.port_number()?;
        self.protection.chosen(ListenerSettings { host, port, advertise, limits, ..ctx.listener.clone() })
    }

    fn port_number(&self) -> Option<u16> {
        self.port.trim().parse().ok()
    }

    fn advertise_fits(&self) -> bool {
        let text = self.advertise.trim();
        text.is_empty() || text.parse::<crate::model::HostPort>().is_ok()
    }
}

fn limit_of(text: &str, limit: &ListenerLimit) -> Option<u64> {
    text.trim().parse().ok().filter(|value| (limit.min..=limit.max).contains(value))
}

/// How it stands, in a sentence.
fn said(ui: &mut Ui, ctx: &Ctx<'_>, state: &ListenerState) {
    match state {
        ListenerState::Listens(listening) => {
            row(ui, &ctx.t("settings-address"), "", |ui| {
                widgets::data(ui, &listening.advertised);
                if widgets::icon_button(ui, icon::COPY, &ctx.t("copy")).clicked() {
                    ctx.act(Action::Copy(listening.advertised.clone()));
                }
            });
            if let Some(taken) = &listening.taken {
                let words = [("taken", taken.as_str().into()), ("address", listening.address.as_str().into())];
                widgets::paragraph(ui, &ctx.text.with("listener-taken", &words));
            }
        }
        ListenerState::Failed(problem) => drop(widgets::problem(ui, ctx, problem, None)),
        ListenerState::Starting => drop(widgets::paragraph(ui, &ctx.t("listener-starting"))),
        ListenerState::Off | ListenerState::OfOwner { .. } => {
            widgets::paragraph(ui, &ctx.t("cluster-no-address-about"));
        }
    }
}

/// What a limit is, in words.
fn about(name: &str) -> &'static str {
    match name {
        "connections" => "limit-connections",
        "connections-per-address" => "limit-connections-per-address",
        "frame-bytes" => "limit-frame-bytes",
        "buffered-bytes" => "limit-buffered-bytes",
        "in-flight" => "limit-in-flight",
        "first-request-ms" => "limit-first-request-ms",
        "authenticate-ms" => "limit-authenticate-ms",
        "reauthenticate-ms" => "limit-reauthenticate-ms",
        "idle-ms" => "limit-idle-ms",
        "frame-ms" => "limit-frame-ms",
        _ => "limit-write-ms",
    }
}
