//! One topic: its head, its tabs, and which tab draws.
//!
//! The tabs keep what they hold while the topic stays the same, also when another place is shown in between.

pub mod groups;
pub mod messages;
pub mod partitions;
pub mod produce;
pub mod producers;
pub mod record;
pub mod settings;

use std::time::{Duration, Instant};

use egui::{CentralPanel, Frame, Margin, Panel, Ui};
use uuid::Uuid;

use self::messages::MessagesOutcome;
use super::topics::{self, dialogs::TopicDialog};
use crate::{
    model::{Offset, PartitionId},
    session::TopicFacts,
    ui::{
        Action, Command, Place, TopicTab,
        ctx::Ctx,
        format, icon,
        theme::{self, AROUND},
        widgets::{self, Button},
    },
};

/// A topic that was just made is in the next picture of the cluster: before this nobody is told that it is missing.
const MISSING_UNSEEN: Duration = Duration::from_millis(1_500);

/// Topics whose half-written records are kept while others are looked at.
const DRAFTS_MAX: usize = 16;

/// What the screen keeps between frames.
#[derive(Default)]
pub struct TopicScreen {
    name: String,
    /// Tells a topic from another of the same name that was made after it was deleted.
    id: Option<Uuid>,
    missing_since: Option<Instant>,
    messages: messages::MessagesTab,
    produce: produce::ProduceTab,
    partitions: partitions::PartitionsTab,
    producers: producers::ProducersTab,
    groups: groups::GroupsTab,
    settings: settings::SettingsTab,
    dialog: Option<TopicDialog>,
    /// What was begun to be produced to other topics, the last one left at the end.
    drafts: Vec<(String, produce::ProduceTab)>,
    /// A record to be brought into sight, with its topic.
    wanted: Option<(String, PartitionId, Offset)>,
}

impl TopicScreen {
    /// The next time that topic's messages are drawn, this record is brought into sight.
    pub fn show_record(&mut self, topic: &str, partition: PartitionId, offset: Offset) {
        self.wanted = Some((topic.to_owned(), partition, offset));
    }

    /// Turns to another topic; what was being written for this one waits until somebody comes back.
    fn turn_to(&mut self, name: &str) {
        let mut drafts = std::mem::take(&mut self.drafts);
        if !self.name.is_empty() {
            if drafts.len() == DRAFTS_MAX {
                drafts.remove(0);
            }
            drafts.push((std::mem::take(&mut self.name), std::mem::take(&mut self.produce)));
        }
        let before = drafts.iter().position(|(topic, _)| topic == name);
        let produce = before.map_or_else(Default::default, |at| drafts.remove(at).1);
        *self = Self { name: name.to_owned(), produce, drafts, wanted: self.wanted.take(), ..Self::default() };
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, name: &str, tab: TopicTab) {
        if self.name != name {
            self.turn_to(name);
        }
        let found = ctx.facts.topics.binary_search_by(|topic| (*topic.name).cmp(name));
        let Ok(index) = found else {
            self.missing(ui, ctx);
            return;
        };
        let topic = &ctx.facts.topics[index];
        if self.id.is_some() && topic.id.is_some() && self.id != topic.id {
            let drafts = std::mem::take(&mut self.drafts);
            *self = Self { name: name.to_owned(), drafts, wanted: self.wanted.take(), ..Self::default() };
        }
        (self.id, self.missing_since) = (topic.id, None);
        if let Some((_, partition, offset)) = self.wanted.take_if(|(topic, ..)| topic == name) {
            self.messages.show_record(partition, offset);
        }
        if head(ui, ctx, topic, tab, &mut self.dialog)
            && let Some(session) = ctx.session
        {
            session.propose_export(self.messages.export_draft(name));
            ctx.go(Place::Transfers);
        }
        match tab {
            TopicTab::Messages => match self.messages.ui(ui, ctx, topic) {
                Some(MessagesOutcome::ProduceAgain(record)) => {
                    self.produce.prefill(*record);
                    ctx.go(Place::Topic { name: name.to_owned(), tab: TopicTab::Produce });
                }
                Some(MessagesOutcome::ProduceFirst) => {
                    ctx.go(Place::Topic { name: name.to_owned(), tab: TopicTab::Produce });
                }
                None => {}
            },
            TopicTab::Produce => self.produce.ui(ui, ctx, topic),
            TopicTab::Partitions => self.partitions.ui(ui, ctx, topic),
            TopicTab::Producers => self.producers.ui(ui, ctx, topic),
            TopicTab::Groups => self.groups.ui(ui, ctx, topic),
            TopicTab::Settings => self.settings.ui(ui, ctx, topic),
        }
        topics::dialogs::show(ui, ctx, &mut self.dialog);
    }

    fn missing(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let since = *self.missing_since.get_or_insert_with(Instant::now);
        widgets::page(ui, |ui| {
            if widgets::page_header(ui, &[&*ctx.t("nav-topics")], &self.name, |_| (), |_| ()).is_some() {
                ctx.go(Place::Topics);
            }
            if !ctx.facts.first_load_done || since.elapsed() < MISSING_UNSEEN {
                ui.request_repaint_after(MISSING_UNSEEN);
                widgets::waiting(ui, since, &ctx.t("topic-loading"));
                return;
            }
            // What it held is gone; reading on would only bring errors.
            self.messages = messages::MessagesTab::default();
            let sentence = ctx.text.with("topic-missing", &[("topic", self.name.as_str().into())]);
            let back = widgets::empty(ui, icon::TOPICS, &sentence, Some(&*ctx.t("topic-missing-back")));
            if back.is_some_and(|button| button.clicked()) {
                ctx.go(Place::Topics);
            }
        });
    }
}

/// Where it stands, its name and figures, what can be done, and the tabs. True when an export is asked for.
fn head(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, tab: TopicTab, dialog: &mut Option<TopicDialog>) -> bool {
    let mut export = false;
    let theme = theme::of(ui);
    let margin = Margin { left: AROUND as i8, right: AROUND as i8, top: AROUND as i8, bottom: 0 };
    let shown = Panel::top("topic-head")
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(theme.window).inner_margin(margin))
        .show(ui, |ui| {
            let way = [&*ctx.t("nav-topics")];
            let clicked = widgets::page_header(
                ui,
                &way,
                &topic.name,
                |ui| figures(ui, ctx, topic),
                |ui| {
                    export = buttons(ui, ctx, topic, dialog);
                },
            );
            if clicked.is_some() {
                ctx.go(Place::Topics);
            }
            let mut current = tab;
            let words = TopicTab::ALL.map(|tab| ctx.t(word_of(tab)));
            let entries: Vec<_> = TopicTab::ALL.iter().zip(&words).map(|(tab, word)| (*tab, &**word, None)).collect();
            if widgets::tabs(ui, &mut current, &entries) {
                ctx.go(Place::Topic { name: topic.name.to_string(), tab: current });
            }
        });
    // The line under the tabs runs from edge to edge, as the table below does; the tabs draw their own part of it.
    let rect = shown.response.rect;
    for side in [rect.left()..=rect.left() + AROUND, rect.right() - AROUND..=rect.right()] {
        ui.painter().hline(side, rect.bottom() - 0.5, theme.rule());
    }
    export
}

fn word_of(tab: TopicTab) -> &'static str {
    match tab {
        TopicTab::Messages => "topic-tab-messages",
        TopicTab::Produce => "topic-tab-produce",
        TopicTab::Partitions => "topic-tab-partitions",
        TopicTab::Producers => "topic-tab-producers",
        TopicTab::Groups => "topic-tab-groups",
        TopicTab::Settings => "topic-tab-settings",
    }
}

fn figures(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
    let theme = theme::of(ui);
    let partitions = ctx.text.with("count-partitions", &[("n", topic.partitions.len().into())]);
    widgets::chip_plain(ui, &partitions, theme.note);
    if topic.internal {
        widgets::chip_plain(ui, &ctx.t("topic-internal"), theme.quiet);
    }
    if let Some(damage) = &topic.damage {
        widgets::chip(ui, icon::CARE, &ctx.t("topic-damaged"), theme.bad).on_hover_text(damage);
    }
    let records = ctx.text.with("count-records", &[("n", topic.records.into())]);
    let words = match topic.size_bytes {
        Some(bytes) => format!("{records} · {}", format::bytes_text(bytes)),
        None => records,
    };
    widgets::quiet(ui, &words);
}

/// True when Export was clicked.
fn buttons(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, dialog: &mut Option<TopicDialog>) -> bool {
    widgets::more(ui, &ctx.t("topic-more"), |ui| {
        if widgets::item(ui, icon::LABS, &ctx.t("watch-menu"), None) {
            ctx.go(Place::Watch { topic: topic.name.to_string() });
        }
        if widgets::item(ui, icon::COPY, &ctx.t("topic-copy-name"), None) {
            ctx.act(Action::Copy(topic.name.to_string()));
        }
        if widgets::item_why(ui, icon::IMPORT, &ctx.t("topic-import"), ctx.read_only_why().as_deref()) {
            ctx.act(Action::Run(Command::ImportFile));
        }
        if widgets::item(ui, icon::SETTINGS, &ctx.t("topic-open-settings"), None) {
            ctx.go(Place::Topic { name: topic.name.to_string(), tab: TopicTab::Settings });
        }
        widgets::rule(ui);
        topics::change_items(ui, ctx, topic, dialog);
    });
    let export = ui.add(Button::secondary(&ctx.t("topic-export")).icon(icon::EXPORT)).clicked();
    let (consume, why) = (ctx.t("topic-consume"), ctx.read_only_why());
    if ui.add(Button::secondary(&consume).icon(icon::CONSUME).unless(why.as_deref())).clicked() {
        let name = topic.name.to_string();
        ctx.with_session(move |session| session.consumers().suggest(name));
        ctx.act(Action::Run(Command::NewConsumer));
    }
    export
}

/// The frame of a tab that reaches from edge to edge.
pub(super) fn edge_to_edge<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = Frame::new().fill(theme::of(ui).window);
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            content(ui)
        })
        .inner
}
