//! Quotas: how much a user, a client id or an address may take before a broker slows it down.

use std::sync::Arc;

use egui::Ui;

use super::quota_dialog::QuotaDialog;
use crate::{
    model::{Quota, QuotaEntity},
    session::Loadable,
    ui::{
        Action,
        confirm::Confirm,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Button, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct QuotasTab {
    quotas: Loadable<Vec<Quota>>,
    asked: bool,
    table: TableState,
    dialog: Option<QuotaDialog>,
}

struct QuotaRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    /// A row a value.
    rows: Vec<(&'a QuotaEntity, &'a str, f64)>,
    slot: &'a Loadable<Vec<Quota>>,
    dialog: &'a mut Option<QuotaDialog>,
}

impl QuotasTab {
    /// The next frame asks anew.
    pub fn forget(&mut self) {
        self.asked = false;
    }

    pub fn count(&self) -> Option<u64> {
        let count = self.quotas.value().map(|all| all.iter().map(|quota| quota.values.len() as u64).sum());
        count.filter(|n| *n > 0)
    }

    /// The button in the head of the screen.
    pub fn buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let why = ctx.read_only_why();
        if Button::primary(&ctx.t("quota-add")).unless(why.as_deref()).show(ui).clicked() {
            self.dialog = Some(QuotaDialog::new());
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(session) = ctx.session else { return };
        if !self.asked {
            self.asked = true;
            session.load_quotas(&self.quotas);
        }
        let view = self.quotas.view();
        if let Some(problem) = &view.problem {
            if widgets::problem(ui, ctx, problem, Some(&ctx.t("retry"))) {
                self.asked = false;
            }
        } else {
            match view.value.as_deref() {
                None => {
                    if let Some(since) = view.loading_since {
                        widgets::waiting(ui, since, &ctx.t("quota-loading"));
                    }
                }
                Some(quotas) if quotas.is_empty() => {
                    widgets::empty(ui, icon::TIMER, &ctx.t("quota-none"), None);
                }
                Some(quotas) => {
                    widgets::card_fill(ui, |ui| self.table(ui, ctx, quotas));
                }
            }
        }
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui, ctx, &self.quotas)
        {
            self.dialog = None;
        }
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, quotas: &[Quota]) {
        let ids = ["quota-for", "quota-key", "quota-value"];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("for", &words[0], 320.0).grows_to(520.0).stays(),
            Column::left("key", &words[1], 240.0).grows_to(320.0),
            Column::right("value", &words[2], 200.0),
        ];
        let values = |quota| -> Vec<(&QuotaEntity, &str, f64)> {
            let quota: &Quota = quota;
            quota.values.iter().map(|(key, value)| (&quota.entity, key.as_str(), *value)).collect()
        };
        let rows = quotas.iter().flat_map(values).collect();
        let mut rows = QuotaRows { ctx, rows, slot: &self.quotas, dialog: &mut self.dialog };
        let name = ctx.t("access-tab-quotas");
        Table::new("quotas", &name, &columns).primary().show(ui, ctx, &mut self.table, &mut rows);
    }
}

/// Whom a quota is for, in words: "user ann · client id app", "every other user".
pub(super) fn entity_words(ctx: &Ctx<'_>, entity: &QuotaEntity) -> String {
    let part = |(kind, name): &(String, Option<String>)| {
        let (named, default) = match kind.as_str() {
            "user" => ("quota-user", "quota-user-default"),
            "client-id" => ("quota-client", "quota-client-default"),
            _ => ("quota-ip", "quota-ip-default"),
        };
        match name {
            Some(name) => ctx.text.with(named, &[("name", name.as_str().into())]),
            None => ctx.t(default).to_string(),
        }
    };
    entity.parts.iter().map(part).collect::<Vec<_>>().join(" · ")
}

/// A value with what it counts: bytes a second as a size, the others as they are.
fn value_words(ctx: &Ctx<'_>, key: &str, value: f64) -> String {
    if key.ends_with("byte_rate") && value >= 0.0 {
        return ctx.text.with("quota-bytes", &[("size", format::bytes_text(value as u64).into())]);
    }
    let number = format::short(value);
    let unit = if key == "request_percentage" { "quota-percent" } else { "quota-per-second" };
    ctx.text.with(unit, &[("number", number.into())])
}

impl QuotaRows<'_, '_> {
    fn at(&self, row: u64) -> Option<(&QuotaEntity, &str, f64)> {
        self.rows.get(usize::try_from(row).ok()?).copied()
    }
}

impl Rows for QuotaRows<'_, '_> {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let words = |(entity, key, value)| format!("{entity}, {key}, {}", value_words(self.ctx, key, value));
        self.at(row).map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let theme = theme::of(ui);
        let Some((entity, key, value)) = self.at(row) else { return };
        match column {
            0 => drop(widgets::elided(ui, &entity_words(self.ctx, entity), fonts::medium(13.0), theme.text)),
            1 => drop(widgets::data_quiet(ui, key)),
            _ => drop(widgets::data(ui, &value_words(self.ctx, key, value)).on_hover_text(value.to_string())),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some((entity, key, value)) = self.at(row) else { return };
        let (entity, key) = (entity.clone(), key.to_owned());
        let why = ctx.read_only_why();
        if widgets::item_why(ui, icon::EDIT, &ctx.t("quota-edit"), why.as_deref()) {
            *self.dialog = Some(QuotaDialog::of(&entity, &key, value));
        }
        if widgets::item_why(ui, icon::DELETE, &ctx.t("quota-remove"), why.as_deref()) {
            let slot = self.slot.clone();
            let args = [("entity", entity_words(ctx, &entity).into()), ("quota", key.as_str().into())];
            ctx.act(Action::Ask(Confirm {
                title: ctx.text.with("quota-remove-title", &args),
                losses: vec![ctx.text.with("quota-remove-loss", &args)],
                verb: ctx.t("quota-remove-verb").to_string(),
                effect: None,
                typed: None,
                work: Box::new(move |session| {
                    session.change_quotas(entity, vec![(key, None)], slot);
                }),
            }));
        }
    }
}
