//! The dialog that starts consumers: members of a subscription, or of a queue.

mod queue;

use egui::{ScrollArea, Ui};

use super::{card::processing_choices, queue::QueueChoice};
use crate::{
    model::{Assignor, check_group_name},
    session::consumers::{
        CommitWhen, ConsumerKind, ConsumerPlan, ConsumersView, SESSION_TIMEOUTS_MILLIS, StartAt, TOPICS_MAX,
    },
    ui::{
        ctx::Ctx,
        theme,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Members that can be started in one go.
const MEMBERS_CHOICES: [usize; 4] = [1, 2, 3, 4];
/// Topics with a row in view, the rest scrolls.
const TOPICS_HEIGHT: f32 = 118.0;
/// From so many topics on there is a field to find one.
const FIND_FROM_TOPICS: usize = 8;

/// A consumer that is being described.
pub(super) struct NewConsumerDialog {
    plan: ConsumerPlan,
    name: String,
    find: String,
    members: usize,
    more: bool,
    /// The user chose an assignor; until then it follows the group.
    assignor_chosen: bool,
}

/// The word for when commits happen.
pub(super) fn commit_word(commit: CommitWhen) -> &'static str {
    match commit {
        CommitWhen::Before => "consume-commit-before",
        CommitWhen::After => "consume-commit-after",
        CommitWhen::Never => "consume-commit-never",
    }
}

impl NewConsumerDialog {
    /// With the choices of the one before, or else the busiest topic and a group that is free.
    pub(super) fn new(ctx: &Ctx<'_>, view: &ConsumersView, last: Option<&ConsumerPlan>) -> Self {
        let newest = view.consumers.last().map(|c| &*c.plan);
        let mut plan = last.or(newest).cloned().unwrap_or_else(|| first_plan(ctx));
        plan.name = None;
        if let Some(topic) = ctx.session.and_then(|s| s.consumers().take_suggested()) {
            plan.topics = vec![topic];
        }
        plan.topics.retain(|topic| ctx.facts.topic(topic).is_some());
        if plan.topics.is_empty() {
            plan.topics = first_plan(ctx).topics;
        }
        Self { plan, name: String::new(), find: String::new(), members: 1, more: false, assignor_chosen: false }
    }

    /// What was described, and how many of it.
    pub(super) fn plan(&self) -> (ConsumerPlan, usize) {
        let mut plan = self.plan.clone();
        let name = self.name.trim();
        plan.name = (self.members == 1 && !name.is_empty()).then(|| name.to_owned());
        (plan, self.members)
    }

    /// Draws it; call every frame while it is open.
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView) -> DialogEnd {
        let is_queue = self.plan.kind.is_queue();
        if !self.assignor_chosen
            && let Some(member) = view.members(self.plan.group.trim()).next()
        {
            self.plan.assignor = member.plan.assignor;
        }
        let fault = self.fault(ctx, view);
        let verb = ctx.text.with("consume-start", &[("count", (self.members as f64).into())]);
        let (title, cancel) = (ctx.t("consume-new"), ctx.t("cancel"));
        let dialog = Dialog::new(&title, &verb, &cancel).unless(fault.as_deref()).width(480.0);
        dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            crate::ui::shell::on_cluster(ui, ctx);
            self.kind(ui, ctx);
            self.group(ui, ctx, view);
            self.topics(ui, ctx);
            self.reading(ui, ctx);
            match QueueChoice::of(self.plan.kind) {
                Some(mut choice) => {
                    queue::show(ui, ctx, &mut choice);
                    self.plan.kind = choice.kind();
                }
                None => self.committing(ui, ctx),
            }
            self.members(ui, ctx, is_queue);
            self.further(ui, ctx, view, is_queue);
        })
    }

    /// Why it cannot be started yet.
    fn fault(&self, ctx: &Ctx<'_>, view: &ConsumersView) -> Option<String> {
        if check_group_name(self.plan.group.trim()).is_err() {
            return Some(ctx.t("consume-fault-group").to_string());
        }
        if self.plan.topics.is_empty() {
            return Some(ctx.t("consume-fault-topic").to_string());
        }
        self.kind_fault(ctx, view).or_else(|| self.assignor_fault(ctx, view))
    }

    /// A group is one or the other for as long as it lives (KIP-932).
    fn kind_fault(&self, ctx: &Ctx<'_>, view: &ConsumersView) -> Option<String> {
        let (group, wanted) = (self.plan.group.trim(), self.plan.kind.is_queue());
        let running = view.members(group).next().map(|member| member.kind.is_queue());
        let is = running.or_else(|| ctx.facts.group(group).map(|known| known.is_queue()))?;
        let id = if is { "consume-fault-is-queue" } else { "consume-fault-is-subscription" };
        (is != wanted).then(|| ctx.text.with(id, &[("group", group.into())]))
    }

    /// Members of a group must agree on one assignor (INCONSISTENT_GROUP_PROTOCOL).
    fn assignor_fault(&self, ctx: &Ctx<'_>, view: &ConsumersView) -> Option<String> {
        if self.plan.kind.is_queue() {
            return None;
        }
        let group = self.plan.group.trim();
        let other = view.members(group).find(|m| m.plan.assignor != self.plan.assignor)?;
        let args = [("group", group.into()), ("assignor", other.plan.assignor.as_str().into())];
        Some(ctx.text.with("consume-fault-assignor", &args))
    }

    /// Queue or subscription, each in one sentence.
    fn kind(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::caption(ui, &ctx.t("consume-kind-label"));
            let (subscription, queue) = (ctx.t("kind-subscription"), ctx.t("kind-queue"));
            let mut is_queue = self.plan.kind.is_queue();
            if widgets::segmented(ui, &mut is_queue, &[(false, &*subscription), (true, &*queue)]) {
                self.plan.kind = if is_queue { ConsumerKind::QUEUE } else { ConsumerKind::Subscription };
            }
            widgets::paragraph(ui, &ctx.t(if is_queue { "kind-queue-about" } else { "kind-subscription-about" }));
        });
    }

    fn group(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView) {
        let members = view.members(self.plan.group.trim()).count();
        let fault = self.kind_fault(ctx, view);
        let help = match (members, self.plan.kind.is_queue()) {
            (0, true) => ctx.t("consume-group-new-queue").to_string(),
            (0, false) => ctx.t("consume-group-new").to_string(),
            (n, _) => ctx.text.with("consume-group-shares", &[("count", (n as f64).into())]),
        };
        let label = ctx.t("consume-group-label");
        let field = Field { help: &help, fault: fault.as_deref(), ..Field::new(&label) };
        widgets::text_field(ui, &field, &mut self.plan.group);
    }

    fn topics(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| self.topic_choice(ui, ctx));
    }

    fn topic_choice(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::caption(ui, &ctx.t("consume-topics-label"));
        let all = ctx.facts.topics.len();
        if all >= FIND_FROM_TOPICS {
            let id = ui.make_persistent_id("find topic");
            let width = ui.available_width();
            widgets::search(ui, id, &mut self.find, &ctx.t("consume-topics-find"), "", width);
        }
        let find = self.find.trim().to_lowercase();
        let found: Vec<&str> =
            ctx.facts.topics.iter().map(|t| &*t.name).filter(|name| name.to_lowercase().contains(&find)).collect();
        let scroll = ScrollArea::vertical().id_salt("topics").max_height(TOPICS_HEIGHT).auto_shrink([false, true]);
        scroll.show_rows(ui, 24.0, found.len(), |ui, rows| {
            for name in found.get(rows).unwrap_or_default() {
                let mut on = self.plan.topics.iter().any(|t| t == name);
                if widgets::check(ui, &mut on, name).changed() {
                    if on && self.plan.topics.len() < TOPICS_MAX {
                        self.plan.topics.push((*name).to_owned());
                    } else {
                        self.plan.topics.retain(|t| t != name);
                    }
                }
            }
        });
    }

    fn reading(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::columns(ui, 48.0, &[1.0, 1.0], |ui, column| {
            ui.spacing_mut().item_spacing.y = 4.0;
            if column == 0 {
                let id = if self.plan.kind.is_queue() { "consume-start-at-queue" } else { "consume-start-at" };
                widgets::caption(ui, &ctx.t(id));
                let (earliest, latest) = (ctx.t("consume-earliest"), ctx.t("consume-latest"));
                widgets::segmented(
                    ui,
                    &mut self.plan.start,
                    &[(StartAt::Earliest, &earliest), (StartAt::Latest, &latest)],
                );
            } else {
                let label = ctx.t("consume-processing");
                widgets::caption(ui, &label);
                let choices = processing_choices(ctx, self.plan.processing_millis);
                widgets::select(ui, &label, &mut self.plan.processing_millis, &choices, 120.0);
            }
        });
    }

    fn committing(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| self.commit_choice(ui, ctx));
    }

    fn commit_choice(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::caption(ui, &ctx.t("consume-commit-label"));
        let words = CommitWhen::ALL.map(|commit| (commit, ctx.t(commit_word(commit))));
        let entries: Vec<(CommitWhen, &str)> = words.iter().map(|(commit, word)| (*commit, &**word)).collect();
        widgets::segmented(ui, &mut self.plan.commit, &entries);
        let about = match self.plan.commit {
            CommitWhen::Before => "consume-commit-before-about",
            CommitWhen::After => "consume-commit-after-about",
            CommitWhen::Never => "consume-commit-never-about",
        };
        widgets::paragraph(ui, &ctx.t(about));
    }

    fn members(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, is_queue: bool) {
        widgets::columns(ui, 48.0, &[1.0, 1.0], |ui, column| {
            ui.spacing_mut().item_spacing.y = 4.0;
            if column == 0 {
                widgets::caption(ui, &ctx.t("consume-members"));
                let words = MEMBERS_CHOICES.map(|n| (n, n.to_string()));
                let entries: Vec<(usize, &str)> = words.iter().map(|(n, word)| (*n, word.as_str())).collect();
                widgets::segmented(ui, &mut self.members, &entries);
            } else if !is_queue {
                let label = ctx.t("consume-assignor");
                widgets::caption(ui, &label);
                let choices = Assignor::ALL.map(|a| (a, a.as_str().to_owned()));
                self.assignor_chosen |= widgets::select(ui, &label, &mut self.plan.assignor, &choices, 160.0);
            }
        });
    }

    fn further(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, is_queue: bool) {
        if let Some(fault) = self.assignor_fault(ctx, view) {
            widgets::rich(ui, &fault, theme::fonts::caption(), theme::of(ui).bad);
        }
        let word = ctx.t("consume-further");
        if widgets::link(ui, &word).clicked() {
            self.more = !self.more;
        }
        if !self.more {
            return;
        }
        widgets::columns(ui, 48.0, &[1.0, 1.0], |ui, column| {
            if column == 0 {
                let label = ctx.t("consume-name");
                let hint = if self.members == 1 { ctx.t("consume-name-hint") } else { ctx.t("consume-name-many") };
                let field = Field { hint: &hint, ..Field::new(&label) };
                ui.add_enabled_ui(self.members == 1, |ui| widgets::text_field(ui, &field, &mut self.name));
            } else if !is_queue {
                ui.spacing_mut().item_spacing.y = 4.0;
                let label = ctx.t("consume-session-timeout");
                widgets::caption(ui, &label);
                let choices = SESSION_TIMEOUTS_MILLIS.map(|millis| (millis, ctx.format.duration(i64::from(millis))));
                widgets::select(ui, &label, &mut self.plan.session_timeout_millis, &choices, 120.0);
            }
        });
        if !is_queue {
            widgets::paragraph(ui, &ctx.t("consume-session-timeout-about"));
        }
    }
}

/// The busiest topic, else the first that is no internal one.
fn first_plan(ctx: &Ctx<'_>) -> ConsumerPlan {
    let usable = || ctx.facts.topics.iter().filter(|t| !t.internal);
    let rate = |t: &&crate::session::TopicFacts| (t.in_per_second.unwrap_or_default() * 1_000.0) as u64;
    let busiest = usable().filter(|t| rate(t) > 0).max_by_key(rate);
    let fullest = usable().filter(|t| t.records > 0).max_by_key(|t| t.records);
    let topic = busiest.or(fullest).or_else(|| usable().next());
    let mut plan = ConsumerPlan::new("readers", topic.map_or("", |t| &*t.name));
    plan.topics.retain(|t| !t.is_empty());
    plan
}
