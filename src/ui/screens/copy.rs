//! Hand over and bring home: which topics, to or from which cluster, how much of them; beside it the plan of what will
//! happen. The copy itself runs as a transfer.

mod form;
mod plan;
mod replay;
mod report;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use egui::Ui;

pub use self::{replay::ReplayDialog, report::copied};
use crate::{
    model::TimestampMillis,
    payload::CaseRule,
    session::{
        Loadable, Session,
        copy::{Begin, CopyOrder, Mask, Plan, Slice, Tail},
        transfers::search_filter,
    },
    ui::{
        clusters::ClusterKey,
        ctx::Ctx,
        format, icon, time_input,
        widgets::{self, Button},
    },
};

/// Which way records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From what is shown to something else that is open.
    HandOver,
    /// From a cluster to the workspace, whatever is shown.
    BringHome,
}

/// How much of the topics is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Portion {
    All,
    Last,
    Since,
}

/// The page with what was filled in.
pub struct CopyPage {
    way: Way,
    /// The other side, one of what is open.
    other: Option<ClusterKey>,
    topics: Vec<String>,
    find: String,
    portion: Portion,
    last: String,
    since: String,
    search: String,
    rules: String,
    begin: Begin,
    groups: bool,
    compare: bool,
    plan: Loadable<Plan>,
    wanted: Option<Wanted>,
}

/// What the plan is of, or will be once the form stands still.
struct Wanted {
    of: String,
    /// From when on it is asked for.
    from: Instant,
    asked: bool,
}

impl CopyPage {
    /// Begins with these topics.
    pub fn new(way: Way, topics: Vec<String>) -> Self {
        Self {
            way,
            other: None,
            topics,
            find: String::new(),
            portion: if way == Way::BringHome { Portion::Last } else { Portion::All },
            last: "10000".to_owned(),
            since: String::new(),
            search: String::new(),
            rules: String::new(),
            begin: Begin::New,
            groups: true,
            compare: true,
            plan: Loadable::default(),
            wanted: None,
        }
    }

    /// Draws it; true when it is over.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let others = others(ctx, self.way);
        if !others.iter().any(|(key, ..)| Some(*key) == self.other) {
            // Home from what is shown, where that is a cluster.
            let shown = others.iter().find(|(key, ..)| *key == ctx.cluster.key);
            self.other = shown.or(others.first()).map(|(key, ..)| *key);
        }
        let order = self.order(ctx, &others);
        let mut over = false;
        widgets::page(ui, |ui| {
            let way = ctx.t("nav-transfers");
            let title = ctx.t(self.way.title());
            let why_not = match &order {
                Ok(_) => self.plan_fault(ctx),
                Err(why) => Some(Arc::clone(why)),
            };
            let back = widgets::page_header(
                ui,
                &[&way],
                &title,
                |_| (),
                |ui| {
                    let verb = self.verb(ctx);
                    let copy = Button::primary(&verb).icon(icon::TRANSFERS).unless(why_not.as_deref()).show(ui);
                    if copy.clicked()
                        && why_not.is_none()
                        && let Ok(order) = &order
                    {
                        let order = order.clone();
                        ctx.with_session(move |session| {
                            session.start_copy(order);
                        });
                        over = true;
                    }
                    over |= Button::secondary(&ctx.t("cancel")).show(ui).clicked();
                },
            );
            over |= back.is_some();
            let height = ui.available_height();
            widgets::columns(ui, height, &[0.4, 0.6], |ui, column| {
                egui::ScrollArea::vertical().id_salt(("copy", column)).auto_shrink(false).show(ui, |ui| {
                    // The scroll bar stands beside the cards, not on them.
                    ui.set_max_width(ui.available_width() - SCROLL_BAR);
                    if column == 0 {
                        self.form(ui, ctx, &others);
                    } else {
                        plan::card(ui, ctx, &self.plan, order.as_ref().err());
                    }
                });
            });
        });
        self.look(ui, ctx, order.ok());
        over
    }

    /// What the form asks for, or why it is not whole.
    fn order(&self, ctx: &Ctx<'_>, others: &[Other]) -> Result<CopyOrder, Arc<str>> {
        let near = match self.way {
            Way::HandOver => Some(ctx.cluster),
            Way::BringHome => ctx.open.iter().find(|view| view.key == ClusterKey::Workspace),
        };
        let near = near.and_then(|view| Some((view.session.clone()?, cluster_name(ctx, view))));
        let Some((here, here_name)) = near else { return Err(ctx.t("copy-no-session")) };
        let chosen = others.iter().find(|(key, ..)| Some(*key) == self.other);
        let Some((_, there_name, there)) = chosen else { return Err(ctx.t("copy-no-other")) };
        let (source, source_name, target, target_name) = match self.way {
            Way::HandOver => (here, here_name, there.clone(), there_name.clone()),
            Way::BringHome => (there.clone(), there_name.clone(), here, here_name),
        };
        if target.is_read_only() {
            return Err(ctx.text.with("copy-read-only", &[("target", target_name.as_str().into())]).into());
        }
        if self.topics.is_empty() {
            return Err(ctx.t("copy-no-topics"));
        }
        let slice = self.slice(ctx)?;
        let (topics, begin, groups, compare) = (self.topics.clone(), self.begin, self.groups, self.compare);
        Ok(CopyOrder { source, target, source_name, target_name, topics, slice, begin, groups, compare })
    }

    fn slice(&self, ctx: &Ctx<'_>) -> Result<Slice, Arc<str>> {
        let tail = match self.portion {
            Portion::All => None,
            Portion::Last => Some(Tail::Last(self.last_count().ok_or_else(|| ctx.t("copy-last-fault"))?)),
            Portion::Since => Some(Tail::Since(self.since_time(ctx).ok_or_else(|| ctx.t("export-time-fault"))?)),
        };
        let text = self.search.trim();
        let filter = search_filter(text, CaseRule::Ignore).map(|filter| (text.to_owned(), filter));
        let mask = match Mask::parse(&self.rules) {
            Ok(mask) if mask.is_empty() => None,
            Ok(mask) => Some(Arc::new(mask)),
            Err(error) => {
                let line = error.line as u64;
                return Err(ctx.text.with("copy-rules-fault", &[("line", line.into())]).into());
            }
        };
        Ok(Slice { tail, until: None, filter, mask })
    }

    fn last_count(&self) -> Option<u64> {
        self.last.replace([',', '_', ' '], "").parse().ok().filter(|count| *count > 0)
    }

    fn since_time(&self, ctx: &Ctx<'_>) -> Option<TimestampMillis> {
        time_input::parse(&self.since, ctx.format)
    }

    /// Makes the plan anew when something else is asked for; not at each key, as both sides are asked a dozen things.
    fn look(&mut self, ui: &Ui, ctx: &Ctx<'_>, order: Option<CopyOrder>) {
        let Some(order) = order else { return };
        let of =
            format!("{:?} {:?} {:?} {} {:?}", self.way, self.other, order.topics, order.slice.number(), order.begin);
        let still = if self.wanted.is_some() { FORM_STILL } else { Duration::ZERO };
        if self.wanted.as_ref().is_none_or(|wanted| wanted.of != of) {
            self.wanted = Some(Wanted { of, from: Instant::now() + still, asked: false });
        }
        let Some(wanted) = self.wanted.as_mut().filter(|wanted| !wanted.asked) else { return };
        let left = wanted.from.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            ui.ctx().request_repaint_after(left);
            return;
        }
        wanted.asked = true;
        let slot = self.plan.clone();
        ctx.with_session(move |session| session.plan_copy(order, &slot));
    }

    fn plan_fault(&self, ctx: &Ctx<'_>) -> Option<Arc<str>> {
        let view = self.plan.view();
        match view.value {
            _ if view.loading_since.is_some() || !self.wanted.as_ref().is_some_and(|wanted| wanted.asked) => {
                Some(ctx.t("copy-looking"))
            }
            None => Some(ctx.t("copy-no-plan")),
            Some(plan) if plan.refused().next().is_some() => Some(ctx.t("copy-plan-refused")),
            Some(_) => None,
        }
    }

    fn verb(&self, ctx: &Ctx<'_>) -> String {
        let offsets = self.plan.value().map_or(0, |plan| plan.offsets());
        ctx.text.with(self.way.verb(), &[("count", format::count(offsets).into())])
    }
}

/// How long nothing in the form changes before the plan is made anew.
const FORM_STILL: Duration = Duration::from_millis(300);
/// Width kept for the scroll bar of the form, in points.
const SCROLL_BAR: f32 = 6.0;

impl Way {
    fn title(self) -> &'static str {
        match self {
            Self::HandOver => "copy-hand-over",
            Self::BringHome => "copy-bring-home",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::HandOver => "copy-hand-over-verb",
            Self::BringHome => "copy-bring-home-verb",
        }
    }
}

/// Something else that is open: its key, name and session.
type Other = (ClusterKey, String, Session);

/// What can be at the other end.
fn others(ctx: &Ctx<'_>, way: Way) -> Vec<Other> {
    let near = match way {
        Way::HandOver => ctx.cluster.key,
        Way::BringHome => ClusterKey::Workspace,
    };
    let rest = ctx.open.iter().filter(|view| view.key != near);
    rest.filter_map(|view| Some((view.key, cluster_name(ctx, view), view.session.clone()?))).collect()
}

/// What something that is open is called.
fn cluster_name(ctx: &Ctx<'_>, view: &crate::ui::clusters::ClusterView) -> String {
    view.profile.as_ref().map_or_else(|| ctx.t("copy-workspace").to_string(), |profile| profile.name.clone())
}
