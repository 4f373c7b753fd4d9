//! The live log of requests: filtered, held still on demand, opened at the right.
//!
//! The lower half of the Connections screen. What it shows comes from a [`RequestLog`] of the session, which wakes the
//! window when something new came; newest on top, as in Messages.

pub mod errors;
mod panel;
mod rows;
pub mod words;

use std::sync::Arc;

use egui::{Align, Id, Layout, Ui};

pub use self::panel::{RequestOutcome, RequestPanel, list};
use self::rows::{RequestTable, Titles};
use crate::{
    session::requests::{REQUESTS_KEPT_MAX, RequestId, RequestLog, RequestQuery},
    ui::{
        Action, Command,
        ctx::Ctx,
        icon, theme,
        widgets::{self, Button, Table, TableState},
    },
};

/// Width of the filter where there is room, and at least, in points.
const FILTER_WIDTH: (f32, f32) = (300.0, 140.0);
/// What stands right of the filter, in points.
const BESIDE_FILTER: f32 = 540.0;

/// What the log keeps between frames.
#[derive(Default)]
pub struct Requests {
    log: Option<RequestLog>,
    query: RequestQuery,
    table: TableState,
    /// The request that is selected, whatever comes in above it.
    selected: Option<RequestId>,
    generation: u64,
    added: u64,
    /// The filter had the focus in the last frame.
    typing: bool,
}

/// The filter, for the command that moves there.
fn filter_id() -> Id {
    Id::unique("requests-filter")
}

impl Requests {
    /// Shows only these connections, or any.
    pub fn of_connections(&mut self, connections: Option<Vec<u64>>) {
        self.query.connections = connections;
    }

    /// Also what the window itself asks.
    pub fn own_too(&mut self, own_too: bool) {
        self.query.own_too = own_too;
    }

    /// The request that is selected.
    pub fn selected(&self) -> Option<RequestId> {
        self.selected
    }

    /// Nothing is selected any more.
    pub fn let_go(&mut self) {
        (self.selected, self.table.selected) = (None, None);
    }

    /// Selects a request, where it is still kept, and brings it into sight.
    pub fn select(&mut self, id: RequestId) {
        self.selected = Some(id);
        let place = self.log.as_ref().and_then(|log| log.read(|rows| rows.place_of(id)));
        if let Some(place) = place {
            self.table.reveal(place as u64);
        }
    }

    /// Draws head and table on all the space that is left; answers the request that is to be opened.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, about: Option<&str>) -> Option<RequestId> {
        self.follow(ui, ctx);
        self.keys(ui, ctx);
        self.toolbar(ui, ctx, about);
        widgets::card_fill(ui, |ui| self.rows(ui, ctx)).inner
    }

    /// Opens the list, tells it what is asked for, and keeps the table on its rows.
    fn follow(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if self.log.is_none()
            && let Some(session) = ctx.session
        {
            let repaint = ui.ctx().clone();
            let wake = Arc::new(move || repaint.request_repaint());
            self.log = RequestLog::open(session, wake, self.query.clone());
        }
        let Some(log) = &self.log else { return };
        log.ask(self.query.clone());
        let (generation, added, place) =
            log.read(|rows| (rows.generation, rows.added, self.selected.and_then(|id| rows.place_of(id))));
        if generation != self.generation {
            (self.generation, self.added) = (generation, added);
            self.table.scroll.to_start();
        } else if added > self.added {
            self.table.scroll.rows_inserted_above(added - self.added);
            self.added = added;
        }
        self.table.selected = place.map(|place| place as u64);
    }

    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if ctx.take(Command::Find) {
            ui.memory_mut(|memory| memory.request_focus(filter_id()));
        }
        // egui has taken the focus away from the field by the time Esc is seen here.
        let typing = std::mem::take(&mut self.typing);
        if typing && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            self.query.text.clear();
        }
    }

    fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, about: Option<&str>) {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL);
            widgets::section(ui, &ctx.t("requests-title"));
            if let Some(about) = about
                && ui.add(Button::secondary(about).icon(icon::CLOSE).selected(true)).clicked()
            {
                ctx.go(crate::ui::Place::Connections);
            }
            let room = ui.available_width() - BESIDE_FILTER;
            let width = room.clamp(FILTER_WIDTH.1, FILTER_WIDTH.0);
            let field =
                widgets::search(ui, filter_id(), &mut self.query.text, &ctx.t("requests-filter-hint"), "", width);
            self.typing = field.on_hover_text(&*ctx.t("requests-filter-about")).has_focus();
            self.api_menu(ui, ctx);
            let errors = Button::secondary(&ctx.t("requests-errors-only")).selected(self.query.errors_only).show(ui);
            if errors.clicked() {
                self.query.errors_only = !self.query.errors_only;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.pause(ui, ctx));
        });
    }

    fn api_menu(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let seen = self.log.as_ref().map(|log| log.read(|rows| rows.apis.clone())).unwrap_or_default();
        let mut apis: Vec<(Option<i16>, String)> =
            seen.into_iter().map(|(key, name)| (Some(key), name.to_owned())).collect();
        apis.sort_by(|a, b| a.1.cmp(&b.1));
        let mut entries = vec![(None, ctx.t("requests-any-api").to_string())];
        entries.extend(apis);
        widgets::select(ui, &ctx.t("requests-api"), &mut self.query.api, &entries, 92.0);
    }

    /// Laid out from the right.
    fn pause(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(log) = &self.log else { return };
        let paused = log.is_paused();
        let (word, glyph) = if paused { ("requests-resume", icon::LIVE) } else { ("requests-pause", icon::PAUSE) };
        if ui.add(Button::secondary(&ctx.t(word)).icon(glyph).selected(paused)).clicked() {
            log.pause(!paused);
        }
        let words = if paused {
            ctx.text.with("requests-new", &[("n", log.read(|rows| rows.waiting()).into())])
        } else {
            ctx.text.with("requests-kept", &[("max", REQUESTS_KEPT_MAX.into())])
        };
        let wide = ui.painter().layout_no_wrap(words.clone(), theme::body(), theme::of(ui).quiet).size().x;
        if paused || wide <= ui.available_width() {
            widgets::quiet(ui, &words);
        }
    }

    fn rows(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> Option<RequestId> {
        let Some(log) = &self.log else {
            widgets::empty(ui, icon::CONNECTIONS, &ctx.t("connections-remote"), None);
            return None;
        };
        if log.read(|rows| rows.is_empty()) {
            self.nothing(ui, ctx);
            return None;
        }
        let titles = Titles::new(ctx);
        let (kinds, columns) = titles.columns(ui.available_width(), self.query.connections.is_some());
        let name = ctx.t("requests-title");
        let table = &mut self.table;
        let (response, copy) = log.read(|rows| {
            let mut shown = RequestTable { ctx, rows, kinds };
            let response = Table::new("requests", &name, &columns).primary().show(ui, ctx, table, &mut shown);
            let at = |row: u64| rows.newest(usize::try_from(row).ok()?).map(|view| view.id);
            let changed = response.selection_changed || response.opened.is_some();
            if changed {
                self.selected = response.opened.or(table.selected).and_then(at);
            }
            let chosen = table.selected.and_then(|row| rows.newest(usize::try_from(row).ok()?));
            let copy = response.copy.then(|| chosen.map(|view| rows::as_text(ctx, view))).flatten();
            (response, copy)
        });
        if let Some(text) = copy {
            ctx.act(Action::Copy(text));
        }
        let clicked = response.selection_changed && ui.input(|input| input.pointer.any_released());
        (clicked || response.opened.is_some()).then_some(self.selected).flatten()
    }

    fn nothing(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let filtered = RequestQuery { own_too: self.query.own_too, ..RequestQuery::default() } != self.query;
        if !filtered {
            widgets::empty(ui, icon::CONNECTIONS, &ctx.t("requests-none"), None);
            return;
        }
        let verb = ctx.t("requests-clear-filter");
        if widgets::empty(ui, icon::SEARCH, &ctx.t("requests-none-match"), Some(&verb)).is_some_and(|r| r.clicked()) {
            self.query = RequestQuery { own_too: self.query.own_too, ..RequestQuery::default() };
            ctx.go(crate::ui::Place::Connections);
        }
    }
}
