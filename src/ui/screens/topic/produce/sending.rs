//! Where records go and what is waited for: partition, acks, compression.

use egui::Ui;

use crate::{
    model::{Acks, Compression, PartitionId},
    session::TopicFacts,
    ui::{ctx::Ctx, widgets},
};

/// The choices, shared by the three ways to produce.
#[derive(Default)]
pub(super) struct Sending {
    /// `None`: by key, else evenly.
    pub partition: Option<PartitionId>,
    pub acks: Acks,
    pub compression: Compression,
    more: bool,
}

impl Sending {
    /// The partition's choice.
    pub(super) fn partition_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        // The topic may have been made anew with fewer partitions.
        if self.partition.is_some_and(|p| topic.partitions.iter().all(|known| known.id != p)) {
            self.partition = None;
        }
        let label = ctx.t("produce-partition");
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::caption(ui, &label);
            let mut entries = vec![(None, ctx.t("produce-partition-automatic").to_string())];
            entries.extend(topic.partitions.iter().map(|p| (Some(p.id), p.id.to_string())));
            widgets::select(ui, &label, &mut self.partition, &entries, 180.0);
        });
    }

    /// Acks and compression, behind a fold.
    pub(super) fn more_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let words = ctx.t(if self.more { "produce-less" } else { "produce-more" });
        if widgets::link(ui, &words).clicked() {
            self.more = !self.more;
        }
        if !self.more {
            return;
        }
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            self.acks_ui(ui, ctx);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                let label = ctx.t("produce-compression");
                widgets::caption(ui, &label);
                let entries = Compression::ALL.map(|c| (c, c.as_str().to_owned()));
                widgets::select(ui, &label, &mut self.compression, &entries, 120.0);
            });
        });
        let about = match self.acks {
            Acks::All => "produce-acks-all-about",
            Acks::Leader => "produce-acks-one-about",
            Acks::None => "produce-acks-none-about",
        };
        widgets::paragraph(ui, &ctx.t(about));
    }

    fn acks_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let label = ctx.t("produce-acks");
            widgets::caption(ui, &label);
            let entries = [
                (Acks::All, "acks=all".to_owned()),
                (Acks::Leader, "acks=1".to_owned()),
                (Acks::None, "acks=0".to_owned()),
            ];
            widgets::select(ui, &label, &mut self.acks, &entries, 120.0);
        });
    }
}
