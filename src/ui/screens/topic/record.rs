//! The details of one record, at the right of the list: value, key, headers, batch.

mod batch;
mod headers;
pub mod json;
mod payload_view;
mod text;

use std::sync::Arc;

use egui::{Align, Layout, ScrollArea, Ui};

use self::payload_view::PayloadView;
use super::messages::copy;
use crate::{
    model::{NewRecord, Offset, PartitionId, Record},
    session::browse::{Browser, OpenRecord, Row, RowBody},
    ui::{
        Action, Place,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Button},
    },
};

/// What the panel asks of the tab around it.
pub enum RecordOutcome {
    Close,
    ProduceAgain(Box<NewRecord>),
}

/// What the panel keeps between frames.
#[derive(Default)]
pub struct RecordPanel {
    open: bool,
    at: Option<(PartitionId, Offset)>,
    content: Content,
    tab: Tab,
}

/// How much of the record is there.
#[derive(Default)]
enum Content {
    #[default]
    Nothing,
    /// The row was cut: the whole record is to be asked for, or is on its way.
    Wanted {
        asked: bool,
    },
    There(Box<Shown>),
    /// No record stands there; in words.
    Words(String),
    Gap,
}

struct Shown {
    record: Arc<Record>,
    value: PayloadView,
    key: PayloadView,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Value,
    Key,
    Headers,
    Batch,
}

/// The record as it would be produced once more: same partition, key, value and headers; the time is that of sending.
pub fn again(record: &Record) -> NewRecord {
    NewRecord {
        partition: Some(record.partition),
        timestamp: None,
        key: record.key.clone(),
        value: record.value.clone(),
        headers: record.headers.clone(),
    }
}

impl RecordPanel {
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn open(&mut self) {
        self.open = true;
    }

    pub fn close(&mut self) {
        *self = Self { tab: self.tab, ..Self::default() };
    }

    /// Turns to the record of a row, unless it is the one that is shown.
    pub fn look_at(&mut self, row: &Row) {
        let at = Some((row.partition, row.offset));
        if !self.open || self.at == at {
            return;
        }
        self.at = at;
        self.content = match &row.body {
            RowBody::Record(record) if record.whole => {
                Content::There(Shown::new(Arc::new(record.to_record(row.partition, row.offset))))
            }
            RowBody::Record(_) => Content::Wanted { asked: false },
            RowBody::Gap | RowBody::Marker(_) => Content::Gap,
            RowBody::Unreadable(why) => Content::Words(why.to_string()),
        };
    }

    /// Draws the panel.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, browser: &Browser) -> Option<RecordOutcome> {
        self.load(browser);
        ui.spacing_mut().item_spacing.y = 8.0;
        let closed = self.head(ui, ctx, browser);
        let mut outcome = closed.then_some(RecordOutcome::Close);
        match &mut self.content {
            Content::Nothing => {
                widgets::quiet(ui, &ctx.t("record-choose"));
            }
            Content::Wanted { .. } => {
                widgets::bar(ui, None, &ctx.t("record-loading"));
            }
            Content::Words(why) => {
                widgets::paragraph(ui, why);
            }
            Content::Gap => {
                widgets::paragraph(ui, &ctx.t("messages-gap-about"));
            }
            Content::There(shown) => {
                if shown.buttons(ui, ctx, browser.topic()) {
                    outcome = Some(RecordOutcome::ProduceAgain(Box::new(again(&shown.record))));
                }
                shown.tabs(ui, ctx, &mut self.tab);
            }
        }
        outcome
    }

    /// Asks for a record that was cut in its row, and takes it when it comes.
    fn load(&mut self, browser: &Browser) {
        let (Some((partition, offset)), Content::Wanted { asked }) = (self.at, &mut self.content) else { return };
        if !std::mem::replace(asked, true) {
            browser.open_record(partition, offset);
        }
        let loaded = browser.record();
        if loaded.at != self.at {
            return;
        }
        match &loaded.record {
            OpenRecord::Ready(record) => self.content = Content::There(Shown::new(Arc::clone(record))),
            OpenRecord::Failed(error) => self.content = Content::Words(error.to_string()),
            OpenRecord::Nothing | OpenRecord::Loading => {}
        }
    }

    /// `Record earthquakes / 3 @ 1,684`, and the cross. True when that was clicked.
    fn head(&self, ui: &mut Ui, ctx: &Ctx<'_>, browser: &Browser) -> bool {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL);
            widgets::strong(ui, &ctx.t("record"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = widgets::icon_button(ui, icon::CLOSE, &ctx.t("record-close")).clicked();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    if let Some((partition, offset)) = self.at {
                        let place = format!("{} / {partition} @ {}", browser.topic(), format::integer(offset));
                        widgets::elided(ui, &place, fonts::data(), theme::of(ui).quiet);
                    }
                });
                close
            })
            .inner
        })
        .inner
    }
}

impl Shown {
    fn new(record: Arc<Record>) -> Box<Self> {
        let value = PayloadView::new(record.value.clone());
        let key = PayloadView::new(record.key.clone());
        Box::new(Self { record, value, key })
    }

    /// Copy and produce again; true when the latter was clicked.
    fn buttons(&self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &str) -> bool {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let button = ui.add(Button::secondary(&ctx.t("record-copy")).opens_menu());
            widgets::menu(&button, |ui| self.copy_menu(ui, ctx, topic));
            let life = ui.add(Button::secondary(&ctx.t("record-life")).icon(icon::LIFE));
            if life.on_hover_text(&*ctx.t("record-life-about")).clicked() {
                let (partition, offset) = (self.record.partition, self.record.offset);
                ctx.go(Place::Life { topic: topic.to_owned(), partition, offset });
            }
            ui.add(Button::secondary(&ctx.t("record-produce-again"))).clicked()
        })
        .inner
    }

    fn copy_menu(&self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &str) {
        let record = &*self.record;
        let entry = |ui: &mut Ui, id: &str, text: &dyn Fn() -> String| {
            if widgets::item(ui, icon::COPY, &ctx.t(id), None) {
                ctx.act(Action::Copy(text()));
            }
        };
        entry(ui, "record-copy-value", &|| copy::bytes_as_text(record.value.as_deref()));
        if let Some(pretty) = self.value.pretty() {
            entry(ui, "record-copy-pretty", &|| pretty.clone());
        }
        entry(ui, "record-copy-key", &|| copy::bytes_as_text(record.key.as_deref()));
        entry(ui, "record-copy-headers", &|| headers::as_text(&record.headers));
        widgets::rule(ui);
        entry(ui, "record-copy-line", &|| copy::as_line(ctx, record));
        entry(ui, "record-copy-value-hex", &|| copy::hex(record.value.as_deref().unwrap_or_default()));
        widgets::rule(ui);
        entry(ui, "record-copy-offset", &|| record.offset.to_string());
        entry(ui, "record-copy-timestamp", &|| record.timestamp.to_string());
        entry(ui, "record-copy-place", &|| format!("{topic}-{}@{}", record.partition, record.offset));
    }

    fn tabs(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, tab: &mut Tab) {
        let words =
            ["record-tab-value", "record-tab-key", "record-tab-headers", "record-tab-batch"].map(|id| ctx.t(id));
        let headers = self.record.headers.len() as u64;
        let entries = [
            (Tab::Value, &*words[0], None),
            (Tab::Key, &*words[1], None),
            (Tab::Headers, &*words[2], Some(headers)),
            (Tab::Batch, &*words[3], None),
        ];
        widgets::tabs(ui, tab, &entries);
        match tab {
            Tab::Value => self.value.ui(ui, ctx, "value"),
            Tab::Key => self.key.ui(ui, ctx, "key"),
            Tab::Headers => {
                ScrollArea::vertical()
                    .id_salt("headers")
                    .auto_shrink(false)
                    .show(ui, |ui| headers::ui(ui, ctx, &self.record.headers));
            }
            Tab::Batch => {
                ScrollArea::vertical()
                    .id_salt("batch")
                    .auto_shrink(false)
                    .show(ui, |ui| batch::ui(ui, ctx, &self.record));
            }
        }
    }
}
