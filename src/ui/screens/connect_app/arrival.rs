//! Who has arrived: the light of each language, and what the client that lit it says of itself.

use egui::{ScrollArea, Ui};

use super::snippet::Language;
use crate::{
    model::TimestampMillis,
    session::programs::Program,
    ui::{
        Place,
        ctx::Ctx,
        icon,
        screens::connections::{advice_line, client_name, state_chip},
        theme::{self, BETWEEN},
        widgets,
    },
};

/// Width of the names, in points.
const NAMES: f32 = 84.0;

/// The newest client of a language, as it was last seen.
pub(super) struct Arrival {
    client: Program,
}

/// Who has arrived, by language. A client that has left again stays: a short program is gone before it is looked at.
#[derive(Default)]
pub(super) struct Arrivals {
    seen: Vec<(Language, Arrival)>,
}

impl Arrival {
    /// Still connected.
    pub(super) fn is_here(&self) -> bool {
        self.client.left_at.is_none()
    }
}

impl Arrivals {
    /// Takes the newest picture.
    pub(super) fn look(&mut self, clients: &[Program]) {
        for language in Language::ALL {
            let spoken = |client: &&Program| {
                let library = client.software.as_ref().map_or("", |software| &software.name);
                client.is_outside() && language.is_spoken_by(library, &client.id)
            };
            // Who is here comes before who has left, then the newest.
            let newest = clients.iter().filter(spoken).max_by_key(|client| (client.left_at.is_none(), client.since));
            let Some(newest) = newest else {
                for (_, arrival) in self.seen.iter_mut().filter(|(known, _)| *known == language) {
                    // No longer in the list: it left a while ago.
                    let last = arrival.client.connections.iter().map(|view| view.last_active).max();
                    arrival.client.left_at = arrival.client.left_at.or(last);
                }
                continue;
            };
            match self.seen.iter_mut().find(|(known, _)| *known == language) {
                Some((_, arrival)) => {
                    if arrival.client != *newest {
                        arrival.client = newest.clone();
                    }
                }
                None => self.seen.push((language, Arrival { client: newest.clone() })),
            }
        }
    }

    pub(super) fn of(&self, language: Language) -> Option<&Arrival> {
        self.seen.iter().find(|(known, _)| *known == language).map(|(_, arrival)| arrival)
    }
}

/// The right side: waiting, or who is there.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, language: Language, arrivals: &Arrivals, opened_at: TimestampMillis) {
    ScrollArea::vertical().id_salt("connect-arrival").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(16.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            match arrivals.of(language) {
                None => waiting(ui, ctx, language),
                Some(arrival) => arrived(ui, ctx, &arrival.client, opened_at),
            }
        });
    });
}

fn waiting(ui: &mut Ui, ctx: &Ctx<'_>, language: Language) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        light(ui, theme.faint, false);
        widgets::section(ui, &ctx.text.with("connect-waiting", &[("language", language.name().into())]));
    });
    widgets::paragraph(ui, &ctx.t("connect-waiting-about"));
    ui.add_space(BETWEEN);
    widgets::caption(ui, &ctx.t("connect-if-nothing"));
    for id in ["connect-check-port", "connect-check-host", "connect-check-topic"] {
        ui.horizontal_top(|ui| {
            icon::show(ui, icon::CHEVRON_RIGHT, theme.faint);
            widgets::paragraph(ui, &ctx.t(id));
        });
    }
}

fn arrived(ui: &mut Ui, ctx: &Ctx<'_>, client: &Program, opened_at: TimestampMillis) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        light(ui, theme.good, true);
        let id = if client.left_at.is_some() { "connect-came" } else { "connect-here" };
        widgets::section(ui, &ctx.text.with(id, &[("client", client_name(ctx, client).into())]));
    });
    state_chip(ui, ctx, client);
    let library = client.software.as_ref().map_or_else(
        || ctx.t("clients-no-library").to_string(),
        |software| format!("{} {}", software.name, software.version),
    );
    let address = client.connections.first().and_then(|view| view.who.peer());
    let since = if client.since < opened_at {
        ctx.text.with("connect-before", &[("time", ctx.format.clock(client.since).into())])
    } else {
        ctx.format.clock(client.since)
    };
    let mut lines = vec![("clients-library", library)];
    if let Some(address) = address {
        lines.push(("clients-address", address.to_string()));
    }
    lines.push(("clients-since", since));
    for (id, topics) in [("clients-writes-to", &client.writes), ("clients-reads-from", &client.reads)] {
        if !topics.is_empty() {
            lines.push((id, topics.iter().map(|topic| &**topic).collect::<Vec<_>>().join(", ")));
        }
    }
    crate::ui::screens::requests::list(ui, ctx, &lines, NAMES);
    ui.add_space(4.0);
    if client.advice.is_empty() {
        widgets::paragraph(ui, &ctx.t("connect-no-advice"));
    } else {
        widgets::caption(ui, &ctx.t("clients-advice"));
        for advice in &client.advice {
            advice_line(ui, ctx, advice);
        }
    }
    ui.add_space(4.0);
    if widgets::link(ui, &ctx.t("connect-see-requests")).clicked() {
        ctx.go(Place::Client { key: client.key.clone() });
    }
    let topic = client.writes.first().or(client.reads.first());
    if let Some(topic) = topic
        && widgets::link(ui, &ctx.text.with("clients-open-topic", &[("topic", (&**topic).into())])).clicked()
    {
        ctx.go(Place::topic(&**topic));
    }
}

/// The large light: a full disc with a check, or an open ring.
fn light(ui: &mut Ui, color: egui::Color32, on: bool) {
    let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(22.0), egui::Sense::hover());
    let theme = theme::of(ui);
    if on {
        ui.painter().circle_filled(rect.center(), 11.0, theme.tinted(color));
        ui.painter().circle_filled(rect.center(), 8.0, color);
        let mark = if theme.dark { theme.window } else { theme.panel };
        icon::CHECK.paint(ui.painter(), rect.center(), 12.0, mark);
    } else {
        ui.painter().circle_stroke(rect.center(), 8.0, egui::Stroke::new(1.6, color));
    }
}
