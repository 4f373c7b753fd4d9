//! Fields for what is secret: shown as dots, taken out once, never kept in the window.

use std::collections::BTreeMap;

use egui::{Response, Ui};

use super::{form::row, security::caution};
use crate::{
    session::{
        Password,
        connections::{Profile, SaslPlan, SecretKind, SecretPolicy, Secrets},
    },
    ui::{
        clusters::{ClusterAction, Typed, Vault},
        ctx::Ctx,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Fewest characters of a new pass phrase; the store of secrets refuses shorter ones.
pub(super) const PHRASE_CHARS_MIN: usize = 8;

/// What is typed.
#[derive(Default)]
pub struct SecretFields {
    secrets: BTreeMap<SecretKind, String>,
    phrase: String,
    again: String,
    /// Whether the way out for a forgotten pass phrase is asked about.
    forgotten: bool,
}

impl SecretFields {
    /// Draws a field for each kind, and answers the first.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, profile: &Profile, kinds: &[SecretKind]) -> Option<Response> {
        let mut first = None;
        for kind in kinds {
            let field = self.secret(ui, &label(ctx, profile, *kind), "", *kind);
            first.get_or_insert(field);
        }
        first
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
        } else {
            self.forgotten |= widgets::link(ui, &ctx.t("secret-phrase-forgotten")).clicked();
            self.way_out(ui, ctx);
        }
        Some(response)
    }

    /// Asks whether the encrypted file is to be deleted, where nobody knows its pass phrase any more.
    fn way_out(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if !self.forgotten {
            return;
        }
        let in_it =
            |profile: &&Profile| profile.secrets == SecretPolicy::EncryptedFile && !profile.needed_secrets().is_empty();
        let names: Vec<&str> =
            ctx.known.book.profiles().iter().filter(in_it).map(|profile| profile.name.as_str()).collect();
        let args = [("n", (names.len() as u64).into()), ("names", names.join(", ").into())];
        let verb = ctx.t("vault-delete-verb");
        let end = Dialog::new(&ctx.t("vault-delete-title"), &verb, &ctx.t("cancel")).dangerous().show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            widgets::paragraph(ui, &ctx.text.with("vault-delete-lost", &args));
            widgets::paragraph(ui, &ctx.t("vault-delete-then"));
        });
        if end == DialogEnd::Confirmed {
            (self.phrase, self.again) = Default::default();
            ctx.act_on_clusters(ClusterAction::ForgetVault);
        }
        self.forgotten = end == DialogEnd::Open;
    }

    /// Whether a dialog of it is open.
    pub fn asks(&self) -> bool {
        self.forgotten
    }

    /// Fills a field with what was pasted.
    pub fn put(&mut self, kind: SecretKind, secret: &Password) {
        self.secrets.insert(kind, secret.reveal().to_owned());
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
        Typed { secrets, phrase, moved_from: None }
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

/// Where what is typed is to be kept: of the places that this system has. The sentence below tells what that means.
pub fn choose_policy(ui: &mut Ui, ctx: &Ctx<'_>, policy: &mut SecretPolicy) {
    let choices = [
        (SecretPolicy::KeyStore, "secret-policy-store", "secret-policy-store-about"),
        (SecretPolicy::EncryptedFile, "secret-policy-file", "secret-policy-file-about"),
        (SecretPolicy::AskEachTime, "secret-policy-ask", "secret-policy-ask-about"),
    ];
    let there = &choices[usize::from(!ctx.known.has_key_store())..];
    row(ui, &ctx.t("secret-policy"), |ui| {
        let words: Vec<_> = there.iter().map(|(_, word, _)| ctx.t(word)).collect();
        let entries: Vec<_> = there.iter().zip(&words).map(|((policy, _, _), word)| (*policy, &**word)).collect();
        widgets::segmented(ui, policy, &entries);
    });
    match there.iter().find(|(one, _, _)| *one == *policy) {
        Some((_, _, about)) => drop(widgets::paragraph(ui, &ctx.t(about))),
        None => caution(ui, &ctx.t("secret-policy-choose")),
    }
}

/// Why nothing can be kept yet: what was chosen is not there.
pub fn policy_why_not(ctx: &Ctx<'_>, policy: SecretPolicy) -> Option<std::sync::Arc<str>> {
    let missing = policy == SecretPolicy::KeyStore && !ctx.known.has_key_store();
    missing.then(|| ctx.t("secret-policy-choose"))
}
