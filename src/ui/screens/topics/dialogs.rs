//! The dialogs that make and change topics.

mod delete_before;
mod new_topic;

use egui::Ui;

use self::{delete_before::DeleteBefore, new_topic::NewTopicForm};
use crate::{
    model::{NameError, check_topic_name},
    session::TopicFacts,
    ui::{
        Ctx,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Partitions that a dialog takes at most; the broker may take fewer and says so.
const PARTITIONS_MAX: i32 = 10_000;

/// The dialog that is open.
pub enum TopicDialog {
    New(Box<NewTopicForm>),
    Clone { from: String, name: String },
    AddPartitions { topic: String, now: usize, total: String },
    DeleteBefore(Box<DeleteBefore>),
}

impl TopicDialog {
    pub fn new_topic() -> Self {
        Self::New(Box::default())
    }

    pub fn clone_of(topic: &TopicFacts) -> Self {
        Self::Clone { from: topic.name.to_string(), name: format!("{}-copy", topic.name) }
    }

    pub fn add_partitions(topic: &TopicFacts) -> Self {
        let now = topic.partitions.len();
        Self::AddPartitions { topic: topic.name.to_string(), now, total: (now + 1).to_string() }
    }

    pub fn delete_before(topic: &TopicFacts) -> Self {
        Self::DeleteBefore(Box::new(DeleteBefore::new(topic)))
    }
}

/// Draws the dialog that is open, if any, and hands its work to the session when confirmed.
pub fn show(ui: &Ui, ctx: &Ctx<'_>, open: &mut Option<TopicDialog>) {
    let end = match open {
        None => return,
        Some(TopicDialog::New(form)) => form.show(ui, ctx),
        Some(TopicDialog::Clone { from, name }) => clone(ui, ctx, from, name),
        Some(TopicDialog::AddPartitions { topic, now, total }) => add_partitions(ui, ctx, topic, *now, total),
        Some(TopicDialog::DeleteBefore(form)) => form.show(ui, ctx),
    };
    if end != DialogEnd::Open {
        *open = None;
    }
}

/// Why a name cannot be taken for a new topic; `None` when it can.
fn name_fault(ctx: &Ctx<'_>, name: &str) -> Option<String> {
    if ctx.facts.topic(name).is_some() {
        return Some(ctx.text.with("name-taken", &[("name", name.into())]));
    }
    Some(name_error_words(ctx, check_topic_name(name).err()?))
}

/// Why Kafka would not take a name, in the reader's language.
pub fn name_error_words(ctx: &Ctx<'_>, error: NameError) -> String {
    match error {
        NameError::Empty => ctx.t("name-empty").to_string(),
        NameError::Dots => ctx.t("name-dots").to_string(),
        NameError::TooLong { bytes, max } => {
            ctx.text.with("name-too-long", &[("bytes", (bytes as u64).into()), ("max", (max as u64).into())])
        }
        NameError::Character { character } => {
            ctx.text.with("name-character", &[("character", character.to_string().into())])
        }
    }
}

/// The name field of a new topic: the reason shows as one types, but not before.
fn name_field(ui: &mut Ui, ctx: &Ctx<'_>, name: &mut String, fault: Option<&str>) {
    let label = ctx.t("new-topic-name");
    let help = ctx.t("new-topic-name-help");
    let shown = fault.filter(|_| !name.is_empty());
    let field = Field { mono: true, hint: "orders", fault: shown, help: &help, ..Field::new(&label) };
    let response = widgets::text_field(ui, &field, name);
    let id = ui.scope_id().with("focused-once");
    if !ui.data(|data| data.get_temp::<bool>(id).unwrap_or(false)) {
        ui.data_mut(|data| data.insert_temp(id, true));
        response.request_focus();
    }
}

/// The number in a partitions field, or why it is none.
fn partitions_of(ctx: &Ctx<'_>, text: &str, least: i32) -> Result<i32, String> {
    match text.trim().parse::<i32>() {
        Ok(count) if (least..=PARTITIONS_MAX).contains(&count) => Ok(count),
        _ => {
            let args = [("least", i64::from(least).into()), ("most", i64::from(PARTITIONS_MAX).into())];
            Err(ctx.text.with("new-topic-partitions-fault", &args))
        }
    }
}

fn clone(ui: &Ui, ctx: &Ctx<'_>, from: &str, name: &mut String) -> DialogEnd {
    let title = ctx.text.with("clone-topic-title", &[("topic", from.into())]);
    let (verb, cancel) = (ctx.t("clone-topic-verb"), ctx.t("cancel"));
    let fault = name_fault(ctx, name);
    let end = Dialog::new(&title, &verb, &cancel).unless(fault.as_deref()).show(ui.ctx(), |ui| {
        crate::ui::shell::on_cluster(ui, ctx);
        widgets::paragraph(ui, &ctx.t("clone-topic-about"));
        name_field(ui, ctx, name, fault.as_deref());
    });
    if end == DialogEnd::Confirmed {
        let (from, name) = (from.to_owned(), name.clone());
        ctx.with_session(move |session| {
            session.clone_topic(from, name);
        });
    }
    end
}

fn add_partitions(ui: &Ui, ctx: &Ctx<'_>, topic: &str, now: usize, total: &mut String) -> DialogEnd {
    let title = ctx.text.with("add-partitions-title", &[("topic", topic.into())]);
    let (verb, cancel) = (ctx.t("add-partitions-verb"), ctx.t("cancel"));
    let least = i32::try_from(now + 1).unwrap_or(i32::MAX);
    let count = partitions_of(ctx, total, least);
    let fault = count.as_ref().err().cloned();
    let end = Dialog::new(&title, &verb, &cancel).unless(fault.as_deref()).show(ui.ctx(), |ui| {
        crate::ui::shell::on_cluster(ui, ctx);
        let about = ctx.text.with("add-partitions-about", &[("count", (now as u64).into())]);
        widgets::paragraph(ui, &about);
        let label = ctx.t("add-partitions-total");
        let field = Field { mono: true, fault: fault.as_deref(), width: 140.0, ..Field::new(&label) };
        widgets::text_field(ui, &field, total);
    });
    if let (DialogEnd::Confirmed, Ok(count)) = (end, count) {
        let topic = topic.to_owned();
        ctx.with_session(move |session| {
            session.add_partitions(topic, count);
        });
    }
    end
}
