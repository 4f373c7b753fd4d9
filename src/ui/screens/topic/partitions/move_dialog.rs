//! The dialog that moves replicas: a wish, the plan that it leads to, and a throttle; nothing happens before the plan was
//! seen.

use std::collections::{BTreeMap, BTreeSet};

use egui::{ScrollArea, Ui};

use super::replicas;
use crate::{
    model::{PartitionId, TopicPartition},
    session::{
        Facts, Loadable, TopicFacts,
        brokers::BrokersPicture,
        moves::{MovePlan, PlanNode, PlanPartition, PlanRefused, PlanWish, plan_moves},
    },
    ui::{
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Mebibytes a second that a move may take on each broker before somebody says otherwise: leaves room for the clients on
/// a network of a gigabit.
const THROTTLE_MEBIBYTES: &str = "50";
const MEBIBYTE: f64 = 1_048_576.0;
/// Lines of the plan that are drawn; of more the number is told.
const MOVES_SHOWN_MAX: usize = 200;
/// Height of the plan's lines at most, of one of them, and of what stands over them, in points.
const PLAN_HEIGHT: f32 = 190.0;
const PLAN_LINE: f32 = 20.0;
const PLAN_HEAD: f32 = 48.0;

/// What was filled in.
pub(super) struct MoveDialog {
    topic: String,
    /// Only this one.
    only: Option<PartitionId>,
    /// How many are planned.
    partitions: usize,
    brokers: Loadable<BrokersPicture>,
    /// Chosen nodes; `None` until the brokers are known.
    chosen: Option<BTreeSet<i32>>,
    factor: String,
    spread: bool,
    throttle: String,
    /// The plan, and what it was worked out for.
    planned: Option<(Asked, Result<MovePlan, PlanRefused>)>,
}

/// What a plan depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    revision: u64,
    chosen: BTreeSet<i32>,
    factor: usize,
    spread: bool,
}

impl MoveDialog {
    /// For a topic, or one of its partitions.
    pub fn new(ctx: &Ctx<'_>, topic: &TopicFacts, only: Option<PartitionId>) -> Self {
        let brokers = Loadable::default();
        if let Some(session) = ctx.session {
            session.load_brokers(&brokers);
        }
        let planned = topic.partitions.iter().filter(|p| only.is_none_or(|id| id == p.id));
        let replicas: Vec<usize> = planned.map(|p| p.replicas.len()).collect();
        Self {
            topic: topic.name.to_string(),
            only,
            partitions: replicas.len(),
            brokers,
            chosen: None,
            factor: replicas.iter().max().unwrap_or(&1).to_string(),
            spread: false,
            throttle: THROTTLE_MEBIBYTES.to_owned(),
            planned: None,
        }
    }

    /// Draws it; starts the moves when confirmed. True while it stays open.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>, topic: &TopicFacts) -> bool {
        let view = self.brokers.view();
        if let Some(picture) = view.value.as_deref() {
            let in_service = || picture.nodes.iter().filter(|one| !one.node.fenced).map(|one| one.node.id).collect();
            self.chosen.get_or_insert_with(in_service);
            self.plan(ctx, topic, picture);
        }
        let throttle = self.throttle_bytes();
        let plan = self.planned.as_ref().and_then(|(_, plan)| plan.as_ref().ok());
        let count = plan.map_or(0, |plan| plan.moves.len()) as u64;
        let why = self.why_not(ctx, throttle.is_err());
        let title = match self.only {
            None => ctx.text.with("move-title", &[("topic", self.topic.as_str().into())]),
            Some(id) => {
                let tp = TopicPartition::new(self.topic.as_str(), id).to_string();
                ctx.text.with("move-title-one", &[("partition", tp.into())])
            }
        };
        let verb = ctx.text.with("move-verb", &[("n", count.into())]);
        let cancel = ctx.t("cancel");
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why.as_deref()).width(620.0).enter_stays();
        let end = dialog.show(ui.ctx(), |ui| self.body(ui, ctx, view.value.as_deref(), throttle.is_err()));
        if end == DialogEnd::Confirmed
            && let Some((_, Ok(plan))) = self.planned.take()
        {
            let throttle = throttle.unwrap_or_default();
            ctx.with_session(move |session| {
                session.move_replicas(plan.moves, throttle, plan.copy_bytes);
            });
        }
        end == DialogEnd::Open
    }

    fn plan(&mut self, ctx: &Ctx<'_>, topic: &TopicFacts, picture: &BrokersPicture) {
        let Some(chosen) = self.chosen.clone() else { return };
        let factor = self.factor.trim().parse().unwrap_or(0);
        let asked = Asked { revision: ctx.facts.revision, chosen, factor, spread: self.spread };
        if self.planned.as_ref().is_some_and(|(known, _)| *known == asked) {
            return;
        }
        let others = replicas_elsewhere(ctx.facts, &self.topic);
        let nodes = picture.nodes.iter().filter(|one| asked.chosen.contains(&one.node.id)).map(|one| PlanNode {
            id: one.node.id,
            rack: one.node.rack.clone(),
            other_replicas: others.get(&one.node.id).copied().unwrap_or(0),
        });
        let wish = PlanWish { nodes: nodes.collect(), replication_factor: factor, spread: asked.spread };
        let partitions: Vec<_> = topic
            .partitions
            .iter()
            .filter(|partition| self.only.is_none_or(|id| id == partition.id))
            .map(|partition| PlanPartition {
                tp: TopicPartition::new(std::sync::Arc::clone(&topic.name), partition.id),
                replicas: partition.replicas.to_vec(),
                size_bytes: partition.size_bytes,
            })
            .collect();
        self.planned = Some((asked, plan_moves(&partitions, &wish)));
    }

    /// Bytes a second; `None` inside for no limit.
    fn throttle_bytes(&self) -> Result<Option<u64>, ()> {
        match self.throttle.trim() {
            "" => Ok(None),
            text => match text.replace(',', "").parse::<f64>() {
                Ok(mebibytes) if mebibytes > 0.0 && mebibytes < 1e9 => Ok(Some((mebibytes * MEBIBYTE) as u64)),
                _ => Err(()),
            },
        }
    }

    fn why_not(&self, ctx: &Ctx<'_>, bad_throttle: bool) -> Option<std::sync::Arc<str>> {
        match &self.planned {
            None => Some(ctx.t("move-no-brokers-yet")),
            Some((_, Err(PlanRefused::NoReplicas))) => Some(ctx.t("move-no-replicas")),
            Some((_, Err(PlanRefused::TooFewNodes { nodes, factor }))) => {
                let args = [("nodes", (*nodes as u64).into()), ("n", (*factor as u64).into())];
                Some(ctx.text.with("move-too-few", &args).into())
            }
            Some((_, Ok(plan))) if plan.moves.is_empty() => Some(ctx.t("move-nothing")),
            Some(_) if bad_throttle => Some(ctx.t("move-throttle-fault")),
            Some(_) => None,
        }
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, picture: Option<&BrokersPicture>, bad_throttle: bool) {
        ui.spacing_mut().item_spacing.y = 10.0;
        crate::ui::shell::on_cluster(ui, ctx);
        widgets::paragraph(ui, &ctx.t("move-about"));
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            let label = ctx.t("move-factor");
            widgets::text_field(ui, &Field { mono: true, width: 120.0, ..Field::new(&label) }, &mut self.factor);
            let (label, hint, fault) =
                (ctx.t("move-throttle"), ctx.t("move-throttle-none"), ctx.t("move-throttle-fault"));
            let fault = bad_throttle.then_some(&*fault);
            let field = Field { mono: true, width: 190.0, hint: &hint, fault, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.throttle);
        });
        if let (Some(picture), Some(chosen)) = (picture, &mut self.chosen) {
            widgets::caption(ui, &ctx.t("move-brokers"));
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 16.0;
                for one in &picture.nodes {
                    broker_check(ui, ctx, one, chosen);
                }
            });
        }
        widgets::switch(ui, &mut self.spread, &ctx.t("move-spread"));
        widgets::rule(ui);
        let (factor, bytes) = (self.factor.trim().parse::<usize>().ok(), self.throttle_bytes().ok().flatten());
        ui.scope(|ui| {
            // As high for every plan: a dialog that grew would move the field in which somebody types.
            ui.set_min_height(PLAN_HEAD + (PLAN_LINE * (self.partitions + 1) as f32).min(PLAN_HEIGHT));
            match &self.planned {
                Some((_, Ok(plan))) => plan_view(ui, ctx, plan, bytes),
                Some((_, Err(_))) | None => {
                    let why = self.why_not(ctx, false).unwrap_or_default();
                    let color = if factor.is_some() { ctx.theme.care } else { ctx.theme.bad };
                    widgets::rich(ui, &why, fonts::body(), color);
                }
            }
        });
    }
}

fn broker_check(ui: &mut Ui, ctx: &Ctx<'_>, one: &crate::session::brokers::BrokerPicture, chosen: &mut BTreeSet<i32>) {
    let mut on = chosen.contains(&one.node.id);
    let id = [("id", one.node.id.to_string().into()), ("rack", one.node.rack.clone().unwrap_or_default().into())];
    let mut words = match &one.node.rack {
        Some(_) => ctx.text.with("move-broker-rack", &id),
        None => ctx.text.with("move-broker", &id),
    };
    if one.node.fenced {
        words = format!("{words} · {}", ctx.t("broker-fenced"));
    }
    // As wide as its words: the row wraps.
    let width = 26.0 + ui.painter().layout_no_wrap(words.clone(), fonts::body(), ctx.theme.text).size().x;
    ui.allocate_ui(egui::vec2(width, 24.0), |ui| {
        if widgets::check(ui, &mut on, &words).changed() {
            match on {
                true => chosen.insert(one.node.id),
                false => chosen.remove(&one.node.id),
            };
        }
    });
}

/// Replicas of all other topics, by node.
fn replicas_elsewhere(facts: &Facts, topic: &str) -> BTreeMap<i32, usize> {
    let mut found = BTreeMap::new();
    for partition in facts.topics.iter().filter(|one| &*one.name != topic).flat_map(|one| one.partitions.iter()) {
        for node in partition.replicas.iter() {
            *found.entry(*node).or_default() += 1;
        }
    }
    found
}

fn plan_view(ui: &mut Ui, ctx: &Ctx<'_>, plan: &MovePlan, throttle: Option<u64>) {
    if plan.moves.is_empty() {
        ui.horizontal(|ui| {
            icon::show(ui, icon::CHECK_CIRCLE, ctx.theme.good);
            widgets::body(ui, &ctx.t("move-nothing"));
        });
        return;
    }
    widgets::strong(ui, &summary(ctx, plan, throttle));
    widgets::caption(ui, &spread_words(ctx, plan));
    ScrollArea::vertical().max_height(PLAN_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        egui::Grid::new("plan").spacing([24.0, 2.0]).min_row_height(PLAN_LINE - 2.0).show(ui, |ui| {
            for id in ["partitions-id", "move-now", "move-then"] {
                widgets::caption(ui, &ctx.t(id));
            }
            ui.end_row();
            for one in plan.moves.iter().take(MOVES_SHOWN_MAX) {
                move_line(ui, ctx, one);
                ui.end_row();
            }
        });
        if plan.moves.len() > MOVES_SHOWN_MAX {
            let n = [("n", ((plan.moves.len() - MOVES_SHOWN_MAX) as u64).into())];
            widgets::quiet(ui, &ctx.text.with("move-more", &n));
        }
    });
}

/// "12 partitions change, 14 replicas are copied, 3.2 GiB; at least 1 min 5 s at this limit".
fn summary(ctx: &Ctx<'_>, plan: &MovePlan, throttle: Option<u64>) -> String {
    let mut parts = vec![ctx.text.with("move-summary", &[("n", (plan.moves.len() as u64).into())])];
    parts.push(ctx.text.with("move-copies", &[("n", (plan.copies as u64).into())]));
    if let Some(bytes) = plan.copy_bytes.filter(|_| plan.copies > 0) {
        parts.push(format::bytes_text(bytes));
        if let Some((throttle, busiest)) = throttle.filter(|_| bytes > 0).zip(plan.busiest_bytes) {
            let millis = i64::try_from(busiest.saturating_mul(1_000) / throttle.max(1)).unwrap_or(i64::MAX);
            let time = ctx.format.duration(millis.max(1_000));
            parts.push(ctx.text.with("move-time", &[("time", time.into())]));
        }
    }
    parts.join(" · ")
}

/// What each broker would have: "Replicas then: 1: 8, 2: 8, 3: 8".
fn spread_words(ctx: &Ctx<'_>, plan: &MovePlan) -> String {
    let list = |of: &BTreeMap<i32, usize>| {
        of.iter().map(|(node, n)| format!("{node}: {}", format::count(*n as u64))).collect::<Vec<_>>().join(", ")
    };
    let args = [("replicas", list(&plan.replicas).into()), ("leaders", list(&plan.leaders).into())];
    ctx.text.with("move-after", &args)
}

fn move_line(ui: &mut Ui, ctx: &Ctx<'_>, one: &crate::session::moves::ReplicaMove) {
    let theme = theme::of(ui);
    let adding: Vec<i32> = one.adding().collect();
    widgets::rich(ui, &one.tp.partition.to_string(), fonts::data(), theme.quiet);
    replicas::ids(ui, one.from.iter().map(|id| (id.to_string(), theme.quiet, false)));
    replicas::ids(
        ui,
        one.to.iter().map(|id| match adding.contains(id) {
            true => (format!("+{id}"), theme.accent, true),
            false => (id.to_string(), theme.text, false),
        }),
    );
    if adding.is_empty() {
        widgets::faint(ui, &ctx.t("move-no-copy"));
    }
}
