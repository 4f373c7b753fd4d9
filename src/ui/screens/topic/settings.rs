//! Topic > Settings: each with its explanation, default and unit, changed in place; below, what changes the topic itself.

mod danger_zone;
pub(in crate::ui::screens) mod row;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use egui::{Id, ScrollArea, Ui};

use self::row::Draft;
use crate::{
    model::ConfigEntry,
    session::{ConfigChange, Loadable, TopicFacts},
    ui::{
        Command,
        ctx::Ctx,
        screens::topics::dialogs::{self, TopicDialog},
        widgets::{self, Button},
    },
};

/// The table is no wider than this, in points: a value far from its name is hard to match with it.
const WIDTH_MAX: f32 = 1_080.0;
/// Settings are asked for anew after this long, unless something is being edited.
const FRESH: Duration = Duration::from_secs(10);

/// What the tab keeps between frames.
#[derive(Default)]
pub struct SettingsTab {
    configs: Loadable<Vec<ConfigEntry>>,
    asked: Option<Instant>,
    drafts: BTreeMap<String, Draft>,
    find: String,
    fixed_shown: bool,
    dialog: Option<TopicDialog>,
}

impl SettingsTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        self.ask(ctx, topic);
        widgets::page(ui, |ui| {
            self.toolbar(ui, ctx, topic);
            ui.add_space(4.0);
            let view = self.configs.view();
            if let Some(problem) = &view.problem
                && widgets::problem(ui, ctx, problem, Some(&ctx.t("retry")))
            {
                self.asked = None;
            }
            match view.value {
                Some(configs) => self.content(ui, ctx, topic, &configs),
                None => {
                    if let Some(since) = view.loading_since {
                        widgets::waiting(ui, since, &ctx.t("settings-loading"));
                    }
                }
            }
        });
        dialogs::show(ui, ctx, &mut self.dialog);
    }

    fn ask(&mut self, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let due = self.asked.is_none_or(|at| at.elapsed() > FRESH && self.drafts.is_empty());
        if !due || ctx.session.is_none() {
            return;
        }
        self.asked = Some(Instant::now());
        let (name, slot) = (topic.name.to_string(), self.configs.clone());
        ctx.with_session(move |session| session.load_topic_configs(name, &slot));
    }

    fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let (find, count) = (ctx.t("settings-find"), self.drafts.len() as u64);
        let faulty = self.drafts.values().any(|draft| draft.fault.is_some()).then(|| ctx.t("settings-fault"));
        let id = Id::unique("topic-settings-find");
        if ctx.take(Command::Find) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let (mut apply, mut discard) = (false, false);
        widgets::toolbar(
            ui,
            |ui| {
                widgets::search(ui, id, &mut self.find, &find, "", 260.0);
                ui.add_space(8.0);
                widgets::switch(ui, &mut self.fixed_shown, &ctx.t("settings-show-fixed"));
            },
            |ui| {
                if count > 0 {
                    let verb = ctx.text.with("settings-apply", &[("count", count.into())]);
                    apply = ui
                        .add(Button::primary(&verb).unless(ctx.unless_read_only(faulty.as_deref()).as_deref()))
                        .clicked();
                    discard = widgets::secondary(ui, &ctx.t("settings-discard")).clicked();
                }
            },
        );
        if apply {
            let changes = self.drafts.iter().map(|(name, draft)| match &draft.value {
                Some(value) => ConfigChange::Set(name.clone(), value.trim().to_owned()),
                None => ConfigChange::Reset(name.clone()),
            });
            let (changes, name, slot) = (changes.collect(), topic.name.to_string(), self.configs.clone());
            ctx.with_session(move |session| {
                session.change_topic_configs(name, changes, slot);
            });
        }
        if apply || discard {
            self.drafts.clear();
        }
    }

    fn content(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, configs: &[ConfigEntry]) {
        let find = self.find.trim().to_lowercase();
        let fixed = self.fixed_shown || !find.is_empty();
        let shown = configs.iter().filter(|config| (fixed || !config.read_only) && config.name.contains(&find));
        // What was set on this topic comes first: it is what makes the topic different.
        let (own, others): (Vec<_>, Vec<_>) = shown.partition(|config| config.source.is_own());
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.set_max_width(ui.available_width().min(WIDTH_MAX));
            widgets::card(ui, |ui| {
                if own.is_empty() && others.is_empty() {
                    widgets::faint(ui, &ctx.t("settings-none-found"));
                }
                let width = ui.available_width();
                let mut first = true;
                for config in own.into_iter().chain(others) {
                    if !std::mem::take(&mut first) {
                        widgets::rule(ui);
                    }
                    row::show(ui, ctx, width, config, &mut self.drafts);
                }
            });
            danger_zone::show(ui, ctx, topic, &mut self.dialog);
        });
    }
}
