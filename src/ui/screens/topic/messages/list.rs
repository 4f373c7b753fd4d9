//! The table of records: one row an offset.

mod cells;

use chrono::{Datelike, TimeZone, Utc};
use egui::{Color32, Rect, Sense, Ui, Vec2};

use self::cells::{PREVIEW_CHARS_MAX, marker_cell, partition};
use super::{MessagesOutcome, MessagesTab, copy};
use crate::{
    payload::{self, Search},
    session::{
        TopicFacts,
        browse::{BrowseView, Histogram, Phase, RowBody},
    },
    ui::{
        Action, Command, Place,
        ctx::{Ctx, TimeDisplay},
        format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table},
    },
};

const OFFSET: usize = 0;
const PARTITION: usize = 1;
const TIME: usize = 2;
const KEY: usize = 3;
const VALUE: usize = 4;
const HEADERS: usize = 5;
const SIZE: usize = 6;
/// Beside open details the table leaves out what they show anyway, below this width in points.
const BESIDE_WIDTH: f32 = 900.0;

/// What was chosen in a row's menu.
enum RowWish {
    Open(u64),
    Copy(String),
    ProduceAgain(u64),
    Life(u64),
}

impl MessagesTab {
    /// The table with what stands below it.
    pub(super) fn rows(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        topic: &TopicFacts,
        view: &BrowseView,
    ) -> Option<MessagesOutcome> {
        self.foot(ui, ctx, topic, view);
        if view.is_empty() {
            return self.nothing(ui, ctx, topic, view);
        }
        let histogram = self.browser.as_ref()?.histogram();
        let year = one_year(&histogram);
        let time = match (ctx.settings.times, year) {
            (TimeDisplay::Epoch, _) | (_, None) => format!("{} {}", ctx.t("column-time"), ctx.format.zone(ctx.now)),
            (_, Some(year)) => format!("{} {year} {}", ctx.t("column-time"), ctx.format.zone(histogram.from)),
        };
        let titles =
            ["column-offset", "column-partition", "column-key", "column-value", "column-headers", "column-size"]
                .map(|id| ctx.t(id));
        let beside = self.details.is_open() && ui.available_width() < BESIDE_WIDTH;
        let (kinds, columns) = columns(&titles, &time, year.is_some(), offset_width(view), beside);
        let name = ctx.t("messages-table");
        let mut rows = MessageRows {
            view,
            ctx,
            marker: self.marker.as_ref(),
            transactions: self.transactions,
            short_time: year.is_some(),
            kinds,
            menu: !beside,
            wish: None,
        };
        let table = Table::new("messages", &name, &columns).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        let wish = rows.wish;
        self.visible = response.visible.clone();
        if let Some(browser) = &self.browser {
            browser.show(response.visible.clone());
        }
        let clicked = response.selection_changed && ui.input(|input| input.pointer.any_released());
        let opened = response.opened.or(match wish {
            Some(RowWish::Open(row)) => Some(row),
            _ => None,
        });
        if clicked || opened.is_some() {
            self.details.open();
        }
        if let Some(row) = self.table.selected.and_then(|index| view.row(index)) {
            self.details.look_at(row);
        }
        if ctx.take(Command::RecordLife)
            && let Some(row) = self.table.selected.and_then(|index| view.row(index))
        {
            go_to_life(ctx, &topic.name, row.partition, row.offset);
        }
        if response.copy
            && let Some(row) = self.table.selected.and_then(|index| view.row(index))
        {
            ctx.act(Action::Copy(copy::row_as_text(ctx, row)));
        }
        self.dim_while_loading(ui, ctx, view);
        match wish {
            Some(RowWish::Copy(text)) => {
                ctx.act(Action::Copy(text));
                None
            }
            Some(RowWish::ProduceAgain(index)) => self.produce_again(view, index),
            Some(RowWish::Life(index)) => {
                if let Some(row) = view.row(index) {
                    go_to_life(ctx, &topic.name, row.partition, row.offset);
                }
                None
            }
            _ => None,
        }
    }

    /// A row that was cut is opened instead: the panel loads it whole and has the same button.
    fn produce_again(&mut self, view: &BrowseView, index: u64) -> Option<MessagesOutcome> {
        let row = view.row(index)?;
        let record = row.record()?;
        self.table.selected = Some(index);
        self.details.open();
        self.details.look_at(row);
        let again = || crate::ui::screens::topic::record::again(&record.to_record(row.partition, row.offset));
        record.whole.then(|| MessagesOutcome::ProduceAgain(Box::new(again())))
    }

    /// Old rows stay, dimmed, under a thin bar, while the next answer is on its way.
    fn dim_while_loading(&self, ui: &mut Ui, ctx: &Ctx<'_>, view: &BrowseView) {
        const UNSEEN: std::time::Duration = std::time::Duration::from_millis(200);
        let Some(since) = self.loading_since.filter(|_| view.phase == Phase::Loading) else { return };
        if let Some(rest) = UNSEEN.checked_sub(since.elapsed()) {
            ui.ctx().request_repaint_after(rest);
            return;
        }
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, 0.0, theme::of(ui).window.gamma_multiply(0.55));
        let strip = Rect::from_min_size(rect.min, Vec2::new(rect.width(), 4.0));
        let mut child = ui.new_child(egui::UiBuilder::new().id_salt("loading").max_rect(strip));
        widgets::bar(&mut child, None, &ctx.t("messages-loading"));
    }
}

/// To the life of a record.
fn go_to_life(ctx: &Ctx<'_>, topic: &str, partition: i32, offset: i64) {
    ctx.go(Place::Life { topic: topic.to_owned(), partition, offset });
}

/// The columns and what each shows. `beside` open details the value needs the space of the headers, which stand in full
/// there.
fn columns<'a>(
    titles: &'a [std::sync::Arc<str>; 6],
    time: &'a str,
    short_time: bool,
    offset_width: f32,
    beside: bool,
) -> (Vec<usize>, Vec<Column<'a>>) {
    let mut columns = vec![
        (OFFSET, Column::right("offset", &titles[0], offset_width).stays()),
        (PARTITION, Column::left("partition", &titles[1], 58.0)),
        (TIME, Column::left("time", time, if short_time { 164.0 } else { 200.0 })),
        (KEY, Column::left("key", &titles[2], if beside { 100.0 } else { 124.0 })),
        (VALUE, Column::left("value", &titles[3], 160.0).grows()),
        (HEADERS, Column::left("headers", &titles[4], 84.0)),
        (SIZE, Column::right("size", &titles[5], 76.0)),
    ];
    columns.retain(|(kind, _)| !(beside && *kind == HEADERS));
    columns.into_iter().unzip()
}

/// Wide enough for the highest offset, with its separators.
fn offset_width(view: &BrowseView) -> f32 {
    const DIGIT: f32 = 7.6;
    let last = view.stored.iter().map(|span| span.hi).max().unwrap_or(0);
    (format::integer(last).len() as f32 * DIGIT + 30.0).max(76.0)
}

/// The year, when all that is stored is of one: it then stands in the head and not in every row.
fn one_year(histogram: &Histogram) -> Option<i32> {
    let year = |at| Utc.timestamp_millis_opt(at).single().map(|time| time.year());
    let (first, last) = (year(histogram.from)?, year(histogram.to() - 1)?);
    (histogram.width > 0 && first == last).then_some(first)
}

struct MessageRows<'a> {
    view: &'a BrowseView,
    ctx: &'a Ctx<'a>,
    marker: Option<&'a Search>,
    transactions: super::Transactions,
    short_time: bool,
    /// What each column shows.
    kinds: Vec<usize>,
    menu: bool,
    wish: Option<RowWish>,
}

impl Rows for MessageRows<'_> {
    fn count(&self) -> u64 {
        self.view.len()
    }

    fn name(&self, row: u64) -> String {
        let Some(row) = self.view.row(row) else { return self.ctx.t("messages-row-loading").to_string() };
        let value = row
            .record()
            .and_then(|record| record.value.as_deref())
            .map_or_else(String::new, |value| payload::preview(value, PREVIEW_CHARS_MAX).text);
        let args = [
            ("offset", format::integer(row.offset).into()),
            ("partition", row.partition.to_string().into()),
            ("value", value.into()),
        ];
        self.ctx.text.with("messages-row", &args)
    }

    fn cell(&mut self, ui: &mut Ui, index: u64, column: usize) {
        let theme = theme::of(ui);
        let kind = self.kinds[column];
        let Some(row) = self.view.row(index) else {
            if kind == VALUE {
                let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width() * 0.6, 8.0), Sense::hover());
                ui.painter().rect_filled(rect, 4.0, theme.hairline);
            }
            return;
        };
        match (kind, &row.body) {
            (OFFSET, _) => drop(widgets::data(ui, &format::integer(row.offset))),
            (PARTITION, _) => partition(ui, row.partition),
            (_, RowBody::Record(record)) => self.record_cell(ui, record, kind),
            (VALUE, RowBody::Marker(marker)) if self.transactions.markers => marker_cell(ui, self.ctx, *marker),
            (VALUE, RowBody::Gap | RowBody::Marker(_)) => {
                widgets::faint(ui, &self.ctx.t("messages-gap")).on_hover_text(&*self.ctx.t("messages-gap-about"));
            }
            (VALUE, RowBody::Unreadable(why)) => {
                icon::show(ui, icon::CARE, theme.bad);
                widgets::elided(ui, why, fonts::body(), theme.bad);
            }
            _ => {}
        }
    }

    fn has_menu(&self) -> bool {
        self.menu
    }

    fn menu(&mut self, ui: &mut Ui, index: u64) {
        let ctx = self.ctx;
        let Some(row) = self.view.row(index) else { return };
        if widgets::item(ui, icon::OPEN, &ctx.t("record-open"), Some("Enter")) {
            self.wish = Some(RowWish::Open(index));
        }
        if let Some(record) = row.record() {
            let keys = Command::RecordLife.keys(ui.ctx());
            if widgets::item(ui, icon::LIFE, &ctx.t("record-life"), keys.as_deref()) {
                self.wish = Some(RowWish::Life(index));
            }
            if widgets::item(ui, icon::SEND, &ctx.t("record-produce-again"), None) {
                self.wish = Some(RowWish::ProduceAgain(index));
            }
            widgets::rule(ui);
            // What was cut is copied from the details, which load it whole.
            let cut = (!record.whole).then(|| ctx.t("messages-copy-cut"));
            let mut copied = |ui: &mut Ui, word: &str, text: &dyn Fn() -> String| {
                if widgets::item_why(ui, icon::COPY, &ctx.t(word), cut.as_deref()) {
                    self.wish = Some(RowWish::Copy(text()));
                }
            };
            copied(ui, "record-copy-value", &|| copy::bytes_as_text(record.value.as_deref()));
            copied(ui, "record-copy-key", &|| copy::bytes_as_text(record.key.as_deref()));
            copied(ui, "record-copy-line", &|| copy::as_line(self.ctx, &record.to_record(row.partition, row.offset)));
        }
        widgets::rule(ui);
        if widgets::item(ui, icon::COPY, &ctx.t("messages-copy-text"), None) {
            self.wish = Some(RowWish::Copy(copy::rows_as_text(ctx, self.view, index)));
        }
        if widgets::item(ui, icon::TABLE, &ctx.t("messages-copy-csv"), None) {
            self.wish = Some(RowWish::Copy(copy::rows_as_csv(self.view, index)));
        }
    }

    fn ground(&self, row: u64) -> Option<Color32> {
        let damaged = self.view.row(row).is_some_and(|row| matches!(row.body, RowBody::Unreadable(_)));
        damaged.then(|| self.ctx.theme.washed(self.ctx.theme.bad))
    }
}
