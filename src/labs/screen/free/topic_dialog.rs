//! The dialog for a new topic of the free stage.

use egui::Ui;

use super::{End, free_name};
use crate::{
    labs::file::{LabFile, PARTITIONS_MAX, TopicSpec},
    model::check_topic_name,
    ui::{
        Ctx,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// The setting of a classic queue: what was consumed is deleted.
const DELETE_ACKNOWLEDGED: &str = "millpond.delete.acknowledged";

/// What was typed.
pub(super) struct TopicDialog {
    name: String,
    partitions: String,
    queue: bool,
}

impl TopicDialog {
    pub(super) fn new(file: &LabFile) -> Self {
        let name = free_name("orders", file.topics.iter().map(|topic| topic.name.as_str()));
        Self { name, partitions: "2".into(), queue: false }
    }

    /// Draws it.
    pub(super) fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>, file: &LabFile) -> End<TopicSpec> {
        let partitions = self.partitions.trim().parse().ok().filter(|n| (1..=PARTITIONS_MAX).contains(n));
        let name = self.name.trim();
        let known = file.topics.iter().any(|topic| topic.name == name);
        let fault = if known || check_topic_name(name).is_err() { Some(ctx.t("lab-free-name-fault")) } else { None };
        let args = [("max", i64::from(PARTITIONS_MAX).into())];
        let how_many = partitions.is_none().then(|| ctx.text.with("lab-free-partitions-fault", &args));
        let why_not = fault.as_deref().map(ToOwned::to_owned).or_else(|| how_many.clone());
        let (title, confirm) = (ctx.t("lab-free-add-topic"), ctx.t("lab-free-put"));
        let end = Dialog::new(&title, &confirm, &ctx.t("cancel")).unless(why_not.as_deref()).show(ui, |ui| {
            let (label, many) = (ctx.t("lab-free-name"), ctx.t("lab-free-partitions"));
            let field = Field { mono: true, fault: fault.as_deref(), ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.name);
            let field = Field { mono: true, fault: how_many.as_deref(), width: 120.0, ..Field::new(&many) };
            widgets::text_field(ui, &field, &mut self.partitions);
            widgets::check(ui, &mut self.queue, &ctx.t("lab-free-classic-queue"));
        });
        match end {
            DialogEnd::Open => End::Open,
            DialogEnd::Cancelled => End::Cancelled,
            DialogEnd::Confirmed => {
                let queue = self.queue.then(|| (DELETE_ACKNOWLEDGED.to_owned(), "true".to_owned()));
                End::Done(Box::new(TopicSpec {
                    name: self.name.trim().to_owned(),
                    partitions: partitions.unwrap_or(1),
                    lane: None,
                    config: queue.into_iter().collect(),
                }))
            }
        }
    }
}
