//! The rules of the cluster's authorizer: find, add, delete, and those that a producer or a consumer usually needs.

use std::sync::Arc;

use egui::{Id, Ui};

use super::dialog::RuleDialog;
use crate::{
    model::{Acl, AclPattern, AclPermission},
    session::{Loadable, access::AclList},
    ui::{
        Action, Command,
        confirm::Confirm,
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        widgets::{self, Button, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct RulesTab {
    rules: Loadable<AclList>,
    asked: bool,
    find: String,
    table: TableState,
    shown: Vec<usize>,
    dialog: Option<RuleDialog>,
}

struct RuleRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    rules: &'a [Acl],
    shown: &'a [usize],
    slot: &'a Loadable<AclList>,
}

impl RulesTab {
    /// The next frame asks anew.
    pub fn forget(&mut self) {
        self.asked = false;
    }

    pub fn count(&self) -> Option<u64> {
        self.rules.value().map(|list| list.rules.len() as u64).filter(|n| *n > 0)
    }

    /// The buttons in the head of the screen.
    pub fn buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let disabled =
            self.rules.value().is_some_and(|list| list.disabled.is_some()).then(|| ctx.t("acl-no-authorizer"));
        let why = ctx.read_only_why().or(disabled);
        if Button::primary(&ctx.t("acl-add")).unless(why.as_deref()).show(ui).clicked() {
            self.dialog = Some(RuleDialog::rule());
        }
        if Button::secondary(&ctx.t("acl-consumer")).unless(why.as_deref()).show(ui).clicked() {
            self.dialog = Some(RuleDialog::consumer());
        }
        if Button::secondary(&ctx.t("acl-producer")).unless(why.as_deref()).show(ui).clicked() {
            self.dialog = Some(RuleDialog::producer());
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(session) = ctx.session else { return };
        if !self.asked {
            self.asked = true;
            session.load_acls(&self.rules);
        }
        let view = self.rules.view();
        if let Some(problem) = &view.problem {
            if widgets::problem(ui, ctx, problem, Some(&ctx.t("retry"))) {
                self.asked = false;
            }
        } else {
            match view.value.as_deref() {
                None => {
                    if let Some(since) = view.loading_since {
                        widgets::waiting(ui, since, &ctx.t("acl-loading"));
                    }
                }
                Some(AclList { disabled: Some(why), .. }) => {
                    widgets::empty(
                        ui,
                        icon::LOCK,
                        &ctx.text.with("acl-disabled", &[("why", why.as_str().into())]),
                        None,
                    );
                }
                Some(list) if list.rules.is_empty() => {
                    widgets::empty(ui, icon::LOCK, &ctx.t("acl-none"), None);
                }
                Some(list) => self.list(ui, ctx, &list.rules),
            }
        }
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui, ctx, &self.rules)
        {
            self.dialog = None;
        }
    }

    fn list(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rules: &[Acl]) {
        let id = Id::unique("acl-find");
        if ctx.take(Command::Find) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let find = self.find.trim().to_lowercase();
        self.shown = (0..rules.len()).filter(|at| rules[*at].to_string().to_lowercase().contains(&find)).collect();
        sort(&mut self.shown, rules, self.table.sort());
        let found = (!find.is_empty()).then_some((self.shown.len(), rules.len()));
        widgets::toolbar(
            ui,
            |ui| {
                widgets::search(ui, id, &mut self.find, &ctx.t("acl-find"), "", 300.0);
                if let Some((shown, total)) = found {
                    let args = [("shown", shown.into()), ("total", total.into())];
                    widgets::quiet(ui, &ctx.text.with("acl-found", &args));
                }
            },
            |ui| {
                // What was found can be deleted together: all of a user, all of a topic.
                let Some((1.., _)) = found else { return };
                let all: Vec<Acl> = self.shown.iter().map(|at| rules[*at].clone()).collect();
                let (n, why) = ([("n", all.len().into())], ctx.read_only_why());
                let verb = ctx.text.with("acl-delete-found", &n);
                if ui.add(Button::danger(&verb).unless(why.as_deref())).clicked() {
                    ask_delete(ctx, all, &self.rules);
                }
            },
        );
        ui.add_space(4.0);
        if self.shown.is_empty() {
            let sentence = ctx.text.with("acl-none-found", &[("find", self.find.trim().into())]);
            widgets::empty(ui, icon::SEARCH, &sentence, None);
            return;
        }
        widgets::card_fill(ui, |ui| self.table(ui, ctx, rules));
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rules: &[Acl]) {
        let ids = ["acl-principal", "acl-permission", "acl-operation", "acl-resource", "acl-name", "acl-host"];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("principal", &words[0], 190.0).sorts().grows_to(300.0).stays(),
            Column::left("permission", &words[1], 104.0).sorts(),
            Column::left("operation", &words[2], 150.0).sorts(),
            Column::left("resource", &words[3], 140.0).sorts(),
            Column::left("name", &words[4], 220.0).sorts().grows_to(420.0),
            Column::left("host", &words[5], 130.0),
        ];
        let mut rows = RuleRows { ctx, rules, shown: &self.shown, slot: &self.rules };
        let name = ctx.t("access-tab-rules");
        Table::new("acls", &name, &columns).sorted_by("principal", false).primary().show(
            ui,
            ctx,
            &mut self.table,
            &mut rows,
        );
    }
}

fn sort(shown: &mut [usize], rules: &[Acl], by: Option<(&str, bool)>) {
    let Some((column, descending)) = by else { return };
    let key = |at: &usize| -> (String, usize) {
        let rule = &rules[*at];
        let word = match column {
            "permission" => rule.permission.as_str().to_owned(),
            "operation" => rule.operation.as_str().to_owned(),
            "resource" => rule.resource.as_str().to_owned(),
            "name" => rule.name.clone(),
            _ => rule.principal.clone(),
        };
        (word, *at)
    };
    match descending {
        true => shown.sort_by_key(|at| std::cmp::Reverse(key(at))),
        false => shown.sort_by_key(key),
    }
}

/// Asks before rules are deleted: who loses what.
fn ask_delete(ctx: &Ctx<'_>, rules: Vec<Acl>, slot: &Loadable<AclList>) {
    const NAMED_MAX: usize = 6;
    let n = [("n", rules.len().into())];
    let mut losses: Vec<String> = rules.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    if rules.len() > NAMED_MAX {
        losses.push(ctx.text.with("acl-delete-more", &[("n", (rules.len() - NAMED_MAX).into())]));
    }
    losses.push(ctx.t("acl-delete-loss").to_string());
    let slot = slot.clone();
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("acl-delete-title", &n),
        losses,
        verb: ctx.text.with("acl-delete-verb", &n),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            session.delete_acls(rules, slot);
        }),
    }));
}

impl RuleRows<'_, '_> {
    fn at(&self, row: u64) -> Option<&Acl> {
        self.rules.get(*self.shown.get(usize::try_from(row).ok()?)?)
    }
}

impl Rows for RuleRows<'_, '_> {
    fn count(&self) -> u64 {
        self.shown.len() as u64
    }

    fn name(&self, row: u64) -> String {
        self.at(row).map(ToString::to_string).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(rule) = self.at(row) else { return };
        match column {
            0 => drop(widgets::elided(ui, &rule.principal, fonts::medium(13.0), theme.text)),
            1 => {
                let (glyph, word, color) = match rule.permission {
                    AclPermission::Allow => (icon::CHECK, ctx.t("acl-allow"), theme.good),
                    AclPermission::Deny => (icon::BLOCK, ctx.t("acl-deny"), theme.bad),
                    AclPermission::Unknown => (icon::HELP, ctx.t("acl-unknown"), theme.care),
                };
                widgets::chip(ui, glyph, &word, color);
            }
            2 => drop(widgets::data(ui, rule.operation.as_str())),
            3 => drop(widgets::data_quiet(ui, rule.resource.as_str())),
            4 => {
                widgets::elided(ui, &rule.name, fonts::data(), theme.text);
                if rule.pattern == AclPattern::Prefixed {
                    widgets::chip_plain(ui, &ctx.t("acl-prefixed"), theme.note)
                        .on_hover_text(&*ctx.t("acl-prefixed-about"));
                }
            }
            _ => drop(widgets::elided(ui, &rule.host, fonts::data(), theme.quiet)),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some(rule) = self.at(row) else { return };
        if widgets::item(ui, icon::COPY, &ctx.t("acl-copy"), None) {
            ctx.act(Action::Copy(rule.to_string()));
        }
        widgets::rule(ui);
        if widgets::item_danger(ui, icon::DELETE, &ctx.t("acl-delete"), ctx.read_only_why().as_deref()) {
            ask_delete(ctx, vec![rule.clone()], self.slot);
        }
    }
}
