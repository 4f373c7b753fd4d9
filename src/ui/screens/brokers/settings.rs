//! The settings of one broker: where each value comes from, what it means, and a change of what can change while it runs.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use egui::{Id, ScrollArea, Ui};

use crate::{
    model::{ConfigEntry, ConfigSource},
    session::{ConfigChange, Loadable},
    ui::{
        Action, Command,
        confirm::Confirm,
        ctx::Ctx,
        format,
        screens::topic::settings::row::{self, Draft, Heights},
        widgets::{self, Button},
    },
};

/// No wider than this, in points: a value far from its name is hard to match with it.
const WIDTH_MAX: f32 = 1_080.0;
/// Settings are asked for anew after this long, unless something is being edited.
const FRESH: Duration = Duration::from_secs(10);

/// Which settings are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Which {
    /// What somebody has set.
    Changed,
    /// What can be changed while the broker runs.
    #[default]
    Dynamic,
    All,
}

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct SettingsTab {
    of: Option<i32>,
    configs: Loadable<Vec<ConfigEntry>>,
    asked: Option<Instant>,
    drafts: BTreeMap<String, Draft>,
    find: String,
    which: Which,
    for_all: bool,
    heights: Heights,
}

impl SettingsTab {
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, broker: i32) {
        if self.of != Some(broker) {
            // What was begun for one broker is not meant for another.
            let (find, which) = (std::mem::take(&mut self.find), self.which);
            *self = Self { of: Some(broker), find, which, ..Self::default() };
        }
        self.ask(ctx, broker);
        self.toolbar(ui, ctx, broker);
        ui.add_space(4.0);
        let view = self.configs.view();
        if let Some(problem) = &view.problem
            && widgets::problem(ui, ctx, problem, Some(&ctx.t("retry")))
        {
            self.asked = None;
        }
        match view.value {
            Some(configs) => self.content(ui, ctx, &configs),
            None => {
                if let Some(since) = view.loading_since {
                    widgets::waiting(ui, since, &ctx.t("settings-loading"));
                }
            }
        }
    }

    fn ask(&mut self, ctx: &Ctx<'_>, broker: i32) {
        let due = self.asked.is_none_or(|at| at.elapsed() > FRESH && self.drafts.is_empty());
        if let Some(session) = ctx.session.filter(|_| due) {
            self.asked = Some(Instant::now());
            session.load_broker_configs(broker, &self.configs);
        }
    }

    fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, broker: i32) {
        let (find, count) = (ctx.t("settings-find"), self.drafts.len() as u64);
        let faulty = self.drafts.values().any(|draft| draft.fault.is_some()).then(|| ctx.t("settings-fault"));
        let why = ctx.read_only_why().or(faulty);
        let id = Id::unique("broker-settings-find");
        if ctx.take(Command::Find) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let (mut apply, mut discard) = (false, false);
        let words = ["broker-settings-changed", "broker-settings-dynamic", "broker-settings-all"].map(|id| ctx.t(id));
        let entries = [(Which::Changed, &*words[0]), (Which::Dynamic, &*words[1]), (Which::All, &*words[2])];
        let (this, all) = (
            ctx.text.with("broker-settings-this", &[("id", broker.to_string().into())]),
            ctx.t("broker-settings-every"),
        );
        widgets::toolbar(
            ui,
            |ui| {
                widgets::search(ui, id, &mut self.find, &find, "", 220.0);
                ui.add_space(8.0);
                widgets::segmented(ui, &mut self.which, &entries);
            },
            |ui| {
                if count > 0 {
                    let verb = ctx.text.with("settings-apply", &[("count", count.into())]);
                    apply = ui.add(Button::primary(&verb).unless(why.as_deref())).clicked();
                    discard = widgets::secondary(ui, &ctx.t("settings-discard")).clicked();
                    widgets::segmented(ui, &mut self.for_all, &[(false, this.as_str()), (true, &*all)]);
                }
            },
        );
        if apply {
            self.ask_apply(ctx, broker);
        }
        if discard {
            self.drafts.clear();
        }
    }

    /// A broker's settings reach everybody who uses it, so what changes is shown once more.
    fn ask_apply(&mut self, ctx: &Ctx<'_>, broker: i32) {
        let configs = self.configs.value().unwrap_or_default();
        let before = |name: &str| {
            let value = configs.iter().find(|config| config.name == name).and_then(|config| config.value.clone());
            value.filter(|value| !value.is_empty()).unwrap_or_else(|| format::UNKNOWN.to_owned())
        };
        let default = ctx.t("broker-settings-back");
        let line = |(name, draft): (&String, &Draft)| {
            format!("{name}: {} → {}", before(name), draft.value.as_deref().unwrap_or(&default))
        };
        let mut losses: Vec<String> = self.drafts.iter().map(line).collect();
        losses.push(ctx.t("broker-settings-at-once").to_string());
        let changes: Vec<_> = self
            .drafts
            .iter()
            .map(|(name, draft)| match &draft.value {
                Some(value) => ConfigChange::Set(name.clone(), value.trim().to_owned()),
                None => ConfigChange::Reset(name.clone()),
            })
            .collect();
        let args = [("id", broker.to_string().into()), ("count", (changes.len() as u64).into())];
        let title = if self.for_all { "broker-settings-ask-all" } else { "broker-settings-ask" };
        let (slot, for_all) = (self.configs.clone(), self.for_all);
        ctx.act(Action::Ask(Confirm {
            title: ctx.text.with(title, &args),
            losses,
            verb: ctx.text.with("settings-apply", &args),
            effect: None,
            typed: None,
            work: Box::new(move |session| {
                session.change_broker_configs(broker, for_all, changes, slot);
            }),
        }));
        self.drafts.clear();
    }

    fn content(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, configs: &[ConfigEntry]) {
        let find = self.find.trim().to_lowercase();
        let is_listed = |config: &&ConfigEntry| match self.which {
            // What is looked for may be any of them.
            _ if !find.is_empty() || self.drafts.contains_key(&config.name) => true,
            Which::Changed => config.source.is_set(),
            Which::Dynamic => !config.read_only,
            Which::All => true,
        };
        let is_found = |config: &&ConfigEntry| {
            let said = config.documentation.as_deref().unwrap_or_default();
            config.name.contains(&find) || said.to_lowercase().contains(&find)
        };
        let shown: Vec<_> = configs.iter().filter(is_listed).filter(is_found).collect();
        // What was set comes first: it is what makes the broker different.
        let (set, others): (Vec<&ConfigEntry>, Vec<&ConfigEntry>) =
            shown.into_iter().partition(|config| config.source.is_set());
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(WIDTH_MAX));
            widgets::card(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 8.0;
                if set.is_empty() && others.is_empty() {
                    widgets::faint(ui, &ctx.t("settings-none-found"));
                }
                let width = ui.available_width();
                let mut first = true;
                for config in set.into_iter().chain(others) {
                    if !std::mem::take(&mut first) {
                        widgets::rule(ui);
                    }
                    let is_own = matches!(config.source, ConfigSource::Broker | ConfigSource::Cluster);
                    let drafts = &mut self.drafts;
                    self.heights.show(ui, width, &config.name, |ui| {
                        row::show_of(ui, ctx, width, config, is_own, drafts);
                    });
                }
            });
        });
    }
}
