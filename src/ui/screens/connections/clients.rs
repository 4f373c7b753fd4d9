//! The rows of the clients.

use std::sync::Arc;

use egui::Ui;

use super::{client_name as name, does, state};
use crate::{
    session::{clients::Origin, programs::Program},
    ui::{
        Action, Place,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows},
    },
};

/// Below this width the table leaves out what the details show anyway, in points.
const NARROW: f32 = 860.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Client,
    Library,
    Address,
    Since,
    Requests,
    Bytes,
    Does,
    State,
}

/// Titles of the columns, held while the table is drawn.
pub(super) struct Titles(Vec<Arc<str>>);

impl Titles {
    pub(super) fn new(ctx: &Ctx<'_>) -> Self {
        let ids = [
            "requests-client",
            "clients-library",
            "clients-address",
            "clients-since",
            "clients-requests",
            "clients-bytes",
            "clients-does",
            "clients-state",
        ];
        Self(ids.iter().map(|id| ctx.t(id)).collect())
    }

    /// The columns that `width` has room for, and what each shows.
    pub(super) fn columns(&self, width: f32) -> (Vec<Kind>, Vec<Column<'_>>) {
        let t = |index: usize| &*self.0[index];
        let columns = [
            (Kind::Client, Column::left("client", t(0), 116.0).stays()),
            (Kind::Library, Column::left("library", t(1), 200.0)),
            (Kind::Address, Column::left("address", t(2), 138.0)),
            (Kind::Since, Column::right("since", t(3), 66.0)),
            (Kind::Requests, Column::right("requests", t(4), 94.0)),
            (Kind::Bytes, Column::right("bytes", t(5), 80.0)),
            (Kind::Does, Column::left("does", t(6), 140.0).grows()),
            (Kind::State, Column::left("state", t(7), 126.0)),
        ];
        let narrow = width < NARROW;
        let left_out = [Kind::Library, Kind::Address, Kind::Since];
        columns.into_iter().filter(|(kind, _)| !narrow || !left_out.contains(kind)).unzip()
    }
}

pub(super) struct ClientRows<'a, 'c> {
    pub ctx: &'a Ctx<'c>,
    pub clients: &'a [Program],
    pub kinds: Vec<Kind>,
}

impl ClientRows<'_, '_> {
    fn at(&self, row: u64) -> Option<&Program> {
        self.clients.get(usize::try_from(row).ok()?)
    }
}

impl Rows for ClientRows<'_, '_> {
    fn count(&self) -> u64 {
        self.clients.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let words = |client: &Program| {
            let parts = [
                name(self.ctx, client),
                library(client),
                does::words(self.ctx, client),
                state::word(self.ctx, client).to_string(),
            ];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        };
        self.at(row).map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(client) = self.at(row) else { return };
        let here = client.left_at.is_none();
        match self.kinds[column] {
            Kind::Client => {
                let color = if here { theme.text } else { theme.faint };
                let response = widgets::elided(ui, &name(ctx, client), fonts::medium(13.0), color);
                if let Some(user) = user(client) {
                    response.on_hover_text(ctx.text.with("clients-logged-in", &[("user", user.into())]));
                }
            }
            Kind::Library if client.software.is_none() => {
                widgets::faint(ui, format::UNKNOWN).on_hover_text(&*ctx.t("clients-no-library"));
            }
            Kind::Library => drop(widgets::elided(ui, &short_library(client), fonts::data(), theme.text)),
            Kind::Address => {
                if is_encrypted(client) {
                    icon::show(ui, icon::LOCK, theme.quiet).on_hover_text(&*ctx.t("clients-tls"));
                }
                widgets::elided(ui, &address(ctx, client), fonts::data(), theme.quiet)
                    .on_hover_text(ctx.text.with("clients-open", &[("n", client.open().into())]));
            }
            Kind::Since => {
                let age = ctx.format.duration(coarse(ctx.now - client.since));
                widgets::quiet(ui, &age).on_hover_text(ctx.format.time(client.since));
            }
            Kind::Requests if here => drop(widgets::data(ui, &format::rate(client.requests_per_second))),
            Kind::Bytes if here => drop(widgets::data(ui, &format::bytes_text(client.bytes_per_second as u64))),
            Kind::Requests | Kind::Bytes => drop(widgets::faint(ui, format::UNKNOWN)),
            Kind::Does => drop(widgets::elided(ui, &does::words(ctx, client), fonts::body(), theme.text)),
            Kind::State => drop(state::state_chip(ui, ctx, client)),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some(client) = self.at(row) else { return };
        if widgets::item(ui, icon::OPEN, &ctx.t("clients-details"), Some("Enter")) {
            ctx.go(Place::Client { key: client.key.clone() });
        }
        for topic in does::topics(client).into_iter().take(does::TOPICS_MAX) {
            let words = ctx.text.with("clients-open-topic", &[("topic", (&*topic).into())]);
            if widgets::item(ui, icon::TOPICS, &words, None) {
                ctx.go(Place::topic(&*topic));
            }
        }
        for membership in &client.groups {
            let words = ctx.text.with("clients-open-group", &[("group", (&*membership.group).into())]);
            if widgets::item(ui, icon::GROUPS, &words, None) {
                ctx.go(Place::group(&*membership.group));
            }
        }
        widgets::rule(ui);
        if widgets::item(ui, icon::COPY, &ctx.t("clients-copy-id"), None) {
            ctx.act(Action::Copy(client.id.to_string()));
        }
        if widgets::item(ui, icon::COPY, &ctx.t("clients-copy-address"), None) {
            ctx.act(Action::Copy(address(ctx, client)));
        }
    }
}

/// Whether its oldest open connection is.
pub(super) fn is_encrypted(client: &Program) -> bool {
    let first = client.connections.first();
    first.is_some_and(|view| matches!(view.who.origin, Origin::Tcp { encrypted: true, .. }))
}

/// Who it has logged in as, where it had to.
pub(super) fn user(client: &Program) -> Option<&str> {
    let principal = client.connections.first()?.who.principal.trim_start_matches("User:");
    Some(principal).filter(|user| !matches!(*user, "" | "ANONYMOUS"))
}

/// `librdkafka 2.15.0`, as the client calls it.
pub(super) fn library(client: &Program) -> String {
    client.software.as_ref().map_or_else(String::new, |software| format!("{} {}", software.name, software.version))
}

/// The same without what the version says of a library underneath: `2.16.1-rdkafka-2.16.0` is shown as `2.16.1`.
fn short_library(client: &Program) -> String {
    client.software.as_ref().map_or_else(String::new, |software| {
        let version = software.version.split('-').next().unwrap_or_default();
        format!("{} {version}", software.name)
    })
}

/// That of the oldest open connection.
pub(super) fn address(ctx: &Ctx<'_>, client: &Program) -> String {
    let first = client.connections.first().and_then(|view| view.who.peer());
    let Some(peer) = first else {
        return match client.origin {
            Origin::Window => ctx.t("clients-this-window").to_string(),
            _ => ctx.t("clients-this-process").to_string(),
        };
    };
    peer.to_string()
}

/// Ages over a minute need no seconds, or the column would move each second.
fn coarse(millis: i64) -> i64 {
    const MINUTE: i64 = 60_000;
    let millis = millis.max(0);
    if millis < MINUTE { millis - millis % 1_000 } else { millis - millis % MINUTE }
}
