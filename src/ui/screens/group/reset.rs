//! The dialog that resets offsets: a target, the table of what would change, and only then the verb.

use std::{collections::BTreeSet, sync::Arc};

use egui::{ScrollArea, Ui};

use crate::{
    model::TopicPartition,
    session::{GroupFacts, Loadable, ResetNote, ResetPlan, ResetRow, ResetTarget, reset_command_lines},
    ui::{
        Action, Ctx, format, icon,
        theme::fonts,
        time_input,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

const ROW_HEIGHT: f32 = 28.0;
/// Rows in view before the list scrolls.
const ROWS_IN_VIEW: f32 = 8.0;
const WIDTH: f32 = 620.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Earliest,
    Latest,
    Time,
    Offset,
    Shift,
}

/// The dialog while it is open.
pub(super) struct ResetDialog {
    group: Arc<str>,
    queue: bool,
    /// `None`: all topics of the group.
    topic: Option<Arc<str>>,
    kind: Kind,
    /// What was typed for the kinds that need it.
    text: String,
    plan: Loadable<ResetPlan>,
    /// What the plan was asked for.
    asked: Option<(Option<Arc<str>>, ResetTarget, usize)>,
}

impl ResetDialog {
    pub(super) fn new(group: &GroupFacts) -> Self {
        Self {
            group: Arc::clone(&group.id),
            queue: group.is_queue(),
            topic: None,
            kind: Kind::Earliest,
            text: String::new(),
            plan: Loadable::default(),
            asked: None,
        }
    }

    /// Draws it; false when it is over.
    pub(super) fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>, group: &GroupFacts) -> bool {
        let target = self.target(ctx);
        self.ask(ctx, group, target);
        let view = self.plan.view();
        let shown = view.value.filter(|plan| Some(plan.target) == target && view.problem.is_none());
        let why_not = self.why_not(ctx, target, shown.as_deref());
        let title = if self.queue { "queue-reset-title" } else { "reset-title" };
        let title = ctx.text.with(title, &[("group", (&*self.group).into())]);
        let changes = shown.as_ref().map_or(0, |plan| plan.changes().count());
        let verb = ctx.text.with("reset-verb", &[("count", (changes as u64).into())]);
        let cancel = ctx.t("cancel");
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why_not.as_deref()).width(WIDTH);
        let end = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = 10.0;
            crate::ui::shell::on_cluster(ui, ctx);
            if self.queue {
                widgets::paragraph(ui, &ctx.t("queue-reset-about"));
            }
            self.target_row(ui, ctx, group, target);
            if let Some(problem) = &view.problem {
                widgets::problem(ui, ctx, problem, None);
            }
            match &shown {
                Some(plan) => self.preview(ui, ctx, plan),
                None => {
                    if let Some(since) = view.loading_since {
                        widgets::waiting(ui, since, &ctx.t("reset-working"));
                    }
                }
            }
        });
        if let (DialogEnd::Confirmed, Some(plan)) = (end, shown) {
            let plan = ResetPlan::clone(&plan);
            ctx.with_session(move |session| {
                session.reset_offsets(plan);
            });
        }
        end == DialogEnd::Open
    }

    fn target(&self, ctx: &Ctx<'_>) -> Option<ResetTarget> {
        let number = || self.text.trim().replace([',', '_', ' '], "").replace('−', "-").parse::<i64>().ok();
        match self.kind {
            Kind::Earliest => Some(ResetTarget::Earliest),
            Kind::Latest => Some(ResetTarget::Latest),
            Kind::Time => time_input::parse(&self.text, ctx.format).map(ResetTarget::Time),
            Kind::Offset => number().filter(|n| *n >= 0).map(ResetTarget::Offset),
            Kind::Shift => number().filter(|n| *n != 0).map(ResetTarget::Shift),
        }
    }

    /// Asks for a plan when the target changed, or members came or went.
    fn ask(&mut self, ctx: &Ctx<'_>, group: &GroupFacts, target: Option<ResetTarget>) {
        let Some(target) = target else { return };
        let key = (self.topic.clone(), target, group.members.len());
        if self.asked.as_ref() == Some(&key) {
            return;
        }
        self.asked = Some(key);
        let of_topic = |p: &&crate::session::GroupPartitionFacts| self.topic.as_ref().is_none_or(|t| *t == p.tp.topic);
        let partitions: Vec<TopicPartition> = group.partitions.iter().filter(of_topic).map(|p| p.tp.clone()).collect();
        let (id, slot) = (self.group.to_string(), self.plan.clone());
        ctx.with_session(move |session| session.preview_reset(id, partitions, target, &slot));
    }

    fn why_not(&self, ctx: &Ctx<'_>, target: Option<ResetTarget>, plan: Option<&ResetPlan>) -> Option<String> {
        if target.is_none() {
            return Some(ctx.t(self.fault_id()).to_string());
        }
        let Some(plan) = plan else { return Some(ctx.t("reset-working").to_string()) };
        match plan.refused {
            Some(refused) => Some(ctx.text.say(&refused.phrase())),
            None if plan.changes().next().is_none() => Some(ctx.t("reset-nothing").to_string()),
            None => None,
        }
    }

    fn fault_id(&self) -> &'static str {
        match self.kind {
            Kind::Time => "reset-fault-time",
            Kind::Offset => "reset-fault-offset",
            _ => "reset-fault-shift",
        }
    }

    fn target_row(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, target: Option<ResetTarget>) {
        let kinds = [
            (Kind::Earliest, ctx.t("reset-earliest")),
            (Kind::Latest, ctx.t("reset-latest")),
            (Kind::Time, ctx.t("reset-time")),
            (Kind::Offset, ctx.t("reset-offset")),
            (Kind::Shift, ctx.t("reset-shift")),
        ];
        let entries: Vec<_> = kinds.iter().map(|(kind, word)| (*kind, &**word)).collect();
        widgets::caption(ui, &ctx.t("reset-to"));
        if widgets::segmented(ui, &mut self.kind, &entries) {
            self.text.clear();
        }
        if !matches!(self.kind, Kind::Earliest | Kind::Latest) {
            let label = kinds.iter().find(|(kind, _)| *kind == self.kind).map(|(_, word)| Arc::clone(word));
            let label = label.unwrap_or_default();
            let hint = match self.kind {
                Kind::Time => ctx.t("time-hint"),
                Kind::Shift => Arc::from("-1000"),
                _ => Arc::from("0"),
            };
            let fault = (target.is_none() && !self.text.is_empty()).then(|| ctx.t(self.fault_id()));
            let zone = if self.kind == Kind::Time { ctx.format.zone(ctx.now) } else { String::new() };
            let field = Field {
                mono: true,
                hint: &hint,
                fault: fault.as_deref(),
                help: &zone,
                width: 280.0,
                ..Field::new(&label)
            };
            widgets::text_field(ui, &field, &mut self.text);
        }
        if group.topics.len() > 1 {
            ui.horizontal(|ui| {
                let label = ctx.t("reset-topics");
                widgets::caption(ui, &label);
                let mut entries = vec![(None, ctx.t("reset-all-topics").to_string())];
                entries.extend(group.topics.iter().map(|topic| (Some(Arc::clone(topic)), topic.to_string())));
                widgets::select(ui, &label, &mut self.topic, &entries, 240.0);
            });
        }
    }

    fn preview(&self, ui: &mut Ui, ctx: &Ctx<'_>, plan: &ResetPlan) {
        if let Some(refused) = plan.refused {
            let theme = ctx.theme;
            ui.horizontal_top(|ui| {
                icon::show(ui, icon::BLOCK, theme.care);
                ui.vertical(|ui| {
                    let sentence = ctx.text.say(&refused.phrase());
                    ui.add(
                        egui::Label::new(egui::RichText::new(sentence).font(fonts::body()).color(theme.text)).wrap(),
                    );
                    widgets::paragraph(ui, &ctx.text.say(&refused.next()));
                });
            });
        }
        rows(ui, ctx, plan);
        let (again, skipped) = plan.effect();
        let effect = if plan.queue { "queue-reset-effect" } else { "reset-effect" };
        let words = ctx
            .text
            .with(effect, &[("again", format::count(again).into()), ("skipped", format::count(skipped).into())]);
        ui.horizontal(|ui| {
            widgets::strong(ui, &words);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::link(ui, &ctx.t("reset-copy-command")).clicked() {
                    let topics: BTreeSet<Arc<str>> = plan.rows.iter().map(|row| Arc::clone(&row.tp.topic)).collect();
                    let topics: Vec<_> = topics.into_iter().collect();
                    ctx.act(Action::Copy(reset_command_lines(&plan.group, &topics, plan.target)));
                }
            });
        });
    }
}

const COLUMNS: [(&str, f32, bool); 4] = [
    ("group-col-partition", 190.0, false),
    ("reset-old", 100.0, true),
    ("reset-new", 100.0, true),
    ("reset-change", 196.0, true),
];

fn rows(ui: &mut Ui, ctx: &Ctx<'_>, plan: &ResetPlan) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.horizontal(|ui| {
            for (id, width, right) in COLUMNS {
                let id = if plan.queue && id == "reset-old" { "queue-reset-old" } else { id };
                cell(ui, width, right, |ui| drop(widgets::caption(ui, &ctx.t(id))));
            }
        });
        let height = ROW_HEIGHT * (plan.rows.len() as f32).min(ROWS_IN_VIEW);
        let scroll = ScrollArea::vertical().max_height(height).auto_shrink([false, true]);
        scroll.show_rows(ui, ROW_HEIGHT, plan.rows.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for row in plan.rows.get(range).into_iter().flatten() {
                one(ui, ctx, row);
            }
        });
    });
}

fn one(ui: &mut Ui, ctx: &Ctx<'_>, row: &ResetRow) {
    let number = |n: Option<i64>| n.map_or_else(|| format::UNKNOWN.to_owned(), format::integer);
    ui.horizontal(|ui| {
        ui.set_min_height(ROW_HEIGHT);
        let (_, width, right) = COLUMNS[0];
        cell(ui, width, right, |ui| drop(widgets::elided(ui, &row.tp.to_string(), fonts::body(), ctx.theme.text)));
        cell(ui, COLUMNS[1].1, true, |ui| drop(widgets::data_quiet(ui, &number(row.old))));
        cell(ui, COLUMNS[2].1, true, |ui| drop(widgets::data(ui, &number(row.new.or(row.old)))));
        let note = note_id(row.note).map(|id| ctx.t(id));
        cell(ui, COLUMNS[3].1, true, |ui| {
            let words = match (row.old, row.new) {
                (Some(old), Some(new)) if new > old => format!("+{}", format::integer(new - old)),
                (Some(old), Some(new)) if new < old => format!("−{}", format::integer(old - new)),
                (Some(_), Some(_)) => "0".to_owned(),
                _ => String::new(),
            };
            let color = if row.new.is_some() && row.new != row.old { ctx.theme.care } else { ctx.theme.faint };
            let response = widgets::rich(ui, &words, fonts::data(), color);
            if let Some(note) = &note {
                response.on_hover_text(&**note);
                widgets::elided(ui, note, fonts::caption(), ctx.theme.quiet);
            }
        });
    });
}

fn note_id(note: ResetNote) -> Option<&'static str> {
    Some(match note {
        ResetNote::None => return None,
        ResetNote::RaisedToStart => "reset-note-start",
        ResetNote::LoweredToEnd => "reset-note-end",
        ResetNote::NoneThatNew => "reset-note-none-that-new",
        ResetNote::NothingCommitted => "reset-note-nothing",
        ResetNote::Unavailable => "reset-note-unavailable",
    })
}

fn cell(ui: &mut Ui, width: f32, right: bool, content: impl FnOnce(&mut Ui)) {
    let layout = match right {
        true => egui::Layout::right_to_left(egui::Align::Center),
        false => egui::Layout::left_to_right(egui::Align::Center),
    };
    ui.allocate_ui_with_layout(egui::vec2(width, ROW_HEIGHT), layout, |ui| {
        ui.set_min_width(width);
        ui.set_max_width(width);
        content(ui);
    });
}
