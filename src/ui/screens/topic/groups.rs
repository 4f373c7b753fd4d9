//! Topic > Groups: who reads this topic and how far they are.

use std::sync::Arc;

use egui::Ui;

use crate::{
    session::{GroupFacts, GroupPartitionFacts, TopicFacts},
    ui::{
        Action, Command, Place,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct GroupsTab {
    table: TableState,
}

struct GroupRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    topic: &'a TopicFacts,
    groups: Vec<&'a GroupFacts>,
}

impl GroupsTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let groups: Vec<&GroupFacts> = ctx.facts.groups_of(&topic.name).collect();
        widgets::page(ui, |ui| {
            if groups.is_empty() {
                let (sentence, verb) = (ctx.t("topic-groups-none"), ctx.t("groups-start-consumer"));
                if widgets::empty(ui, icon::GROUPS, &sentence, ctx.if_changing(&verb)).is_some_and(|r| r.clicked()) {
                    let name = topic.name.to_string();
                    ctx.with_session(move |session| session.consumers().suggest(name));
                    ctx.act(Action::Run(Command::NewConsumer));
                }
                return;
            }
            widgets::card_fill(ui, |ui| self.table(ui, ctx, topic, groups));
        });
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, mut groups: Vec<&GroupFacts>) {
        sort(&mut groups, &topic.name, self.table.sort());
        let ids = [
            "groups-id",
            "groups-kind",
            "groups-state",
            "groups-members",
            "topic-groups-owned",
            "groups-lag",
            "groups-behind",
            "groups-trend",
        ];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("id", &words[0], 220.0).sorts().grows_to(460.0).stays(),
            Column::left("kind", &words[1], 110.0),
            Column::left("state", &words[2], 130.0),
            Column::right("members", &words[3], 90.0).sorts(),
            Column::right("owned", &words[4], 130.0),
            Column::right("lag", &words[5], 120.0).sorts(),
            Column::right("behind", &words[6], 120.0).sorts(),
            Column::left("trend", &words[7], 150.0),
        ];
        let name = ctx.t("topic-tab-groups");
        let mut rows = GroupRows { ctx, topic, groups };
        let table = Table::new("topic-groups", &name, &columns).sorted_by("id", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        if let Some(group) = response.opened.and_then(|row| rows.groups.get(usize::try_from(row).ok()?)) {
            ctx.go(Place::group(&*group.id));
        }
    }
}

fn behind(group: &GroupFacts, topic: &str) -> Option<i64> {
    group.partitions.iter().filter(|p| &*p.tp.topic == topic).filter_map(|p| p.behind_millis).max()
}

fn sort(groups: &mut [&GroupFacts], topic: &str, by: Option<(&str, bool)>) {
    let Some((column, descending)) = by else { return };
    let key = |group: &&GroupFacts| -> i64 {
        match column {
            "members" => group.members.len() as i64,
            "lag" => group.lag_on(topic).records().map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX)),
            "behind" => behind(group, topic).unwrap_or(-1),
            _ => 0,
        }
    };
    match (column, descending) {
        // Facts are by id already.
        ("id", true) => groups.reverse(),
        (_, true) => groups.sort_by_key(|group| std::cmp::Reverse(key(group))),
        (_, false) => groups.sort_by_key(key),
    }
}

impl Rows for GroupRows<'_, '_> {
    fn count(&self) -> u64 {
        self.groups.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let group = usize::try_from(row).ok().and_then(|row| self.groups.get(row));
        let words = |g: &&GroupFacts| {
            let lag = self.ctx.t(if g.is_queue() { "queue-backlog" } else { "groups-lag-of" });
            format!("{}, {lag} {}", g.id, format::lag(g.lag_on(&self.topic.name)))
        };
        group.map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(group) = usize::try_from(row).ok().and_then(|row| self.groups.get(row)) else { return };
        match column {
            0 => drop(widgets::elided(ui, &group.id, fonts::medium(13.0), theme.text)),
            1 => drop(widgets::group_kind(ui, ctx.text, group.kind)),
            2 => drop(widgets::group_state(ui, ctx.text, group.state)),
            3 => drop(widgets::data(ui, &format::count(group.members.len() as u64))),
            4 => {
                let of_topic = group.partitions.iter().filter(|p| p.tp.topic == self.topic.name);
                let read = |p: &&GroupPartitionFacts| match group.is_queue() {
                    true => group.members.iter().any(|member| member.assignment.contains(&p.tp)),
                    false => p.owner.is_some(),
                };
                let owned = of_topic.filter(read).count();
                let words = format!("{owned} / {}", self.topic.partitions.len());
                widgets::data_quiet(ui, &words);
            }
            5 => crate::ui::screens::groups::lag_of(ui, ctx, group, group.lag_on(&self.topic.name)),
            6 => {
                drop(widgets::data_quiet(ui, &crate::ui::screens::group::behind(ctx, behind(group, &self.topic.name))))
            }
            _ => crate::ui::screens::groups::trend(ui, ctx, group),
        }
    }
}
