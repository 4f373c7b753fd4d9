//! How the way to a cluster is secured: encryption, who logs in, and where the secrets are, each with only its own fields.

use egui::Ui;

use super::{
    draft::{Draft, Login},
    form::row,
    secret_fields::{SecretFields, choose_policy},
};
use crate::{
    session::connections::{SaslMechanism, SecretKind, SecretPolicy},
    ui::{
        clusters::Vault,
        ctx::Ctx,
        screens::path_field::Purpose,
        widgets::{self, Field},
    },
};

/// The card; `kept`: the profile is known, and secrets that are not typed stay what they are.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, draft: &mut Draft, secrets: &mut SecretFields, kept: bool) {
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        widgets::card_header(ui, &ctx.t("cluster-security"), protocol(draft), |_| ());
        encryption(ui, ctx, draft);
        row(ui, &ctx.t("cluster-login"), |ui| {
            let words =
                ["cluster-login-nobody", "cluster-login-password", "cluster-login-token", "cluster-login-oauth"]
                    .map(|id| ctx.t(id));
            let logins = [Login::Nobody, Login::Password, Login::Token, Login::Credentials];
            let entries: Vec<_> = logins.into_iter().zip(words.iter().map(|word| &**word)).collect();
            widgets::segmented(ui, &mut draft.login, &entries);
        });
        login(ui, ctx, draft, secrets, kept);
        if !draft.secret_kinds().is_empty() {
            policy(ui, ctx, draft, secrets);
        }
    });
}

/// Kafka's word for what is chosen.
fn protocol(draft: &Draft) -> &'static str {
    match (draft.tls, draft.login != Login::Nobody) {
        (false, false) => "PLAINTEXT",
        (true, false) => "SSL",
        (false, true) => "SASL_PLAINTEXT",
        (true, true) => "SASL_SSL",
    }
}

fn encryption(ui: &mut Ui, ctx: &Ctx<'_>, draft: &mut Draft) {
    row(ui, &ctx.t("cluster-encryption"), |ui| {
        let (off, on) = (ctx.t("cluster-encryption-off"), ctx.t("cluster-encryption-tls"));
        widgets::segmented(ui, &mut draft.tls, &[(false, &*off), (true, &*on)]);
    });
    if !draft.tls {
        return;
    }
    row(ui, &ctx.t("cluster-authorities"), |ui| {
        let (system, own) = (ctx.t("cluster-authorities-system"), ctx.t("cluster-authorities-own"));
        widgets::segmented(ui, &mut draft.own_authorities, &[(false, &*system), (true, &*own)]);
    });
    if draft.own_authorities {
        draft.authorities.ui(ui, ctx, "cluster-authorities-file", Purpose::Open);
    }
    widgets::switch(ui, &mut draft.with_identity, &ctx.t("cluster-identity"));
    if draft.with_identity {
        draft.certificate.ui(ui, ctx, "cluster-certificate", Purpose::Open);
        draft.key.ui(ui, ctx, "cluster-key", Purpose::Open);
    }
    widgets::switch(ui, &mut draft.verify_host, &ctx.t("cluster-verify-host"));
    if !draft.verify_host {
        caution(ui, &ctx.t("cluster-verify-host-off"));
    }
}

fn login(ui: &mut Ui, ctx: &Ctx<'_>, draft: &mut Draft, secrets: &mut SecretFields, kept: bool) {
    let hint = if kept { ctx.t("secret-unchanged") } else { "".into() };
    let text = |ui: &mut Ui, label: &str, help: &str, value: &mut String, mono| {
        let (label, help) = (ctx.t(label), if help.is_empty() { "".into() } else { ctx.t(help) });
        widgets::text_field(ui, &Field { mono, help: &help, ..Field::new(&label) }, value);
    };
    match draft.login {
        Login::Nobody => {}
        Login::Password => {
            row(ui, &ctx.t("cluster-mechanism"), |ui| {
                let mut entries = SaslMechanism::ALL.map(|mechanism| (mechanism, mechanism.name()));
                entries.reverse();
                widgets::segmented(ui, &mut draft.mechanism, &entries);
            });
            if !draft.tls && draft.mechanism == SaslMechanism::Plain {
                caution(ui, &ctx.t("cluster-plain-open"));
            }
            text(ui, "cluster-user", "", &mut draft.user, true);
            secrets.secret(ui, &ctx.t("secret-password"), &hint, SecretKind::Password);
        }
        Login::Token => {
            widgets::switch(ui, &mut draft.token_in_file, &ctx.t("cluster-token-in-file"));
            if draft.token_in_file {
                draft.token_file.ui(ui, ctx, "cluster-token-file", Purpose::Open);
            } else {
                secrets.secret(ui, &ctx.t("secret-token"), &hint, SecretKind::Token);
            }
            text(ui, "cluster-extensions", "cluster-extensions-about", &mut draft.extensions, true);
        }
        Login::Credentials => {
            text(ui, "cluster-endpoint", "cluster-endpoint-about", &mut draft.endpoint, true);
            text(ui, "cluster-oauth-client", "", &mut draft.oauth_client, true);
            secrets.secret(ui, &ctx.t("secret-client"), &hint, SecretKind::ClientSecret);
            text(ui, "cluster-scope", "", &mut draft.scope, true);
            text(ui, "cluster-extensions", "cluster-extensions-about", &mut draft.extensions, true);
            widgets::switch(ui, &mut draft.own_endpoint_authorities, &ctx.t("cluster-endpoint-authorities"));
            if draft.own_endpoint_authorities {
                draft.endpoint_authorities.ui(ui, ctx, "cluster-authorities-file", Purpose::Open);
            }
        }
    }
}

/// Where what was typed is kept.
fn policy(ui: &mut Ui, ctx: &Ctx<'_>, draft: &mut Draft, secrets: &mut SecretFields) {
    choose_policy(ui, ctx, &mut draft.policy);
    if let Some(vault) = wanted(ctx, draft, secrets) {
        secrets.phrase(ui, ctx, vault);
    }
}

/// The encrypted file, where something is to be put into it and it is not open.
pub(super) fn wanted(ctx: &Ctx<'_>, draft: &Draft, secrets: &SecretFields) -> Option<Vault> {
    let moves = draft
        .base
        .as_ref()
        .is_some_and(|base| base.secrets != SecretPolicy::EncryptedFile && !base.needed_secrets().is_empty());
    let goes_there = draft.policy == SecretPolicy::EncryptedFile
        && draft.login != Login::Nobody
        && (moves || secrets.has_any(draft.secret_kinds()));
    goes_there.then_some(ctx.known.vault).filter(|vault| *vault != Vault::Open)
}

pub(super) fn caution(ui: &mut Ui, words: &str) {
    let theme = crate::ui::theme::of(ui);
    ui.horizontal_top(|ui| {
        crate::ui::icon::show(ui, crate::ui::icon::CARE, theme.care);
        widgets::paragraph(ui, words);
    });
}
