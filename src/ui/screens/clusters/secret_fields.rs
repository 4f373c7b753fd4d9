//! Fields for what is secret: shown as dots, taken out once, never kept in the window.

use std::collections::BTreeMap;

use egui::{Response, Ui};

use crate::{
    session::{
        Password,
        connections::{Profile, SaslPlan, SecretKind, Secrets},
    },
    ui::{
        clusters::{Typed, Vault},
        ctx::Ctx,
        widgets::{self, Field},
    },
};

/// Fewest characters of a new pass phrase; the store of secrets refuses shorter ones.
const PHRASE_CHARS_MIN: usize = 8;

/// What is typed.
#[derive(Default)]
pub struct SecretFields {
    secrets: BTreeMap<SecretKind, String>,
    phrase: String,
    again: String,
}

impl SecretFields {
    /// Draws a field for each kind, and for the pass phrase of the encrypted file where `vault` is given. Answers the first.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        profile: &Profile,
        kinds: &[SecretKind],
        vault: Option<Vault>,
    ) -> Option<Response> {
        let mut first = None;
        for kind in kinds {
            let field = self.secret(ui, &label(ctx, profile, *kind), "", *kind);
            first.get_or_insert(field);
        }
        let phrase = vault.and_then(|vault| self.phrase(ui, ctx, vault));
        first.or(phrase)
    }

    /// One field; `hint` stands in it while it is empty.
    pub fn secret(&mut self, ui: &mut Ui, label: &str, hint: &str, kind: SecretKind) -> Response {
        let field = Field { secret: true, mono: true, hint, ..Field::new(label) };
        widgets::text_field(ui, &field, self.secrets.entry(kind).or_default())
    }

    /// The pass phrase of the encrypted file; twice for a new file. Nothing where it is open.
    pub fn phrase(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, vault: Vault) -> Option<Response> {
        let (label, help) = match vault {
            Vault::Open => return None,
            Vault::Locked => (ctx.t("secret-phrase"), ctx.t("secret-phrase-about")),
            Vault::Missing => (ctx.t("secret-phrase-new"), ctx.t("secret-phrase-new-about")),
        };
        let field = Field { secret: true, help: &help, ..Field::new(&label) };
        let response = widgets::text_field(ui, &field, &mut self.phrase);
        if vault == Vault::Missing {
            let (label, differs) = (ctx.t("secret-phrase-again"), ctx.t("secret-phrase-differs"));
            let fault = (!self.again.is_empty() && self.again != self.phrase).then_some(&*differs);
            widgets::text_field(ui, &Field { secret: true, fault, ..Field::new(&label) }, &mut self.again);
        }
        Some(response)
    }

    /// Why what was typed is not enough yet.
    pub fn why_not(&self, ctx: &Ctx<'_>, kinds: &[SecretKind], vault: Option<Vault>) -> Option<std::sync::Arc<str>> {
        let empty = |kind| self.secrets.get(kind).is_none_or(String::is_empty);
        if kinds.iter().any(empty) {
            return Some(ctx.t("secret-missing"));
        }
        self.phrase_why_not(ctx, vault?)
    }

    /// Why the pass phrase is not enough yet.
    pub fn phrase_why_not(&self, ctx: &Ctx<'_>, vault: Vault) -> Option<std::sync::Arc<str>> {
        match vault {
            Vault::Open => None,
            Vault::Locked if self.phrase.is_empty() => Some(ctx.t("secret-phrase-missing")),
            Vault::Locked => None,
            Vault::Missing if self.phrase.chars().count() < PHRASE_CHARS_MIN => Some(ctx.t("secret-short-phrase")),
            Vault::Missing if self.again != self.phrase => Some(ctx.t("secret-phrase-differs")),
            Vault::Missing => None,
        }
    }

    /// Whether something was typed for one of them.
    pub fn has_any(&self, kinds: &[SecretKind]) -> bool {
        kinds.iter().any(|kind| self.secrets.get(kind).is_some_and(|text| !text.is_empty()))
    }

    /// What was typed, for those kinds.
    pub fn typed(&self, kinds: &[SecretKind], with_phrase: bool) -> Typed {
        let mut secrets = Secrets::default();
        for kind in kinds {
            if let Some(text) = self.secrets.get(kind).filter(|text| !text.is_empty()) {
                secrets.put(*kind, Password::from(text.clone()));
            }
        }
        let phrase = (with_phrase && !self.phrase.is_empty()).then(|| Password::from(self.phrase.clone()));
        Typed { secrets, phrase }
    }

    /// The same, and forgets it here.
    pub fn take(&mut self, kinds: &[SecretKind], with_phrase: bool) -> Typed {
        let typed = self.typed(kinds, with_phrase);
        *self = Self::default();
        typed
    }
}

/// What a secret is called where it is asked for.
pub fn label(ctx: &Ctx<'_>, profile: &Profile, kind: SecretKind) -> String {
    match (kind, &profile.security.sasl) {
        (SecretKind::Password, Some(SaslPlan::Password { user, .. })) => {
            ctx.text.with("secret-password-of", &[("user", user.as_str().into())])
        }
        (SecretKind::ClientSecret, Some(SaslPlan::ClientCredentials(client))) => {
            ctx.text.with("secret-client-of", &[("client", client.client_id.as_str().into())])
        }
        (SecretKind::Token, _) => ctx.t("secret-token").to_string(),
        (SecretKind::Password, _) => ctx.t("secret-password").to_string(),
        (SecretKind::ClientSecret, _) => ctx.t("secret-client").to_string(),
    }
}
