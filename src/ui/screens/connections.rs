//! Who is connected, and what they ask: clients above, the live log of requests below, details at the right.

mod client_panel;
mod clients;
mod does;
mod state;

use egui::{Key, Modifiers, Ui};

use self::{
    client_panel::ClientPanel,
    clients::{ClientRows, Titles},
};
pub use self::{client_panel::advice_line, state::state_chip};
use super::requests::{RequestOutcome, RequestPanel, Requests};
use crate::{
    model::TimestampMillis,
    session::programs::{Program, programs_of},
    ui::{
        Action, Command, Place,
        ctx::Ctx,
        format, icon,
        theme::{self, BETWEEN},
        widgets::{self, Button, Table, TableState},
    },
};

/// Rates and ages are drawn anew this often.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(1);
/// Width of the details before they are dragged, in points.
const DETAILS_WIDTH: f32 = 368.0;
/// The clients take at most this share of the height, the requests the rest.
const CLIENTS_SHARE_MAX: f32 = 0.38;
/// Height of a table's head, in points.
const HEAD: f32 = 34.0;
/// Height of the place that says that nobody is connected, in points.
const NOBODY: f32 = 150.0;

/// What the screen keeps between frames.
#[derive(Default)]
pub struct ConnectionsScreen {
    table: TableState,
    /// Also what this window started itself.
    own_too: bool,
    clients: Vec<Program>,
    /// What `clients` was worked out from.
    looked_at: Option<(TimestampMillis, bool)>,
    /// The client that is selected, by [`Program::key`].
    selected: Option<String>,
    place: Option<Place>,
    panel: ClientPanel,
    requests: Requests,
    request: RequestPanel,
}

impl ConnectionsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.turn_to(ctx);
        self.update(ui, ctx);
        self.keys(ui, ctx);
        self.details(ui, ctx);
        widgets::page(ui, |ui| {
            self.header(ui, ctx);
            ui.add_space(8.0);
            if ctx.session.is_some_and(|session| session.inspector().is_none()) {
                widgets::empty(ui, icon::CONNECTIONS, &ctx.t("connections-remote"), None);
                return;
            }
            self.upper(ui, ctx);
            ui.add_space(BETWEEN);
            let about = self.chosen().map(|client| client_name(ctx, client));
            if let Some(id) = self.requests.ui(ui, ctx, about.as_deref()) {
                self.request.open(ctx, id);
            }
        });
    }

    /// Follows the place: a client's or a request's link leads here.
    fn turn_to(&mut self, ctx: &Ctx<'_>) {
        if self.place.as_ref() == Some(ctx.place) {
            return;
        }
        self.place = Some(ctx.place.clone());
        match ctx.place {
            Place::Client { key } => {
                self.selected = Some(key.clone());
                self.request.close();
            }
            Place::Request { id } => {
                self.requests.select(*id);
                self.request.open(ctx, *id);
            }
            _ => {
                self.selected = None;
                self.request.close();
            }
        }
        self.looked_at = None;
    }

    fn update(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        let now = (ctx.facts.at, self.own_too);
        ui.ctx().request_repaint_after(LOOK_EVERY);
        if self.looked_at == Some(now) {
            return;
        }
        self.looked_at = Some(now);
        self.clients = programs_of(&ctx.facts.clients, ctx.now);
        let own_too = self.own_too;
        self.clients.retain(|client| own_too || client.is_outside());
        let place = self.clients.iter().position(|client| Some(&client.key) == self.selected.as_ref());
        self.table.selected = place.map(|row| row as u64);
        self.requests.own_too(self.own_too);
        let connections = self.chosen().map(|client| client.connections.iter().map(|c| c.who.connection).collect());
        // A client that went out of the list still has its requests, so only none chosen shows all again.
        if connections.is_some() || self.selected.is_none() {
            self.requests.of_connections(connections);
        }
    }

    fn chosen(&self) -> Option<&Program> {
        let key = self.selected.as_ref()?;
        self.clients.iter().find(|client| client.key == *key)
    }

    /// Esc takes back one thing at a time: the request, then the client.
    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        let free = !ui.ctx().egui_wants_keyboard_input() && !egui::Popup::is_any_open(ui.ctx());
        let takes = self.request.id().is_some() || self.selected.is_some();
        if free && takes && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.close(ctx);
        }
    }

    fn close(&mut self, ctx: &Ctx<'_>) {
        if self.request.id().is_some() {
            self.request.close();
            self.requests.let_go();
            if matches!(ctx.place, Place::Request { .. }) {
                ctx.go(Place::Connections);
            }
        } else {
            ctx.go(Place::Connections);
        }
    }

    fn details(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let closed = if self.request.id().is_some() {
            let said = widgets::panel_right(ui, "request-details", DETAILS_WIDTH, |ui| self.request.ui(ui, ctx));
            said == Some(RequestOutcome::Close)
        } else if let Some(key) = self.selected.as_ref()
            && let Some(client) = self.clients.iter().find(|client| client.key == *key)
        {
            widgets::panel_right(ui, "client-details", DETAILS_WIDTH, |ui| self.panel.ui(ui, ctx, client))
        } else {
            false
        };
        if closed {
            self.close(ctx);
        }
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let open: Vec<_> = self.clients.iter().filter(|client| client.left_at.is_none()).collect();
        let working: f64 = open.iter().map(|client| client.working_per_second).sum();
        let clients = ctx.text.with("status-clients", &[("n", (open.len() as u64).into())]);
        // Who is connected to a cluster, nobody there tells: not even that it is nobody.
        let is_told = ctx.session.is_none_or(|session| session.inspector().is_some());
        let words = match open.is_empty() {
            _ if !is_told => String::new(),
            true => clients,
            false => {
                let rate = ctx.text.with("connections-working", &[("rate", format::rate(working).into())]);
                format!("{clients} · {rate}")
            }
        };
        widgets::page_header(
            ui,
            &[],
            &ctx.t("nav-connections"),
            |ui| {
                let color = theme::of(ui).quiet;
                let own = ui.available_width() - 330.0;
                ui.scope(|ui| {
                    ui.set_max_width(own.max(60.0));
                    widgets::elided(ui, &words, theme::body(), color);
                });
            },
            |ui| {
                if ui.add(Button::primary(&ctx.t(Command::ConnectApp.text_id()))).clicked() {
                    ctx.act(Action::Run(Command::ConnectApp));
                }
                if is_told && widgets::check(ui, &mut self.own_too, &ctx.t("connections-own-too")).changed() {
                    self.looked_at = None;
                }
            },
        );
    }

    /// The clients, as high as they are many.
    fn upper(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.clients.is_empty() {
            widgets::columns(ui, NOBODY, &[1.0], |ui, _| {
                widgets::card_fill(ui, |ui| nobody(ui, ctx));
            });
            return;
        }
        let rows = HEAD + theme::ROW * self.clients.len() as f32 + 2.0;
        let height = rows.min(ui.available_height() * CLIENTS_SHARE_MAX).max(HEAD + 2.0 * theme::ROW);
        widgets::columns(ui, height, &[1.0], |ui, _| {
            widgets::card_fill(ui, |ui| self.clients(ui, ctx));
        });
    }

    fn clients(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let titles = Titles::new(ctx);
        let (kinds, columns) = titles.columns(ui.available_width());
        let name = ctx.t("connections-clients");
        let mut rows = ClientRows { ctx, clients: &self.clients, kinds };
        let response = Table::new("clients", &name, &columns).show(ui, ctx, &mut self.table, &mut rows);
        if response.selection_changed || response.opened.is_some() {
            let row = self.table.selected.and_then(|row| usize::try_from(row).ok());
            if let Some(client) = row.and_then(|row| self.clients.get(row)) {
                ctx.go(Place::Client { key: client.key.clone() });
            }
        }
    }
}

/// A client's id, or words for one that gives none.
pub fn client_name(ctx: &Ctx<'_>, client: &Program) -> String {
    if client.id.is_empty() { ctx.t("clients-no-id").to_string() } else { client.id.to_string() }
}

fn nobody(ui: &mut Ui, ctx: &Ctx<'_>) {
    let (sentence, verb) = match &ctx.facts.cluster.address {
        Some(address) => {
            let args = [("address", address.as_str().into())];
            (ctx.text.with("connections-none", &args), ctx.t(Command::ConnectApp.text_id()))
        }
        None => (ctx.t("connections-no-listener").to_string(), ctx.t("connections-how")),
    };
    if widgets::empty(ui, icon::CONNECTIONS, &sentence, Some(&verb)).is_some_and(|r| r.clicked()) {
        ctx.act(Action::Run(Command::ConnectApp));
    }
}
