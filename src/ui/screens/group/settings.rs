//! Group > Settings: those that count for its type, each with explanation, default and unit, changed in place.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use egui::{ScrollArea, Ui};

use crate::{
    model::{ConfigEntry, GroupKind},
    session::{ConfigChange, GroupFacts, Loadable},
    ui::{
        ctx::Ctx,
        icon,
        screens::topic::settings::row::{self, Draft},
        widgets::{self, Button},
    },
};

/// The table is no wider than this, in points: a value far from its name is hard to match with it.
const WIDTH_MAX: f32 = 1_080.0;
/// Settings are asked for anew after this long, unless something is being edited.
const FRESH: Duration = Duration::from_secs(10);

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct GroupSettings {
    configs: Loadable<Vec<ConfigEntry>>,
    asked: Option<Instant>,
    drafts: BTreeMap<String, Draft>,
}

impl GroupSettings {
    /// Draws the tab on all the space that is left.
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        if group.kind == GroupKind::Classic {
            widgets::empty(ui, icon::SETTINGS, &ctx.t("group-settings-none"), None);
            return;
        }
        self.ask(ctx, group);
        self.toolbar(ui, ctx, group);
        ui.add_space(4.0);
        let view = self.configs.view();
        if let Some(problem) = &view.problem
            && widgets::problem(ui, ctx, problem, Some(&ctx.t("retry")))
        {
            self.asked = None;
        }
        match view.value {
            Some(configs) => self.content(ui, ctx, group, &configs),
            None => {
                if let Some(since) = view.loading_since {
                    widgets::waiting(ui, since, &ctx.t("settings-loading"));
                }
            }
        }
    }

    fn ask(&mut self, ctx: &Ctx<'_>, group: &GroupFacts) {
        let due = self.asked.is_none_or(|at| at.elapsed() > FRESH && self.drafts.is_empty());
        if !due || ctx.session.is_none() {
            return;
        }
        self.asked = Some(Instant::now());
        let (id, slot) = (group.id.to_string(), self.configs.clone());
        ctx.with_session(move |session| session.load_group_configs(id, &slot));
    }

    fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        let count = self.drafts.len() as u64;
        let faulty = self.drafts.values().any(|draft| draft.fault.is_some()).then(|| ctx.t("settings-fault"));
        let about = if group.is_queue() { "queue-settings-about" } else { "group-settings-about" };
        let (mut apply, mut discard) = (false, false);
        widgets::toolbar(
            ui,
            |ui| drop(widgets::quiet(ui, &ctx.t(about))),
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
            let (changes, id, slot) = (changes.collect(), group.id.to_string(), self.configs.clone());
            ctx.with_session(move |session| {
                session.change_group_configs(id, changes, slot);
            });
        }
        if apply || discard {
            self.drafts.clear();
        }
    }

    fn content(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, configs: &[ConfigEntry]) {
        let shown = configs.iter().filter(|config| belongs(group.kind, &config.name));
        // What was set on this group comes first: it is what makes the group different.
        let (own, others): (Vec<_>, Vec<_>) = shown.partition(|config| config.source.is_own());
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(WIDTH_MAX));
            widgets::card(ui, |ui| {
                let width = ui.available_width();
                for (at, config) in own.into_iter().chain(others).enumerate() {
                    if at > 0 {
                        widgets::rule(ui);
                    }
                    row::show(ui, ctx, width, config, &mut self.drafts);
                }
            });
        });
    }
}

/// A broker tells the settings of all types of groups for each; only those of its own type count.
fn belongs(kind: GroupKind, name: &str) -> bool {
    match kind {
        GroupKind::Share => !name.starts_with("consumer.") && !name.starts_with("streams."),
        GroupKind::Consumer => name.starts_with("consumer."),
        GroupKind::Classic => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_of_group_has_its_own_settings() {
        for name in ["share.record.lock.duration.ms", "errors.deadletterqueue.topic.name"] {
            assert!(belongs(GroupKind::Share, name) && !belongs(GroupKind::Consumer, name), "{name}");
        }
        assert!(belongs(GroupKind::Consumer, "consumer.session.timeout.ms"));
        assert!(!belongs(GroupKind::Share, "consumer.session.timeout.ms"));
    }
}
