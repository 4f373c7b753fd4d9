//! One client in full: who it is, how it does, what it writes and reads, which of its settings deserve a second thought.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use egui::{Align, Layout, ScrollArea, Ui};

use super::{client_name as name, clients, state::advice_words, state_chip};
use crate::{
    model::TimestampMillis,
    session::{
        Loadable, Problem, Session,
        clients::ProducerView,
        programs::Program,
        requests::{REQUESTS_KEPT_MAX, RequestView},
    },
    ui::{
        Place, TopicTab,
        ctx::Ctx,
        format, icon,
        screens::{
            requests::{errors, words},
            topic::producers,
        },
        theme::{self, fonts},
        widgets,
    },
};

/// How often producers and errors are asked for anew.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Connections listed; more are a number.
const CONNECTIONS_SHOWN_MAX: usize = 12;
/// Width of the names, in points.
const NAMES: f32 = 96.0;

/// What the panel keeps between frames.
#[derive(Default)]
pub(super) struct ClientPanel {
    of: String,
    found: Loadable<Found>,
    /// The picture of the cluster that it was asked for with.
    looked_at: TimestampMillis,
}

/// What only the broker's newest requests tell.
#[derive(Default)]
struct Found {
    producers: Vec<(Arc<str>, ProducerView)>,
    /// Errors by code, the most frequent first.
    errors: Vec<(i16, u64)>,
}

impl ClientPanel {
    /// Draws the panel; true when it is to close.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) -> bool {
        self.load(ui, ctx, client);
        ui.spacing_mut().item_spacing.y = 8.0;
        let closed = head(ui, ctx, client);
        let found = self.found.value();
        ScrollArea::vertical().id_salt("client").auto_shrink(false).show(ui, |ui| {
            // Room for the scroll bar beside what is laid out to the right edge.
            ui.set_max_width(ui.available_width() - 10.0);
            state_chip(ui, ctx, client);
            about(ui, ctx, client);
            advice(ui, ctx, client);
            uses(ui, ctx, client);
            if let Some(found) = &found {
                made(ui, ctx, found);
                failed(ui, ctx, found);
            }
            connections(ui, ctx, client);
        });
        closed
    }

    fn load(&mut self, ui: &Ui, ctx: &Ctx<'_>, client: &Program) {
        let Some(session) = ctx.session else { return };
        ui.ctx().request_repaint_after(LOOK_EVERY);
        if self.of != client.key {
            self.found.clear();
            self.of = client.key.clone();
        } else if self.looked_at == ctx.facts.at {
            return;
        }
        self.looked_at = ctx.facts.at;
        look(session, client, &self.found);
    }
}

fn look(session: &Session, client: &Program, slot: &Loadable<Found>) {
    let Some(inspector) = session.inspector() else { return };
    let client = client.clone();
    session.load(slot, async move {
        let mut found = Found::default();
        for topic in &client.writes {
            let all = inspector.producers(topic);
            let own = all.into_iter().filter(|producer| client.has(producer.by.connection));
            found.producers.extend(own.map(|producer| (Arc::clone(topic), producer)));
        }
        let filter = crate::session::requests::RequestFilter {
            client: client.id.to_string(),
            errors_only: true,
            window_too: true,
            ..Default::default()
        };
        found.errors = counted(&inspector.requests(0, &filter, REQUESTS_KEPT_MAX), &client);
        Ok::<_, Problem>(found)
    });
}

/// Errors of this client by code, routine ones aside.
fn counted(requests: &[RequestView], client: &Program) -> Vec<(i16, u64)> {
    let mut counts: BTreeMap<i16, u64> = BTreeMap::new();
    for errors in requests.iter().filter(|view| client.has(view.who.connection)).filter_map(|view| view.errors) {
        if !errors.is_routine() {
            *counts.entry(errors.first).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) -> bool {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = widgets::icon_button(ui, icon::CLOSE, &ctx.t("clients-close")).clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                widgets::elided(ui, &name(ctx, client), fonts::section(), theme::of(ui).text);
            });
            close
        })
        .inner
    })
    .inner
}

fn about(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) {
    let library = match clients::library(client) {
        none if none.is_empty() => ctx.t("clients-no-library").to_string(),
        library => library,
    };
    let since = format!("{} · {}", ctx.format.clock(client.since), ctx.format.ago(ctx.now, client.since));
    let user = clients::user(client).map_or_else(|| ctx.t("clients-anonymous").to_string(), str::to_owned);
    let totals = ctx.text.with(
        "clients-totals",
        &[
            ("requests", client.requests.into()),
            ("sent", format::bytes_text(client.bytes_in).into()),
            ("received", format::bytes_text(client.bytes_out).into()),
        ],
    );
    let mut lines = vec![
        ("clients-library", library),
        ("clients-address", clients::address(ctx, client)),
        ("clients-since", since),
    ];
    if client.is_outside() {
        lines.push(("clients-user", user));
        lines.push((
            "clients-transport",
            ctx.t(if clients::is_encrypted(client) { "clients-tls" } else { "clients-plain" }).to_string(),
        ));
    }
    lines.push(("clients-total", totals));
    super::super::requests::list(ui, ctx, &lines, NAMES);
}

fn advice(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) {
    if client.advice.is_empty() {
        return;
    }
    part(ui, &ctx.t("clients-advice"));
    for advice in &client.advice {
        advice_line(ui, ctx, advice);
    }
}

/// A sentence of advice with its mark.
pub fn advice_line(ui: &mut Ui, ctx: &Ctx<'_>, advice: &crate::session::clients::Advice) {
    let theme = theme::of(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        icon::show(ui, icon::ADVICE, theme.care);
        let words = egui::RichText::new(advice_words(ctx, advice)).font(fonts::body()).color(theme.text);
        ui.add(egui::Label::new(words).wrap().selectable(true));
    });
}

fn uses(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) {
    for (title, topics) in [("clients-writes-to", &client.writes), ("clients-reads-from", &client.reads)] {
        if topics.is_empty() {
            continue;
        }
        part(ui, &ctx.t(title));
        for topic in topics {
            let tab = if title == "clients-writes-to" { TopicTab::Producers } else { TopicTab::Messages };
            if widgets::link(ui, topic).clicked() {
                ctx.go(Place::Topic { name: topic.to_string(), tab });
            }
        }
    }
    if client.groups.is_empty() {
        return;
    }
    part(ui, &ctx.t("nav-groups"));
    for membership in &client.groups {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            if widgets::link(ui, &membership.group).clicked() {
                ctx.go(Place::group(&*membership.group));
            }
            let words = ctx.text.with(
                "clients-member",
                &[
                    ("member", words::short(&membership.member).into()),
                    ("generation", membership.generation.to_string().into()),
                    ("n", membership.owned.into()),
                ],
            );
            widgets::quiet(ui, &words);
        });
    }
}

fn made(ui: &mut Ui, ctx: &Ctx<'_>, found: &Found) {
    if found.producers.is_empty() {
        return;
    }
    part(ui, &ctx.t("clients-producers"));
    for (topic, producer) in &found.producers {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            widgets::strong(ui, topic);
            widgets::paragraph(ui, &producers::in_words(ctx, producer));
        });
    }
}

fn failed(ui: &mut Ui, ctx: &Ctx<'_>, found: &Found) {
    if found.errors.is_empty() {
        return;
    }
    part(ui, &ctx.t("clients-errors"));
    for (code, times) in &found.errors {
        ui.horizontal(|ui| {
            widgets::chip(ui, icon::CLOSE, &errors::name(*code), theme::of(ui).bad);
            widgets::quiet(ui, &ctx.text.with("clients-times", &[("n", (*times).into())]));
        });
        widgets::paragraph(ui, &errors::meaning(ctx, *code));
        widgets::paragraph(ui, &errors::advice(ctx, *code));
    }
}

fn connections(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program) {
    if client.connections.len() < 2 {
        return;
    }
    part(ui, &ctx.t("clients-connections"));
    let theme = theme::of(ui);
    for view in client.connections.iter().take(CONNECTIONS_SHOWN_MAX) {
        let peer = view.who.peer().map_or_else(|| format!("#{}", view.who.connection), |peer| peer.to_string());
        let words = match view.closed_at {
            None => ctx.text.with("clients-connection", &[("n", view.requests.into())]),
            Some(at) => ctx.text.with("clients-connection-closed", &[("ago", ctx.format.ago(ctx.now, at).into())]),
        };
        ui.horizontal(|ui| {
            widgets::rich(ui, &peer, fonts::data(), if view.closed_at.is_none() { theme.text } else { theme.faint });
            widgets::elided(ui, &words, fonts::body(), theme.quiet);
        });
    }
    if client.connections.len() > CONNECTIONS_SHOWN_MAX {
        let more = client.connections.len() - CONNECTIONS_SHOWN_MAX;
        widgets::quiet(ui, &ctx.text.with("clients-more-connections", &[("n", more.into())]));
    }
}

/// A small head over a part.
fn part(ui: &mut Ui, words: &str) {
    ui.add_space(6.0);
    widgets::caption(ui, words);
}
