//! The dialog that sets a quota.

use egui::Ui;

use super::quotas::entity_words;
use crate::{
    model::{QUOTA_KEYS, Quota, QuotaEntity},
    session::Loadable,
    ui::{
        ctx::Ctx,
        format,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Whom a quota is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    User,
    Client,
    Both,
    Address,
}

impl Whom {
    const ALL: [(Self, &'static str); 4] = [
        (Self::User, "quota-whom-user"),
        (Self::Client, "quota-whom-client"),
        (Self::Both, "quota-whom-both"),
        (Self::Address, "quota-whom-ip"),
    ];

    /// The kinds of entity, as Kafka names them.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::User => &["user"],
            Self::Client => &["client-id"],
            Self::Both => &["user", "client-id"],
            Self::Address => &["ip"],
        }
    }
}

/// What was filled in.
pub(super) struct QuotaDialog {
    /// Of an edit: the entity and the key stay.
    fixed: Option<QuotaEntity>,
    whom: Whom,
    /// By the kinds of `whom`; empty is whoever has none of their own.
    names: [String; 2],
    key: String,
    value: String,
    focused: bool,
}

impl QuotaDialog {
    pub fn new() -> Self {
        let key = QUOTA_KEYS.first().map_or("", |(key, _)| key).to_owned();
        Self { fixed: None, whom: Whom::User, names: Default::default(), key, value: String::new(), focused: false }
    }

    /// Changes a quota that there is.
    pub fn of(entity: &QuotaEntity, key: &str, value: f64) -> Self {
        let value = if value.fract() == 0.0 { format!("{value:.0}") } else { value.to_string() };
        Self { fixed: Some(entity.clone()), key: key.to_owned(), value, ..Self::new() }
    }

    /// Draws it; sets the quota when confirmed. True while it stays open.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>, slot: &Loadable<Vec<Quota>>) -> bool {
        let number = self.value.trim().replace(',', "").parse::<f64>().ok().filter(|n| *n > 0.0 && n.is_finite());
        let why = number.is_none().then(|| ctx.t("quota-value-fault"));
        let (title, verb, cancel) = (ctx.t("quota-title"), ctx.t("quota-verb"), ctx.t("cancel"));
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why.as_deref()).width(440.0);
        let end = dialog.show(ui.ctx(), |ui| {
            crate::ui::shell::on_cluster(ui, ctx);
            self.body(ui, ctx, number);
        });
        if let (DialogEnd::Confirmed, Some(number)) = (end, number) {
            let (entity, key, slot) = (self.entity(), self.key.clone(), slot.clone());
            ctx.with_session(move |session| {
                session.change_quotas(entity, vec![(key, Some(number))], slot);
            });
        }
        end == DialogEnd::Open
    }

    fn entity(&self) -> QuotaEntity {
        if let Some(entity) = &self.fixed {
            return entity.clone();
        }
        let part = |(kind, name): (&&str, &String)| {
            ((*kind).to_owned(), Some(name.trim().to_owned()).filter(|name| !name.is_empty()))
        };
        QuotaEntity { parts: self.whom.kinds().iter().zip(&self.names).map(part).collect() }
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, number: Option<f64>) {
        ui.spacing_mut().item_spacing.y = 10.0;
        if self.fixed.is_none() {
            let words = Whom::ALL.map(|(_, id)| ctx.t(id));
            let entries: Vec<_> = Whom::ALL.iter().zip(&words).map(|((whom, _), word)| (*whom, &**word)).collect();
            widgets::segmented(ui, &mut self.whom, &entries);
            for (kind, name) in self.whom.kinds().iter().zip(&mut self.names) {
                let label = ctx.t(match *kind {
                    "user" => "quota-whom-user",
                    "client-id" => "quota-whom-client",
                    _ => "quota-whom-ip",
                });
                let hint = ctx.t("quota-everybody-else");
                widgets::text_field(ui, &Field { mono: true, hint: &hint, ..Field::new(&label) }, name);
            }
            let kinds = self.whom.kinds();
            let fits = |of: &[&str]| kinds.iter().all(|kind| of.contains(kind));
            let keys: Vec<_> = QUOTA_KEYS.iter().filter(|(_, of)| fits(of)).map(|(key, _)| (*key).to_owned()).collect();
            if !keys.contains(&self.key) {
                self.key = keys.first().cloned().unwrap_or_default();
            }
            let entries: Vec<_> = keys.into_iter().map(|key| (key.clone(), key)).collect();
            widgets::select(ui, &ctx.t("quota-key"), &mut self.key, &entries, 240.0);
        }
        widgets::paragraph(ui, &format!("{} · {}", entity_words(ctx, &self.entity()), self.key));
        let label = ctx.t(match self.key.as_str() {
            "request_percentage" => "quota-value-percent",
            key if key.ends_with("byte_rate") => "quota-value-bytes",
            _ => "quota-value-rate",
        });
        let size = number.filter(|_| self.key.ends_with("byte_rate")).map(|n| format::bytes_text(n as u64));
        let help = size.map(|size| ctx.text.with("quota-bytes", &[("size", size.into())])).unwrap_or_default();
        let field = Field { mono: true, help: &help, width: 220.0, ..Field::new(&label) };
        let response = widgets::text_field(ui, &field, &mut self.value);
        if !self.focused {
            response.request_focus();
            self.focused = true;
        }
    }
}
