//! Settings > the users: who may log in, and what each may do.

mod dialog;

use egui::{Align, Layout, Ui};

use self::dialog::UserDialog;
use crate::{
    model::Role,
    session::{UserChange, UserInfo, UserList},
    ui::{
        action::Action,
        confirm::Confirm,
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        widgets::{self, Button},
    },
};

/// Width of a name, in points.
const NAME: f32 = 260.0;
/// Users that are drawn; more are a number. Who has so many keeps them elsewhere.
const USERS_SHOWN_MAX: usize = 200;

/// What the card keeps between frames.
#[derive(Default)]
pub(in crate::ui::screens) struct UsersCard {
    users: UserList,
    /// The workspace whose users they are; `None` inside for a cluster that is none.
    of: Option<Option<std::path::PathBuf>>,
    dialog: Option<UserDialog>,
}

impl UsersCard {
    /// Loads the users when the screen is entered, as commands may have changed them meanwhile.
    pub fn note_entered(&mut self) {
        self.of = None;
    }

    /// Whether it is known that there is nobody.
    pub fn is_nobody(&self) -> bool {
        self.users.value().is_some_and(|users| users.is_empty())
    }

    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(session) = ctx.session else { return };
        if self.of.as_ref() != Some(&ctx.facts.cluster.data_dir) {
            self.of = Some(ctx.facts.cluster.data_dir.clone());
            self.users.clear();
            session.load_users(&self.users);
        }
        let view = self.users.view();
        widgets::card(ui, |ui| {
            let title = ctx.t("settings-users");
            let users = view.value.as_deref().map(Vec::as_slice).unwrap_or_default();
            let count = if users.is_empty() { String::new() } else { users.len().to_string() };
            widgets::card_header(ui, &title, &count, |ui| {
                let (verb, why) = (ctx.t("users-add"), ctx.read_only_why());
                let add = Button::secondary(&verb).icon(icon::ADD).unless(why.as_deref());
                if !users.is_empty() && add.show(ui).clicked() {
                    self.dialog = Some(UserDialog::add(ctx));
                }
            });
            if let Some(problem) = &view.problem {
                if widgets::problem(ui, ctx, problem, Some(&ctx.t("users-again"))) {
                    session.load_users(&self.users);
                }
            } else if view.value.is_none() {
                if let Some(since) = view.loading_since {
                    widgets::waiting(ui, since, &ctx.t("users-loading"));
                }
            } else if users.is_empty() {
                self.nobody(ui, ctx);
            } else {
                self.list(ui, ctx, users);
            }
        });
        dialog::show(ui, ctx, &mut self.dialog, &self.users);
    }

    fn nobody(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        // Kafka itself knows no roles.
        let none = if ctx.is_cluster() { "users-none-cluster" } else { "users-none" };
        let (sentence, verb) = (ctx.t(none), ctx.t("users-add"));
        ui.horizontal_top(|ui| {
            icon::show(ui, icon::USER, theme::of(ui).faint);
            widgets::paragraph(ui, &sentence);
        });
        let why = ctx.read_only_why();
        if Button::secondary(&verb).icon(icon::ADD).unless(why.as_deref()).show(ui).clicked() {
            self.dialog = Some(UserDialog::add(ctx));
        }
    }

    fn list(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, users: &[UserInfo]) {
        ui.spacing_mut().item_spacing.y = 0.0;
        for user in users.iter().take(USERS_SHOWN_MAX) {
            let rule = ui.available_rect_before_wrap();
            ui.painter().hline(rule.x_range(), rule.top(), theme::of(ui).rule());
            self.user(ui, ctx, user, users.len());
        }
        if users.len() > USERS_SHOWN_MAX {
            let more = (users.len() - USERS_SHOWN_MAX) as u64;
            widgets::quiet(ui, &ctx.text.with("users-more", &[("n", more.into())]));
        }
    }

    fn user(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, user: &UserInfo, count: usize) {
        let theme = theme::of(ui);
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL + 8.0);
            icon::show(ui, icon::USER, theme.quiet);
            ui.scope(|ui| {
                ui.set_width(NAME);
                widgets::elided(ui, &user.name, fonts::medium(13.0), theme.text);
            });
            if let Some(role) = user.role {
                let (name, about) = role_words(role);
                widgets::chip_plain(ui, &ctx.t(name), role_color(theme, role));
                widgets::quiet(ui, &ctx.t(about));
            } else {
                let names = user.mechanisms.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
                widgets::quiet(ui, &names);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let name = ctx.text.with("users-actions", &[("user", user.name.as_str().into())]);
                widgets::more(ui, &name, |ui| self.menu(ui, ctx, user, count));
            });
        });
    }

    fn menu(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, user: &UserInfo, count: usize) {
        let why = ctx.read_only_why();
        if widgets::item_why(ui, icon::KEY, &ctx.t("users-password-menu"), why.as_deref()) {
            self.dialog = Some(UserDialog::password(&user.name));
        }
        if let Some(role) = user.role
            && widgets::item_why(ui, icon::EDIT, &ctx.t("users-role-menu"), why.as_deref())
        {
            self.dialog = Some(UserDialog::role(&user.name, role));
        }
        widgets::rule(ui);
        if widgets::item_danger(ui, icon::DELETE, &ctx.t("users-remove-menu"), why.as_deref()) {
            self.ask_remove(ctx, user, count);
        }
    }

    fn ask_remove(&self, ctx: &Ctx<'_>, user: &UserInfo, count: usize) {
        let name = [("user", user.name.as_str().into())];
        let loss = if ctx.is_cluster() { "users-remove-loss-cluster" } else { "users-remove-loss" };
        let mut losses = vec![ctx.text.with(loss, &name)];
        if count == 1 && ctx.facts.cluster.listener.asks_who() {
            losses.push(ctx.t("users-remove-last").to_string());
        }
        let (slot, user) = (self.users.clone(), user.name.clone());
        ctx.act(Action::Ask(Confirm {
            title: ctx.text.with("users-remove-title", &name),
            losses,
            verb: ctx.text.with("users-remove-verb", &name),
            effect: None,
            typed: None,
            work: Box::new(move |session| {
                session.change_users(UserChange::Remove { name: user }, slot);
            }),
        }));
    }
}

/// The name of a role and what it allows.
fn role_words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Read => ("role-read", "role-read-about"),
        Role::Write => ("role-write", "role-write-about"),
        Role::Admin => ("role-admin", "role-admin-about"),
    }
}

fn role_color(theme: &theme::Theme, role: Role) -> egui::Color32 {
    match role {
        Role::Read => theme.note,
        Role::Write => theme.good,
        Role::Admin => theme.care,
    }
}
