//! How a client is doing, as a chip, and what deserves a second thought, in sentences.

use std::sync::Arc;

use egui::{Response, Ui};

use crate::{
    session::{
        clients::{Advice, ClientState},
        programs::Program,
    },
    ui::{ctx::Ctx, format, icon, screens::requests::errors, theme, widgets},
};

/// The word of a client's state.
pub(super) fn word(ctx: &Ctx<'_>, client: &Program) -> Arc<str> {
    match &client.state {
        _ if client.left_at.is_some() => ctx.t("clients-left"),
        ClientState::Healthy => ctx.t("clients-healthy"),
        ClientState::Idle => ctx.t("clients-idle"),
        ClientState::Erring { .. } => ctx.t("clients-erring"),
        ClientState::FallingBehind { .. } => ctx.t("clients-behind"),
    }
}

/// The chip of a client's state, with the reason on hover.
pub fn state_chip(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) -> Response {
    let theme = theme::of(ui);
    let word = word(ctx, client);
    if let Some(left) = client.left_at {
        return widgets::chip(ui, icon::LEFT, &word, theme.quiet).on_hover_text(ctx.format.time(left));
    }
    match &client.state {
        ClientState::Healthy => widgets::chip(ui, icon::CHECK, &word, theme.good),
        ClientState::Idle => {
            widgets::chip(ui, icon::CIRCLE, &word, theme.note).on_hover_text(&*ctx.t("clients-idle-about"))
        }
        ClientState::Erring { code } => {
            let about = format!("{}: {}", errors::name(*code), errors::meaning(ctx, *code));
            widgets::chip(ui, icon::CLOSE, &word, theme.bad).on_hover_text(about)
        }
        ClientState::FallingBehind { group, records } => {
            let args = [("group", (&**group).into()), ("n", (*records).into())];
            widgets::chip(ui, icon::CARE, &word, theme.care).on_hover_text(ctx.text.with("clients-behind-about", &args))
        }
    }
}

/// A piece of advice: what was seen, and what to do.
pub fn advice_words(ctx: &Ctx<'_>, advice: &Advice) -> String {
    let decimal = |value: f64| format::short((value * 10.0).round() / 10.0);
    match advice {
        Advice::AcksNone => ctx.t("advice-acks-none").to_string(),
        Advice::AcksLeader => ctx.t("advice-acks-leader").to_string(),
        Advice::NotIdempotent => ctx.t("advice-not-idempotent").to_string(),
        Advice::TinyBatches { records_per_batch, batches_per_second } => ctx.text.with(
            "advice-tiny-batches",
            &[("records", decimal(*records_per_batch).into()), ("rate", format::rate(*batches_per_second).into())],
        ),
        Advice::NotCompressed { bytes_per_batch } => {
            ctx.text.with("advice-not-compressed", &[("size", format::bytes_text(*bytes_per_batch).into())])
        }
        Advice::CommitsOften { per_second } => {
            ctx.text.with("advice-commits-often", &[("rate", format::rate(*per_second).into())])
        }
        Advice::BusyPolling { empty_per_second, max_wait_ms } => ctx.text.with(
            "advice-busy-polling",
            &[
                ("rate", format::rate(*empty_per_second).into()),
                ("wait", ctx.format.duration(i64::from(*max_wait_ms)).into()),
            ],
        ),
        Advice::ShortSession { session_timeout_ms } => ctx
            .text
            .with("advice-short-session", &[("time", ctx.format.duration(i64::from(*session_timeout_ms)).into())]),
        Advice::ClassicProtocol { group } => ctx.text.with("advice-classic", &[("group", (&**group).into())]),
        Advice::OldVersion { api, version, newest } => ctx.text.with(
            "advice-old-version",
            &[("api", (*api).into()), ("version", version.to_string().into()), ("newest", newest.to_string().into())],
        ),
    }
}
