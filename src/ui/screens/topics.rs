//! The list of topics: find, sort, mark, and all that can be done to them; below, the selected one's rates and what
//! needs a look.

pub mod danger;
mod detail;
pub mod dialogs;
mod findings;
mod list;
mod looks;
mod rows;

use std::{collections::BTreeSet, sync::Arc};

use egui::{Id, Ui};

use self::{
    dialogs::TopicDialog,
    list::{Question, TopicList},
    rows::{Titles, TopicRows},
};
use crate::ui::{
    Command, Ctx, Place, icon,
    theme::BETWEEN,
    widgets::{self, Button, Table, TableState},
};

pub use self::rows::change_items;

/// Height of the cards below the list, in points, while there is room.
const DETAIL_HEIGHT: f32 = 300.0;
/// The list keeps at least this height, in points.
const LIST_HEIGHT_MIN: f32 = 180.0;

/// What the screen keeps between frames.
#[derive(Default)]
pub struct TopicsScreen {
    table: TableState,
    question: Question,
    list: TopicList,
    findings: Vec<looks::Finding>,
    /// By name, as rows move when the list is sorted anew.
    selected: Option<Arc<str>>,
    marked: BTreeSet<Arc<str>>,
    dialog: Option<TopicDialog>,
}

/// The card of what needs a look for other screens, worked out anew when the facts change.
#[derive(Default)]
pub(super) struct NeedsALook {
    revision: Option<u64>,
    findings: Vec<looks::Finding>,
}

impl NeedsALook {
    /// Draws the card.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.revision != Some(ctx.facts.revision) {
            self.revision = Some(ctx.facts.revision);
            self.findings = looks::findings(ctx.facts);
        }
        findings::show(ui, ctx, &self.findings);
    }
}

impl TopicsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if ctx.take(Command::NewTopic) {
            self.dialog = Some(TopicDialog::new_topic());
        }
        self.update(ctx);
        widgets::page(ui, |ui| {
            self.header(ui, ctx);
            ui.add_space(8.0);
            if ctx.facts.topics.is_empty() {
                self.nothing(ui, ctx);
            } else {
                self.body(ui, ctx);
            }
        });
        dialogs::show(ui, ctx, &mut self.dialog);
    }

    fn update(&mut self, ctx: &Ctx<'_>) {
        self.question.sort = self.table.sort().map(|(id, descending)| (id.to_owned(), descending));
        if !self.list.update(ctx.facts, &self.question) {
            return;
        }
        self.findings = looks::findings(ctx.facts);
        self.marked.retain(|name| ctx.facts.topic(name).is_some());
        self.table.selected = self.selected.as_ref().and_then(|name| self.list.row(ctx.facts, name));
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let counts = [
            ("shown", (self.list.len() as u64).into()),
            ("total", (ctx.facts.topics.len() as u64).into()),
            ("hidden", (self.list.hidden as u64).into()),
        ];
        let about = ctx.text.with("topics-count", &counts);
        // There is nothing to count, find or leave out of an empty list.
        let any = !ctx.facts.topics.is_empty();
        widgets::page_header(
            ui,
            &[],
            &ctx.t("nav-topics"),
            |ui| {
                if any {
                    widgets::quiet(ui, &about);
                }
            },
            |ui| {
                let why = ctx.read_only_why();
                if ui.add(Button::primary(&ctx.t("topics-new")).unless(why.as_deref())).clicked() {
                    self.dialog = Some(TopicDialog::new_topic());
                }
                let import = ctx.t("topics-import");
                if ui.add(Button::secondary(&import).icon(icon::IMPORT).unless(why.as_deref())).clicked() {
                    ctx.act(crate::ui::Action::Run(Command::ImportFile));
                }
                if !any {
                    return;
                }
                let id = Id::unique("topics-find");
                if ctx.take(Command::Find) {
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
                let size = egui::vec2(190.0, crate::ui::theme::CONTROL);
                // A field lays itself out from the left, also in this row from the right.
                ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    widgets::search(ui, id, &mut self.question.find, &ctx.t("topics-find"), "", 190.0);
                });
                let mut more = self.question.internal;
                widgets::more(ui, &ctx.t("topics-view"), |ui| {
                    widgets::check(ui, &mut more, &ctx.t("topics-show-internal"));
                });
                self.question.internal = more;
            },
        );
    }

    fn nothing(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if let Some(problem) = &ctx.facts.problem {
            widgets::problem_page(ui, ctx, problem, None);
        } else if ctx.facts.first_load_done {
            let (sentence, verb) = (ctx.t("topics-none"), ctx.t("topics-new"));
            let clicked = widgets::empty(ui, icon::TOPICS, &sentence, Some(&verb));
            if clicked.is_some_and(|response| response.clicked()) {
                self.dialog = Some(TopicDialog::new_topic());
            }
        }
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if !self.marked.is_empty() {
            self.marked_bar(ui, ctx);
        }
        let room = ui.available_height();
        let detail = DETAIL_HEIGHT.min(room - LIST_HEIGHT_MIN - BETWEEN).max(0.0);
        // A short list leaves its room to the chart.
        let wanted = 36.0 + self.list.len().max(3) as f32 * crate::ui::theme::ROW;
        let list_height = (room - detail - BETWEEN).min(wanted).max(LIST_HEIGHT_MIN.min(room));
        let width = ui.available_width();
        ui.allocate_ui(egui::vec2(width, list_height), |ui| {
            ui.set_max_height(list_height);
            widgets::card_fill(ui, |ui| self.table(ui, ctx));
        });
        let left = ui.available_height();
        if left < 120.0 {
            return;
        }
        ui.add_space(4.0);
        let selected = self.selected.as_ref().and_then(|name| ctx.facts.topic(name));
        let height = ui.available_height();
        widgets::columns(ui, height, &[5.0, 3.0], |ui, column| match column {
            0 => detail::chart(ui, ctx, selected),
            _ => findings::show(ui, ctx, &self.findings),
        });
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.list.len() == 0 {
            let sentence = ctx.text.with("topics-none-found", &[("find", self.question.find.trim().into())]);
            let verb = ctx.t("topics-find-clear");
            if widgets::empty(ui, icon::SEARCH, &sentence, Some(&verb)).is_some_and(|r| r.clicked()) {
                self.question.find.clear();
            }
            return;
        }
        let titles = Titles::new(ctx);
        let columns = titles.columns();
        let mut rows = TopicRows {
            ctx,
            list: &self.list,
            findings: &self.findings,
            marked: &mut self.marked,
            dialog: &mut self.dialog,
        };
        let name = ctx.t("nav-topics");
        let table = Table::new("topics", &name, &columns).sorted_by("name", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        if response.selection_changed {
            let topic = self.table.selected.and_then(|row| self.list.topic(ctx.facts, row));
            self.selected = topic.map(|topic| Arc::clone(&topic.name));
            if let Some(name) = self.selected.as_ref().filter(|_| ui.input(|input| input.modifiers.command)) {
                rows::toggle(&mut self.marked, name);
            }
        }
        if let Some(topic) = response.opened.and_then(|row| self.list.topic(ctx.facts, row)) {
            ctx.go(Place::topic(&*topic.name));
        }
        if let Some(session) = ctx.session {
            let rows = response.visible.clone().filter_map(|row| self.list.topic(ctx.facts, row));
            let selected = self.selected.iter().cloned();
            session.set_in_sight(rows.map(|topic| Arc::clone(&topic.name)).chain(selected).collect());
        }
        if response.copy {
            self.copy(ctx);
        }
        self.keys(ui, ctx, response.has_focus);
    }

    /// Space marks the selected row, Delete asks to delete what is marked or selected.
    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>, focus: bool) {
        let Some(selected) = self.selected.clone().filter(|_| focus) else { return };
        let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
        if pressed(egui::Key::Space) {
            rows::toggle(&mut self.marked, &selected);
        }
        if pressed(egui::Key::Delete) {
            let names: Vec<_> =
                if self.marked.is_empty() { vec![selected] } else { self.marked.iter().cloned().collect() };
            danger::ask_delete(ctx, &names);
        }
    }

    fn marked_bar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let names: Vec<Arc<str>> = self.marked.iter().cloned().collect();
        let words = ctx.text.with("topics-marked", &[("count", (names.len() as u64).into())]);
        let mut clear = false;
        widgets::toolbar(
            ui,
            |ui| drop(widgets::strong(ui, &words)),
            |ui| {
                let why = ctx.read_only_why();
                if ui.add(Button::danger(&ctx.t("topics-delete")).unless(why.as_deref())).clicked() {
                    danger::ask_delete(ctx, &names);
                }
                if ui.add(Button::danger(&ctx.t("topics-empty")).unless(why.as_deref())).clicked() {
                    danger::ask_empty(ctx, &names);
                }
                clear = widgets::secondary(ui, &ctx.t("topics-unmark-all")).clicked();
                if widgets::secondary(ui, &ctx.t("topics-mark-all")).clicked() {
                    let all = (0..self.list.len() as u64).filter_map(|row| self.list.topic(ctx.facts, row));
                    self.marked.extend(all.filter(|t| !t.internal).map(|t| Arc::clone(&t.name)));
                }
            },
        );
        ui.add_space(4.0);
        if clear {
            self.marked.clear();
        }
    }

    /// The list as tab-separated text, as spreadsheets take it.
    fn copy(&self, ctx: &Ctx<'_>) {
        let unknown = || crate::ui::format::UNKNOWN.to_owned();
        let lines = (0..self.list.len() as u64).filter_map(|row| self.list.topic(ctx.facts, row)).map(|t| {
            let lag = t.worst_lag.records().map_or_else(unknown, |lag| lag.to_string());
            let size = t.size_bytes.map_or_else(unknown, |size| size.to_string());
            format!("{}\t{}\t{}\t{}\t{}\t{}", t.name, t.partitions.len(), t.records, size, t.groups, lag)
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        ctx.act(crate::ui::Action::Copy(text));
    }
}
