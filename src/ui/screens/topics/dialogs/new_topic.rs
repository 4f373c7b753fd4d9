//! The dialog for a new topic: name checked as one types, partitions, the settings that most people want.

use egui::Ui;

use super::{name_fault, name_field, partitions_of};
use crate::{
    session::NewTopic,
    ui::{
        Ctx,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

const HOUR_MILLIS: i64 = 3_600_000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// What was filled in.
pub struct NewTopicForm {
    name: String,
    partitions: String,
    keep: Keep,
    max_bytes: String,
    log_append_time: bool,
}

/// How long records are kept: `retention.ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Kafka's default, a week.
    Default,
    Hour,
    Day,
    Month,
    Forever,
}

impl Default for NewTopicForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            partitions: "4".to_owned(),
            keep: Keep::Default,
            max_bytes: String::new(),
            log_append_time: false,
        }
    }
}

impl Keep {
    fn choices(ctx: &Ctx<'_>) -> Vec<(Self, String)> {
        let choices = [
            (Self::Default, "new-topic-keep-week"),
            (Self::Hour, "new-topic-keep-hour"),
            (Self::Day, "new-topic-keep-day"),
            (Self::Month, "new-topic-keep-month"),
            (Self::Forever, "new-topic-keep-forever"),
        ];
        choices.into_iter().map(|(keep, id)| (keep, ctx.t(id).to_string())).collect()
    }

    fn millis(self) -> Option<i64> {
        match self {
            Self::Default => None,
            Self::Hour => Some(HOUR_MILLIS),
            Self::Day => Some(DAY_MILLIS),
            Self::Month => Some(30 * DAY_MILLIS),
            Self::Forever => Some(-1),
        }
    }
}

impl NewTopicForm {
    /// Draws the dialog; creates the topic when confirmed.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> DialogEnd {
        let fault = name_fault(ctx, &self.name);
        let partitions = partitions_of(ctx, &self.partitions, 1);
        let max_bytes = self.max_bytes(ctx);
        let why_not = fault.as_deref().or(partitions.as_ref().err().map(String::as_str));
        let why_not = why_not.or(max_bytes.as_ref().err().map(String::as_str));
        let (title, verb, cancel) = (ctx.t("new-topic-title"), ctx.t("new-topic-verb"), ctx.t("cancel"));
        let end = Dialog::new(&title, &verb, &cancel).unless(why_not).show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            crate::ui::shell::on_cluster(ui, ctx);
            name_field(ui, ctx, &mut self.name, fault.as_deref());
            self.partitions_field(ui, ctx, partitions.as_ref().err().map(String::as_str));
            self.settings(ui, ctx, max_bytes.as_ref().err().map(String::as_str));
        });
        if let (DialogEnd::Confirmed, Ok(partitions), Ok(max_bytes)) = (end, partitions, max_bytes) {
            let topic = self.topic(partitions, max_bytes);
            ctx.with_session(move |session| {
                session.create_topic(topic);
            });
        }
        end
    }

    fn partitions_field(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, fault: Option<&str>) {
        let (label, help) = (ctx.t("new-topic-partitions"), ctx.t("new-topic-partitions-help"));
        let field = Field { mono: true, fault, help: &help, ..Field::new(&label) };
        widgets::text_field(ui, &field, &mut self.partitions);
    }

    fn settings(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, fault: Option<&str>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let label = ctx.t("new-topic-keep");
            widgets::caption(ui, &label);
            widgets::select(ui, &label, &mut self.keep, &Keep::choices(ctx), 220.0);
        });
        let label = ctx.t("new-topic-max-bytes");
        let field = Field { mono: true, hint: "1,048,588", fault, ..Field::new(&label) };
        widgets::text_field(ui, &field, &mut self.max_bytes);
        widgets::switch(ui, &mut self.log_append_time, &ctx.t("new-topic-append-time"));
        widgets::caption(ui, &ctx.t("new-topic-more"));
    }

    fn max_bytes(&self, ctx: &Ctx<'_>) -> Result<Option<u32>, String> {
        let digits = self.max_bytes.replace([',', ' ', '_'], "");
        if digits.is_empty() {
            return Ok(None);
        }
        match digits.parse::<i32>() {
            Ok(bytes) if bytes > 0 => Ok(u32::try_from(bytes).ok()),
            _ => Err(ctx.t("new-topic-max-bytes-fault").to_string()),
        }
    }

    fn topic(&self, partitions: i32, max_bytes: Option<u32>) -> NewTopic {
        let mut topic = NewTopic::new(self.name.clone(), partitions);
        if let Some(millis) = self.keep.millis() {
            topic = topic.with_config("retention.ms", millis.to_string());
        }
        if let Some(bytes) = max_bytes {
            topic = topic.with_config("max.message.bytes", bytes.to_string());
        }
        if self.log_append_time {
            topic = topic.with_config("message.timestamp.type", "LogAppendTime");
        }
        topic
    }
}
