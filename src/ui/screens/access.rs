//! Who may do what in a cluster: rules (access control lists), users who log in by SCRAM, and quotas.

mod dialog;
mod quota_dialog;
mod quotas;
mod rules;

use egui::Ui;

use self::{quotas::QuotasTab, rules::RulesTab};
use super::settings::users::UsersCard;
use crate::ui::{ctx::Ctx, widgets};

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Rules,
    Users,
    Quotas,
}

/// What the screen keeps between frames.
#[derive(Default)]
pub struct AccessScreen {
    tab: Tab,
    rules: RulesTab,
    users: UsersCard,
    quotas: QuotasTab,
    /// It was drawn in the last frame: on entering, everything is asked for anew.
    entered: bool,
}

impl AccessScreen {
    /// Tells it whether it is shown: when it is entered, everything is asked for anew, as others may have changed it.
    pub fn note_place(&mut self, is_shown: bool) {
        if is_shown && !self.entered {
            self.rules.forget();
            self.quotas.forget();
            self.users.note_entered();
        }
        self.entered = is_shown;
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::page(ui, |ui| {
            let about = ctx.t("access-about");
            let (tab, rules, quotas) = (self.tab, &mut self.rules, &mut self.quotas);
            widgets::page_header(
                ui,
                &[],
                &ctx.t("nav-access"),
                |ui| drop(widgets::quiet(ui, &about)),
                |ui| match tab {
                    Tab::Rules => rules.buttons(ui, ctx),
                    Tab::Quotas => quotas.buttons(ui, ctx),
                    Tab::Users => {}
                },
            );
            let words = ["access-tab-rules", "access-tab-users", "access-tab-quotas"].map(|id| ctx.t(id));
            let entries = [
                (Tab::Rules, &*words[0], self.rules.count()),
                (Tab::Users, &*words[1], None),
                (Tab::Quotas, &*words[2], self.quotas.count()),
            ];
            widgets::tabs(ui, &mut self.tab, &entries);
            ui.add_space(8.0);
            match self.tab {
                Tab::Rules => self.rules.ui(ui, ctx),
                Tab::Quotas => self.quotas.ui(ui, ctx),
                Tab::Users => {
                    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.users.ui(ui, ctx));
                }
            }
        });
    }
}
