//! The small dialog that goes to an offset or a time.

use super::when;
use crate::{
    model::{Offset, PartitionId, TimestampMillis},
    session::TopicFacts,
    ui::{
        ctx::Ctx,
        format,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Where to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    /// All partitions from this offset.
    Offset(Offset),
    Time(TimestampMillis),
    /// One record, in the list as it is.
    Record(PartitionId, Offset),
}

/// How the dialog ended in this frame.
pub enum JumpEnd {
    Open,
    Cancelled,
    Go(Wish),
}

/// The dialog while it is open.
pub struct Jump {
    by_time: bool,
    text: String,
    partition: Option<PartitionId>,
    focused: bool,
}

impl Jump {
    pub fn offset() -> Self {
        Self { by_time: false, text: String::new(), partition: None, focused: false }
    }

    pub fn time() -> Self {
        Self { by_time: true, ..Self::offset() }
    }

    pub fn show(&mut self, egui: &egui::Context, ctx: &Ctx<'_>, topic: &TopicFacts) -> JumpEnd {
        let (title, go) = (ctx.t(if self.by_time { "jump-time" } else { "jump-offset" }), ctx.t("jump-go"));
        let wish = self.wish(ctx);
        let why_not = match wish {
            Some(_) => None,
            None if self.by_time => Some(ctx.t("jump-time-fault")),
            None => Some(ctx.t("jump-offset-fault")),
        };
        let cancel = ctx.t("cancel");
        let dialog = Dialog::new(&title, &go, &cancel).unless(why_not.as_deref()).width(380.0);
        let end = dialog.show(egui, |ui| {
            let fault = why_not.as_deref().filter(|_| !self.text.is_empty());
            let label = ctx.t(if self.by_time { "jump-time-label" } else { "jump-offset-label" });
            let help =
                if self.by_time { ctx.t("jump-time-help").to_string() } else { stored(ctx, topic, self.partition) };
            let field = Field { fault, help: &help, mono: true, ..Field::new(&label) };
            let response = widgets::text_field(ui, &field, &mut self.text);
            if !std::mem::replace(&mut self.focused, true) {
                response.request_focus();
            }
            if !self.by_time && topic.partitions.len() > 1 {
                ui.add_space(8.0);
                let mut entries = vec![(None, ctx.t("jump-all-partitions").to_string())];
                entries.extend(
                    topic
                        .partitions
                        .iter()
                        .map(|p| (Some(p.id), ctx.text.with("jump-in-partition", &[("id", p.id.to_string().into())]))),
                );
                widgets::select(ui, &ctx.t("messages-partitions"), &mut self.partition, &entries, 240.0);
            }
        });
        match (end, wish) {
            (DialogEnd::Confirmed, Some(wish)) => JumpEnd::Go(wish),
            (DialogEnd::Cancelled, _) => JumpEnd::Cancelled,
            _ => JumpEnd::Open,
        }
    }

    fn wish(&self, ctx: &Ctx<'_>) -> Option<Wish> {
        if self.by_time {
            return when::parse(&self.text, ctx.settings.times).map(Wish::Time);
        }
        let digits: String = self.text.chars().filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
        let offset = digits.parse::<Offset>().ok().filter(|offset| *offset >= 0)?;
        Some(match self.partition {
            Some(partition) => Wish::Record(partition, offset),
            None => Wish::Offset(offset),
        })
    }
}

/// Which offsets there are: `0 to 1,706 are stored`.
fn stored(ctx: &Ctx<'_>, topic: &TopicFacts, partition: Option<PartitionId>) -> String {
    let chosen = || topic.partitions.iter().filter(|p| partition.is_none_or(|id| id == p.id));
    let first = chosen().filter_map(|p| p.start).min();
    let end = chosen().filter_map(|p| p.end).max();
    match (first, end) {
        (Some(first), Some(end)) if end > first => {
            let args = [("first", format::integer(first).into()), ("last", format::integer(end - 1).into())];
            ctx.text.with("jump-stored", &args)
        }
        _ => ctx.t("jump-nothing-stored").to_string(),
    }
}
