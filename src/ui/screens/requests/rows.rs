//! The rows of the log.

use std::sync::Arc;

use egui::{Color32, Ui};

use super::{errors, words};
use crate::{
    session::requests::{RequestRows, RequestView},
    ui::{
        ctx::{Ctx, TimeDisplay},
        format,
        theme::{self, fonts},
        widgets::{self, Column, Rows},
    },
};

/// Below this width the table leaves out what an open request shows anyway, in points.
const NARROW: f32 = 860.0;
/// A request that waited for most of its time took no work.
const WAITED_SHARE_MIN: f64 = 0.8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Client,
    Api,
    Version,
    Size,
    Took,
    Error,
    Said,
}

/// Titles of the columns, held while the table is drawn.
pub(super) struct Titles(Vec<Arc<str>>);

impl Titles {
    pub(super) fn new(ctx: &Ctx<'_>) -> Self {
        let ids = [
            "requests-time",
            "requests-client",
            "requests-api-column",
            "requests-version",
            "requests-size",
            "requests-took",
            "requests-error",
            "requests-said",
        ];
        Self(ids.iter().map(|id| ctx.t(id)).collect())
    }

    /// The columns that `width` has room for, and what each shows.
    /// Of one client its name need not stand in each row.
    pub(super) fn columns(&self, width: f32, of_one: bool) -> (Vec<Kind>, Vec<Column<'_>>) {
        let t = |index: usize| &*self.0[index];
        let columns = [
            (Kind::Time, Column::left("time", t(0), 108.0).stays()),
            (Kind::Client, Column::left("client", t(1), 116.0)),
            (Kind::Api, Column::left("api", t(2), 142.0)),
            (Kind::Version, Column::right("version", t(3), 66.0)),
            (Kind::Size, Column::right("size", t(4), 78.0)),
            (Kind::Took, Column::right("took", t(5), 80.0)),
            (Kind::Error, Column::left("error", t(6), 222.0)),
            (Kind::Said, Column::left("said", t(7), 160.0).grows()),
        ];
        let left_out = |kind: Kind| match kind {
            Kind::Version | Kind::Size | Kind::Took => width < NARROW,
            Kind::Client => of_one,
            _ => false,
        };
        columns.into_iter().filter(|(kind, _)| !left_out(*kind)).unzip()
    }
}

pub(super) struct RequestTable<'a, 'c> {
    pub ctx: &'a Ctx<'c>,
    pub rows: &'a RequestRows,
    pub kinds: Vec<Kind>,
}

impl RequestTable<'_, '_> {
    fn at(&self, row: u64) -> Option<&RequestView> {
        self.rows.newest(usize::try_from(row).ok()?).map(|view| &**view)
    }
}

impl Rows for RequestTable<'_, '_> {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let Some(view) = self.at(row) else { return String::new() };
        let error = view.errors.map(|errors| format!(", {}", errors::name(errors.first))).unwrap_or_default();
        format!("{}, {}{error}, {}", client(self.ctx, view), view.api, words::said(self.ctx, &view.said))
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(view) = self.at(row) else { return };
        match self.kinds[column] {
            Kind::Time => drop(widgets::data_quiet(ui, &time(ctx, view.at))),
            Kind::Client => drop(widgets::elided(ui, &client(ctx, view), fonts::body(), theme.text)),
            Kind::Api => drop(widgets::elided(ui, view.api, fonts::data(), theme.text)),
            Kind::Version => drop(widgets::data_quiet(ui, &view.version.to_string())),
            Kind::Size => size(ui, ctx, view),
            Kind::Took => took(ui, ctx, view),
            Kind::Error => {
                if let Some(errors) = view.errors {
                    errors::chip(ui, ctx, errors);
                }
            }
            Kind::Said => drop(widgets::elided(ui, &words::line(ctx, view), fonts::body(), theme.quiet)),
        }
    }

    fn has_menu(&self) -> bool {
        false
    }

    fn ground(&self, row: u64) -> Option<Color32> {
        let erring = self.at(row)?.errors.is_some_and(|errors| !errors.is_routine());
        erring.then(|| self.ctx.theme.washed(self.ctx.theme.bad))
    }
}

/// The row in words, for the clipboard.
pub(super) fn as_text(ctx: &Ctx<'_>, view: &RequestView) -> String {
    let error = view.errors.map(|errors| errors::name(errors.first)).unwrap_or_default();
    let parts = [
        ctx.format.time(view.at),
        client(ctx, view),
        format!("{} v{}", view.api, view.version),
        ctx.format.micros(view.took_micros),
        error,
        words::line(ctx, view),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\t")
}

/// The client's id, or words for one that gives none.
pub(super) fn client(ctx: &Ctx<'_>, view: &RequestView) -> String {
    if view.who.client_id.is_empty() { ctx.t("clients-no-id").to_string() } else { view.who.client_id.to_string() }
}

/// Time of day to the millisecond: the day is today's.
pub(super) fn time(ctx: &Ctx<'_>, at: i64) -> String {
    match ctx.settings.times {
        TimeDisplay::Epoch => at.to_string(),
        _ => ctx.format.axis(at, "%H:%M:%S%.3f"),
    }
}

/// Both ways together: what the wire carried.
fn size(ui: &mut Ui, ctx: &Ctx<'_>, view: &RequestView) {
    let (Some(request), response) = (view.request_bytes, view.response_bytes.unwrap_or(0)) else {
        widgets::faint(ui, format::UNKNOWN).on_hover_text(&*ctx.t("requests-size-none"));
        return;
    };
    let args = [
        ("request", format::bytes_text(request.into()).into()),
        ("response", format::bytes_text(response.into()).into()),
    ];
    widgets::data(ui, &format::bytes_text(u64::from(request) + u64::from(response)))
        .on_hover_text(ctx.text.with("requests-size-about", &args));
}

fn took(ui: &mut Ui, ctx: &Ctx<'_>, view: &RequestView) {
    let words = ctx.format.micros(view.took_micros);
    if view.waited_micros as f64 >= view.took_micros as f64 * WAITED_SHARE_MIN && view.waited_micros > 0 {
        let waited = ctx.format.micros(view.waited_micros);
        widgets::data_quiet(ui, &words).on_hover_text(ctx.text.with("requests-waited", &[("time", waited.into())]));
    } else {
        widgets::data(ui, &words);
    }
}
