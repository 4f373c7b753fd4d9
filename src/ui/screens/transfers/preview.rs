//! The first lines of a file as an import would read them.

use egui::{Color32, Ui};

use crate::{
    payload,
    session::{
        Loadable,
        transfers::{ImportFormat, ImportPreview, PreviewRow, line_phrase},
    },
    ui::{
        ctx::Ctx,
        format, icon,
        theme::{self, Theme, fonts},
        widgets::{
            self, Rows, Table, TableState,
            table::{Align, Column},
        },
    },
};

/// Characters of a key or value that a cell shows.
const CELL_CHARS_MAX: usize = 160;

/// Draws the card with the preview of what is loaded.
pub fn card(ui: &mut Ui, ctx: &Ctx<'_>, slot: &Loadable<ImportPreview>, format: &ImportFormat, state: &mut TableState) {
    let view = slot.view();
    widgets::card_fill(ui, |ui| {
        if let Some(problem) = &view.problem {
            egui::Frame::new().inner_margin(14).show(ui, |ui| widgets::problem(ui, ctx, problem, None));
            return;
        }
        let Some(preview) = &view.value else {
            match view.loading_since {
                Some(since) => {
                    egui::Frame::new().inner_margin(14).show(ui, |ui| {
                        widgets::waiting(ui, since, &ctx.t("import-looking"));
                    });
                }
                None => drop(widgets::empty(ui, icon::IMPORT, &ctx.t("import-preview-empty"), None)),
            }
            return;
        };
        if preview.rows.is_empty() {
            widgets::empty(ui, icon::IMPORT, &ctx.t("import-preview-none"), None);
            return;
        }
        head(ui, ctx, preview);
        table(ui, ctx, preview, format, state);
    });
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, preview: &ImportPreview) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 8)).show(ui, |ui| {
        let count = preview.rows.len() as u64;
        let which = if preview.more { "import-preview-first" } else { "import-preview-all" };
        let mut words = ctx.text.with(which, &[("count", count.into())]);
        if let Some(bytes) = preview.file_bytes {
            words = format!("{words} · {}", format::bytes_text(bytes));
        }
        widgets::card_header(ui, &ctx.t("import-preview"), &words, |ui| {
            if preview.bad_lines > 0 {
                let words = ctx.text.with("import-preview-bad", &[("count", preview.bad_lines.into())]);
                let color = theme::of(ui).care;
                widgets::chip(ui, icon::CARE, &words, color);
            }
        });
    });
}

fn table(ui: &mut Ui, ctx: &Ctx<'_>, preview: &ImportPreview, format: &ImportFormat, state: &mut TableState) {
    let titles =
        ["line", "partition", "time", "key", "value", "headers"].map(|id| ctx.t(&format!("import-column-{id}")));
    let mut columns = vec![
        Column::right("line", &titles[0], 64.0).stays(),
        Column::left("time", &titles[2], 190.0),
        Column::left("key", &titles[3], 110.0),
        Column::left("value", &titles[4], 240.0).grows().stays(),
    ];
    let whole = matches!(format, ImportFormat::JsonLines(_) | ImportFormat::Csv(_))
        && preview.rows.iter().flat_map(|row| &row.record).any(|r| !r.headers.is_empty() || r.partition.is_some());
    if whole {
        columns.insert(1, Column::right("partition", &titles[1], 84.0));
        columns.push(Column::right("headers", &titles[5], 84.0));
    }
    let ids: Vec<_> = columns.iter().map(|column| (column.id, column.align)).collect();
    let mut rows = PreviewRows { ctx, theme: theme::of(ui), rows: &preview.rows, columns: &ids };
    Table::new("import-preview", &ctx.t("import-preview"), &columns).compact().show(ui, ctx, state, &mut rows);
}

struct PreviewRows<'a> {
    ctx: &'a Ctx<'a>,
    theme: &'static Theme,
    rows: &'a [PreviewRow],
    columns: &'a [(&'static str, Align)],
}

impl PreviewRows<'_> {
    fn at(&self, row: u64) -> Option<&PreviewRow> {
        self.rows.get(usize::try_from(row).ok()?)
    }

    fn bytes(&self, ui: &mut Ui, bytes: Option<&[u8]>) {
        match bytes {
            None => drop(widgets::rich(ui, &self.ctx.t("import-null"), fonts::data(), self.theme.faint)),
            Some(bytes) => {
                let shown = payload::preview(bytes, CELL_CHARS_MAX);
                widgets::elided(ui, &shown.text, fonts::data(), self.theme.text);
            }
        }
    }
}

impl Rows for PreviewRows<'_> {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn name(&self, row: u64) -> String {
        match self.at(row).map(|row| (row.line, &row.record)) {
            Some((line, Ok(record))) => {
                let value = record.value.as_deref().map(|value| payload::preview(value, 80).text).unwrap_or_default();
                format!("{line} {value}")
            }
            Some((_, Err(bad))) => bad.to_string(),
            None => String::new(),
        }
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (Some(row), Some((column, _))) = (self.at(row), self.columns.get(column)) else { return };
        match (&row.record, *column) {
            (_, "line") => drop(widgets::rich(ui, &format::count(row.line), fonts::data(), self.theme.quiet)),
            (Ok(record), "partition") => {
                let shown = record.partition.map_or_else(String::new, |partition| partition.to_string());
                widgets::data(ui, &shown);
            }
            (Ok(record), "time") => match record.timestamp {
                Some(at) => drop(widgets::data(ui, &self.ctx.format.time(at))),
                None => drop(widgets::rich(ui, &self.ctx.t("import-now"), fonts::body(), self.theme.faint)),
            },
            (Ok(record), "key") => self.bytes(ui, record.key.as_deref()),
            (Ok(record), "value") => self.bytes(ui, record.value.as_deref()),
            (Ok(record), "headers") if !record.headers.is_empty() => {
                widgets::data(ui, &record.headers.len().to_string());
            }
            (Err(bad), "value") => {
                let words = format!("{} — {}", self.ctx.text.say(&line_phrase(&bad.problem)), bad.text);
                widgets::elided(ui, &words, fonts::body(), self.theme.bad);
            }
            _ => {}
        }
    }

    fn ground(&self, row: u64) -> Option<Color32> {
        self.at(row).filter(|row| row.record.is_err()).map(|_| self.theme.washed(self.theme.bad))
    }
}
