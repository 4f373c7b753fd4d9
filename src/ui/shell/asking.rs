//! The middle of the window while a cluster waits for somebody to type what is kept nowhere, or what opens where it is kept.

use egui::{Key, Ui};

use super::{
    super::{
        clusters::{ClusterAction, Needs, Typed, Vault},
        ctx::Ctx,
        screens::clusters::secret_fields::{SecretFields, choose_policy},
        widgets::{self, Button},
    },
    standing::{edit_and_close, middle},
};
use crate::session::connections::{Profile, SecretPolicy};

/// Why it is asked, where the system has no key store: the choice says so itself.
const NO_KEY_STORE: &str = "secret-no-key-store";
/// Why it is asked, where there is one that does not give the secret: another place may be chosen.
const KEY_STORE_SHUT: [&str; 2] = ["secret-store-locked", "secret-store-refused"];

/// What is typed.
#[derive(Default)]
pub(super) struct Asking {
    fields: SecretFields,
    /// Where it is to be kept, where the system has not what the profile names.
    policy: Option<SecretPolicy>,
    focused: bool,
}

impl Asking {
    /// Draws the question in the middle; true when it was answered.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, needs: &Needs) -> bool {
        let Some(profile) = ctx.cluster.profile.as_deref() else { return true };
        let mut answered = false;
        middle(ui, |ui| {
            widgets::card(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 10.0;
                let words = ctx.text.with("cluster-asks-page", &[("cluster", profile.name.as_str().into())]);
                widgets::section(ui, &words);
                answered = self.question(ui, ctx, profile, needs);
            });
        });
        answered
    }

    fn question(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, profile: &Profile, needs: &Needs) -> bool {
        let has_none = !ctx.known.has_key_store();
        let is_shut = needs.why.as_deref().is_some_and(|why| KEY_STORE_SHUT.contains(&&*why.what.id));
        let chooses = profile.secrets == SecretPolicy::KeyStore && (has_none || is_shut);
        if let Some(why) = needs.why.as_deref().filter(|why| !(chooses && why.what.id == NO_KEY_STORE)) {
            widgets::problem(ui, ctx, why, None);
        }
        let first = self.fields.ui(ui, ctx, profile, &needs.secrets);
        if chooses {
            let first = if has_none { SecretPolicy::AskEachTime } else { SecretPolicy::KeyStore };
            let policy = self.policy.get_or_insert(first);
            if has_none {
                widgets::paragraph(ui, &ctx.t(NO_KEY_STORE));
            }
            choose_policy(ui, ctx, policy);
        }
        let vault = self.vault(ctx, needs, chooses);
        let first = first.or(vault.and_then(|vault| self.fields.phrase(ui, ctx, vault)));
        if let (false, Some(first)) = (self.focused, first) {
            first.request_focus();
            self.focused = true;
        }
        let why_not = self.fields.why_not(ctx, &needs.secrets, vault);
        // A dialog above this takes the key for itself.
        let enter = why_not.is_none() && !self.fields.asks() && ui.input(|input| input.key_pressed(Key::Enter));
        let mut answered = false;
        ui.horizontal(|ui| {
            let open = ui.add(Button::primary(&ctx.t("cluster-open")).unless(why_not.as_deref()));
            answered = open.clicked() || enter;
            edit_and_close(ui, ctx, profile);
        });
        if answered {
            let typed: Typed = self.fields.take(&needs.secrets, vault.is_some());
            let policy = self.policy.filter(|policy| chooses && *policy != profile.secrets);
            ctx.act_on_clusters(ClusterAction::Answer(profile.id, typed, policy));
        }
        answered
    }

    /// The encrypted file, where it has to be opened or made.
    fn vault(&self, ctx: &Ctx<'_>, needs: &Needs, chooses: bool) -> Option<Vault> {
        let into_file = chooses && self.policy == Some(SecretPolicy::EncryptedFile);
        Some(ctx.known.vault).filter(|vault| needs.phrase || (into_file && *vault != Vault::Open))
    }
}
