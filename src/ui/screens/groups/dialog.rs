//! The dialog for a new group: a queue or a subscription, each explained in one sentence; its topics; where it starts.

use std::sync::Arc;

use egui::{ScrollArea, Ui};

use crate::{
    model::check_group_name,
    session::{
        NewGroup,
        consumers::{StartAt, TOPICS_MAX},
    },
    ui::{
        Ctx,
        screens::topics::dialogs::name_error_words,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Topics with a row in view, the rest scrolls.
const TOPICS_HEIGHT: f32 = 142.0;
/// From so many topics on there is a field to find one.
const FIND_FROM_TOPICS: usize = 8;

/// What was filled in.
pub(super) struct NewGroupDialog {
    id: String,
    queue: bool,
    topics: Vec<Arc<str>>,
    start: StartAt,
    find: String,
    focused: bool,
}

impl NewGroupDialog {
    /// A queue on the only topic there is, or else none yet.
    pub(super) fn new(ctx: &Ctx<'_>) -> Self {
        let mut usable = ctx.facts.topics.iter().filter(|topic| !topic.internal);
        let topics = match (usable.next(), usable.next()) {
            (Some(only), None) => vec![Arc::clone(&only.name)],
            _ => Vec::new(),
        };
        let start = StartAt::default();
        Self { id: String::new(), queue: true, topics, start, find: String::new(), focused: false }
    }

    /// Draws it; false when it is over.
    pub(super) fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        let name_fault = self.name_fault(ctx);
        let no_topic = self.topics.is_empty().then(|| ctx.t("consume-fault-topic").to_string());
        let fault = name_fault.clone().or(no_topic);
        let verb = ctx.t(if self.queue { "new-group-verb-queue" } else { "new-group-verb-subscription" });
        let (title, cancel) = (ctx.t("new-group"), ctx.t("cancel"));
        let dialog = Dialog::new(&title, &verb, &cancel).unless(fault.as_deref()).width(480.0);
        let end = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            crate::ui::shell::on_cluster(ui, ctx);
            self.kind(ui, ctx);
            self.name(ui, ctx, name_fault.as_deref());
            self.topics(ui, ctx);
            self.start(ui, ctx);
        });
        if end == DialogEnd::Confirmed {
            let id = self.id.trim().to_owned();
            let new = NewGroup { id, queue: self.queue, topics: self.topics.clone(), start: self.start };
            ctx.with_session(move |session| {
                session.create_group(new);
            });
        }
        end == DialogEnd::Open
    }

    fn name_fault(&self, ctx: &Ctx<'_>) -> Option<String> {
        let id = self.id.trim();
        if ctx.facts.group(id).is_some() {
            return Some(ctx.text.with("new-group-taken", &[("name", id.into())]));
        }
        Some(name_error_words(ctx, check_group_name(id).err()?))
    }

    fn kind(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::caption(ui, &ctx.t("new-group-kind"));
            let (queue, subscription) = (ctx.t("new-group-queue"), ctx.t("new-group-subscription"));
            widgets::segmented(ui, &mut self.queue, &[(true, &*queue), (false, &*subscription)]);
            widgets::paragraph(ui, &ctx.t(if self.queue { "kind-queue-about" } else { "kind-subscription-about" }));
        });
    }

    fn name(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, fault: Option<&str>) {
        let label = ctx.t("new-group-name");
        // The reason shows as one types, but not before.
        let fault = fault.filter(|_| !self.id.is_empty());
        let field = Field { mono: true, hint: "billing", fault, ..Field::new(&label) };
        let response = widgets::text_field(ui, &field, &mut self.id);
        if !std::mem::replace(&mut self.focused, true) {
            response.request_focus();
        }
    }

    fn topics(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::caption(ui, &ctx.t("consume-topics-label"));
            if ctx.facts.topics.len() >= FIND_FROM_TOPICS {
                let id = ui.make_persistent_id("find topic");
                let width = ui.available_width();
                widgets::search(ui, id, &mut self.find, &ctx.t("consume-topics-find"), "", width);
            }
            let find = self.find.trim().to_lowercase();
            let found: Vec<&Arc<str>> = ctx
                .facts
                .topics
                .iter()
                .filter(|topic| !topic.internal && topic.name.to_lowercase().contains(&find))
                .map(|topic| &topic.name)
                .collect();
            let scroll = ScrollArea::vertical().id_salt("topics").max_height(TOPICS_HEIGHT).auto_shrink([false, true]);
            scroll.show_rows(ui, 24.0, found.len(), |ui, rows| {
                for name in found.get(rows).unwrap_or_default() {
                    let mut on = self.topics.contains(name);
                    if widgets::check(ui, &mut on, name).changed() {
                        self.topics.retain(|topic| topic != *name);
                        if on && self.topics.len() < TOPICS_MAX {
                            self.topics.push(Arc::clone(name));
                        }
                    }
                }
            });
        });
    }

    fn start(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::caption(ui, &ctx.t("new-group-start"));
            let (earliest, latest) = (ctx.t("consume-earliest"), ctx.t("consume-latest"));
            widgets::segmented(ui, &mut self.start, &[(StartAt::Earliest, &earliest), (StartAt::Latest, &latest)]);
            let about = match self.start {
                StartAt::Earliest => "new-group-earliest-about",
                StartAt::Latest => "new-group-latest-about",
            };
            widgets::paragraph(ui, &ctx.t(about));
        });
    }
}
