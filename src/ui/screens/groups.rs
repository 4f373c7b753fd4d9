//! The list of groups: subscriptions and queues.

mod dialog;
mod rows;

pub use self::rows::{lag_of, trend};

use std::sync::Arc;

use egui::{Id, Ui};

use self::{
    dialog::NewGroupDialog,
    rows::{GroupRows, Titles},
};
use crate::{
    model::GroupState,
    session::{Facts, GroupFacts},
    ui::{
        Action, Command, Ctx, Place, icon,
        screens::old,
        widgets::{self, Button, Table, TableState},
    },
};

/// What the list was worked out from: revision of the facts, where their groups lie, what is searched, sort order.
type ListKey = (u64, usize, String, Option<(String, bool)>);

/// What the screen keeps between frames.
#[derive(Default)]
pub struct GroupsScreen {
    table: TableState,
    find: String,
    shown: Vec<usize>,
    key: Option<ListKey>,
    selected: Option<Arc<str>>,
    dialog: Option<NewGroupDialog>,
}

impl GroupsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.update(ctx);
        if ctx.take(Command::NewGroup) {
            self.dialog = Some(NewGroupDialog::new(ctx));
        }
        widgets::page(ui, |ui| {
            self.header(ui, ctx);
            ui.add_space(8.0);
            if ctx.facts.groups.is_empty() {
                nothing(ui, ctx);
            } else {
                if let Some(problem) = &ctx.facts.groups_untold {
                    old::untold(ui, ctx, problem);
                    ui.add_space(8.0);
                }
                widgets::card_fill(ui, |ui| self.table(ui, ctx));
            }
        });
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui, ctx)
        {
            self.dialog = None;
        }
    }

    fn update(&mut self, ctx: &Ctx<'_>) {
        let sort = self.table.sort().map(|(id, descending)| (id.to_owned(), descending));
        let at = Arc::as_ptr(&ctx.facts.groups).cast::<()>() as usize;
        let key = (ctx.facts.revision, at, self.find.clone(), sort);
        if self.key.as_ref() == Some(&key) {
            return;
        }
        self.shown = listed(ctx.facts, &self.find, key.3.as_ref());
        self.key = Some(key);
        let place = |name: &Arc<str>| self.shown.iter().position(|index| ctx.facts.groups[*index].id == *name);
        self.table.selected = self.selected.as_ref().and_then(place).map(|row| row as u64);
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let about = state_counts(ctx);
        widgets::page_header(
            ui,
            &[],
            &ctx.t("nav-groups"),
            |ui| drop(widgets::quiet(ui, &about)),
            |ui| {
                let why = ctx.read_only_why();
                if ui.add(Button::primary(&ctx.t("command-new-group")).unless(why.as_deref())).clicked() {
                    ctx.act(Action::Run(Command::NewGroup));
                }
                let id = Id::unique("groups-find");
                if ctx.take(Command::Find) {
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
                let size = egui::vec2(220.0, crate::ui::theme::CONTROL);
                // A field lays itself out from the left, also in this row from the right.
                ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    widgets::search(ui, id, &mut self.find, &ctx.t("groups-find"), "", 220.0);
                });
            },
        );
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.shown.is_empty() {
            let sentence = ctx.text.with("groups-none-found", &[("find", self.find.trim().into())]);
            let verb = ctx.t("groups-find-clear");
            if widgets::empty(ui, icon::SEARCH, &sentence, Some(&verb)).is_some_and(|r| r.clicked()) {
                self.find.clear();
            }
            return;
        }
        let titles = Titles::new(ctx);
        let columns = titles.columns();
        let name = ctx.t("nav-groups");
        let mut rows = GroupRows { ctx, shown: &self.shown };
        let table = Table::new("groups", &name, &columns).sorted_by("id", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        let group = |row: u64| group_at(ctx.facts, &self.shown, row);
        if response.selection_changed {
            self.selected = self.table.selected.and_then(group).map(|group| Arc::clone(&group.id));
        }
        if let Some(group) = response.opened.and_then(group) {
            ctx.go(Place::group(&*group.id));
        }
    }
}

fn group_at<'a>(facts: &'a Facts, shown: &[usize], row: u64) -> Option<&'a GroupFacts> {
    facts.groups.get(*shown.get(usize::try_from(row).ok()?)?)
}

fn listed(facts: &Facts, find: &str, sort: Option<&(String, bool)>) -> Vec<usize> {
    let find = find.trim().to_lowercase();
    let matches = |group: &GroupFacts| {
        find.is_empty()
            || group.id.to_lowercase().contains(&find)
            || group.topics.iter().any(|topic| topic.to_lowercase().contains(&find))
    };
    let mut shown: Vec<usize> = (0..facts.groups.len()).filter(|index| matches(&facts.groups[*index])).collect();
    let Some((column, descending)) = sort else { return shown };
    let lag = |group: &GroupFacts| group.lag.records().map_or(-1, |lag| i64::try_from(lag).unwrap_or(i64::MAX));
    let figure = |index: &usize| -> i64 {
        let group = &facts.groups[*index];
        match column.as_str() {
            "kind" => group.kind as i64,
            "state" => group.state as i64,
            "members" => group.members.len() as i64,
            "topics" => group.topics.len() as i64,
            "lag" => lag(group),
            "behind" => group.behind_millis.unwrap_or(-1),
            "trend" => group.lag_per_second.map_or(i64::MIN, |rate| (rate * 1_000.0) as i64),
            _ => *index as i64,
        }
    };
    match descending {
        true => shown.sort_by_key(|index| std::cmp::Reverse(figure(index))),
        false => shown.sort_by_key(figure),
    }
    shown
}

/// "5 groups: 3 stable, 2 empty".
fn state_counts(ctx: &Ctx<'_>) -> String {
    let groups = &ctx.facts.groups;
    let count = |is: fn(GroupState) -> bool| groups.iter().filter(|group| is(group.state)).count() as u64;
    let rebalancing = count(|s| {
        matches!(
            s,
            GroupState::PreparingRebalance
                | GroupState::CompletingRebalance
                | GroupState::Assigning
                | GroupState::Reconciling
        )
    });
    let parts = [
        ("groups-count-stable", count(|s| s == GroupState::Stable)),
        ("groups-count-rebalancing", rebalancing),
        ("groups-count-empty", count(|s| s == GroupState::Empty)),
    ];
    let words: Vec<String> =
        parts.iter().filter(|(_, n)| *n > 0).map(|(id, n)| ctx.text.with(id, &[("n", (*n).into())])).collect();
    words.join(" · ")
}

fn nothing(ui: &mut Ui, ctx: &Ctx<'_>) {
    let untold = ctx.facts.groups_untold.as_deref();
    if let Some(problem) = ctx.facts.problem.as_ref().or(untold) {
        widgets::problem_page(ui, ctx, problem, None);
    } else if ctx.facts.first_load_done {
        let (sentence, verb) = (ctx.t("groups-none"), ctx.t("groups-start-consumer"));
        if widgets::empty(ui, icon::GROUPS, &sentence, ctx.if_changing(&verb)).is_some_and(|r| r.clicked()) {
            ctx.act(Action::Run(Command::NewConsumer));
        }
    }
}
