//! The folders of one broker, the disks they are on, and what takes the most of them.

use std::{collections::HashMap, sync::Arc};

use egui::Ui;

use super::fullness;
use crate::{
    model::LogDir,
    session::brokers::BrokerPicture,
    ui::{
        Place, TopicTab,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// Height of a folder's line, in points.
const FOLDER: f32 = 30.0;
/// Folders drawn; a broker has rarely more than a dozen disks.
const FOLDERS_SHOWN_MAX: usize = 12;

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct DisksTab {
    table: TableState,
    /// Bytes and partitions of each topic, the largest first, and what they were worked out from.
    topics: Vec<(Arc<str>, u64, usize)>,
    key: Option<usize>,
}

struct TopicRows<'a> {
    topics: &'a [(Arc<str>, u64, usize)],
    used: u64,
}

impl DisksTab {
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, broker: Option<&BrokerPicture>) {
        let Some(dirs) = broker.and_then(|broker| broker.dirs.as_deref()) else {
            widgets::empty(ui, icon::STORAGE, &ctx.t("disks-not-told"), None);
            return;
        };
        self.update(dirs);
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for dir in dirs.iter().take(FOLDERS_SHOWN_MAX) {
                folder(ui, ctx, dir);
            }
        });
        ui.add_space(4.0);
        if self.topics.is_empty() {
            widgets::empty(ui, icon::STORAGE, &ctx.t("disks-empty"), None);
            return;
        }
        let used = dirs.iter().map(LogDir::used_bytes).sum();
        widgets::card_fill(ui, |ui| {
            let ids = ["disks-topic", "disks-partitions", "disks-size", "disks-share"];
            let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
            let columns = [
                Column::left("topic", &words[0], 280.0).grows_to(560.0).stays(),
                Column::right("partitions", &words[1], 110.0),
                Column::right("size", &words[2], 110.0),
                Column::left("share", &words[3], 240.0),
            ];
            let mut rows = TopicRows { topics: &self.topics, used };
            let name = ctx.t("disks-largest");
            let response = Table::new("broker-disks", &name, &columns).show(ui, ctx, &mut self.table, &mut rows);
            let opened = response.opened.and_then(|row| usize::try_from(row).ok());
            if let Some((topic, ..)) = opened.and_then(|row| self.topics.get(row)) {
                ctx.go(Place::Topic { name: topic.to_string(), tab: TopicTab::Partitions });
            }
        });
    }

    fn update(&mut self, dirs: &[LogDir]) {
        let key = dirs.as_ptr() as usize;
        if self.key == Some(key) {
            return;
        }
        self.key = Some(key);
        let mut topics: HashMap<Arc<str>, (u64, usize)> = HashMap::new();
        for replica in dirs.iter().flat_map(|dir| &dir.replicas) {
            let entry = topics.entry(Arc::clone(&replica.tp.topic)).or_default();
            *entry = (entry.0 + replica.size_bytes, entry.1 + 1);
        }
        self.topics = topics.into_iter().map(|(topic, (bytes, count))| (topic, bytes, count)).collect();
        self.topics.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    }
}

fn folder(ui: &mut Ui, ctx: &Ctx<'_>, dir: &LogDir) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(FOLDER);
        icon::show(ui, icon::STORAGE, theme.quiet);
        ui.scope(|ui| {
            ui.set_width((ui.available_width() * 0.42).max(200.0));
            widgets::elided(ui, &dir.path, fonts::data(), theme.text);
        });
        if let Some(error) = &dir.error {
            widgets::chip(ui, icon::ERROR, error, theme.bad).on_hover_text(&*ctx.t("disks-error-about"));
            return;
        }
        let n = [("n", dir.replicas.len().into()), ("size", format::bytes_text(dir.used_bytes()).into())];
        widgets::quiet(ui, &ctx.text.with("disks-holds", &n));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if let Some((total, free)) = dir.total_bytes.zip(dir.usable_bytes) {
                let words = [("free", format::bytes_text(free).into()), ("total", format::bytes_text(total).into())];
                widgets::quiet(ui, &ctx.text.with("brokers-disk-words", &words));
                fullness(ui, ctx, total, free, 120.0);
            }
        });
    });
}

impl Rows for TopicRows<'_> {
    fn count(&self) -> u64 {
        self.topics.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let topic = usize::try_from(row).ok().and_then(|row| self.topics.get(row));
        topic.map(|(name, bytes, _)| format!("{name}, {}", format::bytes_text(*bytes))).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let theme = theme::of(ui);
        let Some((name, bytes, count)) = usize::try_from(row).ok().and_then(|row| self.topics.get(row)) else { return };
        match column {
            0 => drop(widgets::elided(ui, name, fonts::medium(13.0), theme.text)),
            1 => drop(widgets::data(ui, &format::count(*count as u64))),
            2 => drop(widgets::data(ui, &format::bytes_text(*bytes))),
            _ => {
                let share = if self.used == 0 { 0.0 } else { *bytes as f32 / self.used as f32 };
                let (rect, _) = ui.allocate_exact_size(egui::vec2(120.0, 6.0), egui::Sense::hover());
                let filled = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width() * share, rect.height()));
                ui.painter().rect_filled(rect, 3.0, theme.hairline);
                ui.painter().rect_filled(filled, 3.0, theme.accent);
                widgets::data_quiet(ui, &format::percent(*bytes, self.used.max(1)));
            }
        }
    }
}
