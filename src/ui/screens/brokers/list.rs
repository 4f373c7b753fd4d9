//! The list of brokers.

use std::sync::Arc;

use egui::Ui;

use super::fullness;
use crate::{
    session::brokers::{BrokerRow, BrokerState},
    ui::{
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// A skew below this share is not worth a word.
const SKEW_MIN: f64 = 0.005;
/// From this share on it stands out.
const SKEW_MUCH: f64 = 0.3;
/// Width of the bar that shows how full the disks are, in points.
const BAR: f32 = 56.0;

/// What the list keeps between frames.
#[derive(Default)]
pub(super) struct BrokerList {
    table: TableState,
    order: Vec<usize>,
}

struct BrokerRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    rows: &'a [BrokerRow],
    order: &'a [usize],
}

impl BrokerList {
    /// Draws the list; answers the broker that was chosen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rows: &[BrokerRow], selected: Option<i32>) -> Option<i32> {
        self.order = ordered(rows, self.table.sort());
        let place = self.order.iter().position(|at| Some(rows[*at].id) == selected);
        self.table.selected = place.map(|row| row as u64);
        let ids = [
            "brokers-id",
            "brokers-address",
            "brokers-rack",
            "brokers-state",
            "brokers-version",
            "brokers-leads",
            "brokers-skew",
            "brokers-replicas",
            "brokers-behind",
            "brokers-size",
            "brokers-disk",
        ];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("id", &words[0], 110.0).sorts().stays(),
            Column::left("address", &words[1], 168.0).grows_to(320.0),
            Column::left("rack", &words[2], 84.0).sorts().grows_to(140.0),
            Column::left("state", &words[3], 128.0).sorts(),
            Column::left("version", &words[4], 70.0),
            Column::right("leads", &words[5], 74.0).sorts(),
            Column::right("skew", &words[6], 70.0).sorts(),
            Column::right("replicas", &words[7], 82.0).sorts(),
            Column::right("behind", &words[8], 92.0).sorts(),
            Column::right("size", &words[9], 84.0).sorts(),
            Column::left("disk", &words[10], 122.0).sorts(),
        ];
        let mut shown = BrokerRows { ctx, rows, order: &self.order };
        let name = ctx.t("nav-brokers");
        let table = Table::new("brokers", &name, &columns).sorted_by("id", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut shown);
        let chosen = self.table.selected.filter(|_| response.selection_changed)?;
        self.order.get(usize::try_from(chosen).ok()?).map(|at| rows[*at].id)
    }
}

fn ordered(rows: &[BrokerRow], sort: Option<(&str, bool)>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let Some((column, descending)) = sort else { return order };
    let figure = |at: &usize| -> (i64, String) {
        let row = &rows[*at];
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let size = |n: Option<u64>| n.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
        match column {
            "rack" => (0, row.rack.clone().unwrap_or_default()),
            "state" => (row.state as i64, String::new()),
            "leads" => (number(row.leads), String::new()),
            "skew" => (row.skew.map_or(i64::MIN, |skew| (skew * 10_000.0) as i64), String::new()),
            "replicas" => (number(row.replicas), String::new()),
            "behind" => (number(row.behind), String::new()),
            "size" => (size(row.used_bytes), String::new()),
            "disk" => (size(row.disk_bytes.map(|(total, free)| total.saturating_sub(free))), String::new()),
            _ => (i64::from(row.id), String::new()),
        }
    };
    match descending {
        true => order.sort_by_key(|at| std::cmp::Reverse(figure(at))),
        false => order.sort_by_key(figure),
    }
    order
}

/// The word of a state.
pub(super) fn state_word(ctx: &Ctx<'_>, state: BrokerState) -> Arc<str> {
    ctx.t(match state {
        BrokerState::InService => "broker-in-service",
        BrokerState::Silent => "broker-silent",
        BrokerState::Fenced => "broker-fenced",
        BrokerState::Gone => "broker-gone",
    })
}

impl BrokerRows<'_, '_> {
    fn row(&self, row: u64) -> Option<&BrokerRow> {
        self.rows.get(*self.order.get(usize::try_from(row).ok()?)?)
    }

    fn state(&self, ui: &mut Ui, broker: &BrokerRow) {
        let theme = theme::of(ui);
        let (glyph, color, about) = match broker.state {
            BrokerState::InService => (icon::CHECK, theme.good, "broker-in-service-about"),
            BrokerState::Silent => (icon::CARE, theme.care, "broker-silent-about"),
            BrokerState::Fenced => (icon::POWER, theme.bad, "broker-fenced-about"),
            BrokerState::Gone => (icon::CLOSE, theme.bad, "broker-gone-about"),
        };
        let chip = widgets::chip(ui, glyph, &state_word(self.ctx, broker.state), color);
        chip.on_hover_text(&*self.ctx.t(about));
    }

    fn skew(&self, ui: &mut Ui, skew: Option<f64>) {
        let theme = theme::of(ui);
        match skew {
            None => drop(widgets::faint(ui, format::UNKNOWN)),
            Some(skew) if skew.abs() < SKEW_MIN => drop(widgets::data_quiet(ui, "0 %")),
            Some(skew) => {
                let color = if skew.abs() >= SKEW_MUCH { theme.care } else { theme.quiet };
                let words = format!("{}{:.0} %", if skew > 0.0 { "+" } else { "−" }, skew.abs() * 100.0);
                let response = widgets::rich(ui, &words, fonts::data(), color);
                response.on_hover_text(&*self.ctx.t("brokers-skew-about"));
            }
        }
    }
}

impl Rows for BrokerRows<'_, '_> {
    fn count(&self) -> u64 {
        self.order.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let Some(broker) = self.row(row) else { return String::new() };
        format!("{} {}, {}", self.ctx.t("brokers-id"), broker.id, state_word(self.ctx, broker.state))
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(broker) = self.row(row) else { return };
        let in_service = broker.state == BrokerState::InService;
        match column {
            0 => {
                widgets::rich(ui, &broker.id.to_string(), fonts::medium(13.0), theme.text);
                if broker.is_controller {
                    let chip = widgets::chip_plain(ui, &ctx.t("broker-controller"), theme.accent);
                    chip.on_hover_text(&*ctx.t("broker-controller-about"));
                }
            }
            1 if broker.address.is_empty() => drop(widgets::faint(ui, format::UNKNOWN)),
            1 => drop(widgets::elided(ui, &broker.address, fonts::data(), theme.quiet)),
            2 => match &broker.rack {
                Some(rack) => drop(widgets::elided(ui, rack, fonts::body(), theme.text)),
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
            3 => self.state(ui, broker),
            4 => drop(widgets::data_quiet(ui, broker.release.unwrap_or(format::UNKNOWN))),
            5 if in_service || broker.leads > 0 => {
                let words = ctx.text.with("brokers-preferred-about", &[("n", broker.preferred.into())]);
                widgets::data(ui, &format::count(broker.leads as u64)).on_hover_text(words);
            }
            6 => self.skew(ui, broker.skew),
            7 => drop(widgets::data(ui, &format::count(broker.replicas as u64))),
            8 if broker.behind > 0 => {
                widgets::chip(ui, icon::CARE, &format::count(broker.behind as u64), theme.care);
            }
            8 => drop(widgets::data_quiet(ui, "0")),
            9 => match broker.used_bytes {
                Some(bytes) => drop(widgets::data_quiet(ui, &format::bytes_text(bytes))),
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
            10 => match broker.disk_bytes {
                Some((total, free)) => {
                    fullness(ui, ctx, total, free, BAR);
                    widgets::data_quiet(ui, &format::percent(total.saturating_sub(free), total));
                }
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
            _ => drop(widgets::faint(ui, format::UNKNOWN)),
        }
    }
}
