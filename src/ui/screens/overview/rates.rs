//! Records in and out over the last minutes.

use egui::Ui;

use crate::{
    model::TimestampMillis,
    session::RateHistory,
    ui::{
        ctx::Ctx,
        format,
        widgets::{self, Chart, Line},
    },
};

const MINUTE: i64 = 60_000;

/// The chart with its points, taken anew when time moved on by a slot or the facts changed.
pub(super) struct Rates {
    minutes: i64,
    incoming: Vec<(TimestampMillis, Option<f64>)>,
    outgoing: Vec<(TimestampMillis, Option<f64>)>,
    taken: Option<(u64, i64, i64)>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { minutes: 5, incoming: Vec::new(), outgoing: Vec::new(), taken: None }
    }
}

impl Rates {
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::card(ui, |ui| {
            let minutes = [5, 15].map(|n| (n, ctx.format.duration(n * MINUTE)));
            widgets::card_header(ui, &ctx.t("overview-rates"), &ctx.t("overview-rates-unit"), |ui| {
                widgets::segmented(ui, &mut self.minutes, &minutes.each_ref().map(|(n, words)| (*n, words.as_str())));
            });
            self.take(ctx);
            let span = ctx.facts.at - self.minutes * MINUTE..=ctx.facts.at;
            let (incoming, outgoing) = (ctx.t("overview-in-line"), ctx.t("overview-out-line"));
            let lines = [
                Line::new(&incoming, ctx.theme.series(0), &self.incoming).filled(),
                Line::new(&outgoing, ctx.theme.series(1), &self.outgoing),
            ];
            let height = ui.available_height().max(120.0);
            Chart::new("overview-rates", &ctx.t("overview-rates"), span, &lines)
                .values(format::short)
                .height(height)
                .show(ui, ctx);
        });
    }

    fn take(&mut self, ctx: &Ctx<'_>) {
        let now = (ctx.facts.revision, ctx.facts.at / 1_000, self.minutes);
        if self.taken == Some(now) {
            return;
        }
        self.taken = Some(now);
        let points = |history: &RateHistory| {
            // The newest slot is still filling and would draw a dip.
            let mut points: Vec<_> = history
                .points(ctx.facts.at, (self.minutes + 1) * MINUTE)
                .into_iter()
                .map(|point| (point.at, point.per_second))
                .collect();
            points.pop();
            points
        };
        self.incoming = points(&ctx.facts.cluster.in_history);
        self.outgoing = points(&ctx.facts.cluster.out_history);
    }
}
