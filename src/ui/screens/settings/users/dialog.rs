//! The dialogs that make a user, or change its password or its role.

use egui::Ui;

use super::role_words;
use crate::{
    model::Role,
    session::{Password, UserChange, UserList},
    ui::{
        ctx::Ctx,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Longest name that the broker takes, in bytes.
const NAME_BYTES_MAX: usize = 255;

/// What is asked for.
enum Kind {
    Add,
    Password,
    Role,
}

/// The dialog that is open. What was typed as a password goes with it.
pub(super) struct UserDialog {
    kind: Kind,
    name: String,
    password: String,
    again: String,
    role: Role,
    /// Only workspaces know roles.
    has_role: bool,
    focused: bool,
}

impl UserDialog {
    pub fn add(ctx: &Ctx<'_>) -> Self {
        let has_role = ctx.facts.cluster.data_dir.is_some();
        Self { has_role, ..Self::of(Kind::Add, "", Role::Write) }
    }

    pub fn password(name: &str) -> Self {
        Self::of(Kind::Password, name, Role::default())
    }

    pub fn role(name: &str, role: Role) -> Self {
        Self::of(Kind::Role, name, role)
    }

    fn of(kind: Kind, name: &str, role: Role) -> Self {
        let (password, again) = (String::new(), String::new());
        Self { kind, name: name.to_owned(), password, again, role, has_role: true, focused: false }
    }

    /// The title, the verb and what is done.
    fn words(&self) -> (&'static str, &'static str) {
        match self.kind {
            Kind::Add => ("users-add-title", "users-add-verb"),
            Kind::Password => ("users-password-title", "users-password-verb"),
            Kind::Role => ("users-role-title", "users-role-verb"),
        }
    }

    /// Why the name cannot be taken.
    fn name_fault(&self, users: &UserList) -> Option<&'static str> {
        let name = self.name.trim();
        let is_taken = users.value().is_some_and(|users| users.iter().any(|user| user.name == name));
        match self.kind {
            Kind::Add if name.is_empty() => Some("users-name-missing"),
            Kind::Add if name.len() > NAME_BYTES_MAX => Some("users-name-too-long"),
            Kind::Add if is_taken => Some("users-name-taken"),
            _ => None,
        }
    }

    /// Why the password cannot be taken.
    fn password_fault(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Role => None,
            _ if self.password.is_empty() => Some("users-password-missing"),
            _ if self.password != self.again => Some("users-password-differs"),
            _ => None,
        }
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, name_fault: Option<&str>) {
        ui.spacing_mut().item_spacing.y = 10.0;
        if matches!(self.kind, Kind::Add) {
            let label = ctx.t("users-name");
            let fault = name_fault.filter(|_| !self.name.is_empty());
            let field = widgets::text_field(ui, &Field { fault, ..Field::new(&label) }, &mut self.name);
            self.focus(&field);
        }
        if !matches!(self.kind, Kind::Role) {
            let (label, again, differs) =
                (ctx.t("users-password"), ctx.t("users-again-label"), ctx.t("users-password-differs"));
            let field = Field { secret: true, ..Field::new(&label) };
            let field = widgets::text_field(ui, &field, &mut self.password);
            self.focus(&field);
            let fault = (!self.again.is_empty() && self.again != self.password).then_some(&*differs);
            widgets::text_field(ui, &Field { secret: true, fault, ..Field::new(&again) }, &mut self.again);
            widgets::paragraph(ui, &ctx.t("users-password-about"));
        }
        if self.has_role && !matches!(self.kind, Kind::Password) {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                widgets::caption(ui, &ctx.t("users-role"));
                let words = Role::ALL.map(|role| ctx.t(role_words(role).0));
                let entries: Vec<_> = Role::ALL.into_iter().zip(words.iter().map(|word| &**word)).collect();
                widgets::segmented(ui, &mut self.role, &entries);
                widgets::paragraph(ui, &ctx.t(role_words(self.role).1));
            });
        }
    }

    /// The first field gets the keys when the dialog opens.
    fn focus(&mut self, field: &egui::Response) {
        if !self.focused {
            field.request_focus();
            self.focused = true;
        }
    }

    fn into_change(self) -> UserChange {
        let (name, password) = (self.name.trim().to_owned(), Password::from(self.password));
        match self.kind {
            Kind::Add => UserChange::Add { name, password, role: self.role },
            Kind::Password => UserChange::Password { name, password },
            Kind::Role => UserChange::Role { name, role: self.role },
        }
    }
}

/// Draws the dialog that is open, if any, and hands its work to the session when confirmed.
pub(super) fn show(ui: &Ui, ctx: &Ctx<'_>, open: &mut Option<UserDialog>, users: &UserList) {
    let Some(form) = open else { return };
    let (title, verb) = form.words();
    let title = ctx.text.with(title, &[("user", form.name.as_str().into())]);
    let (verb, cancel) = (ctx.t(verb), ctx.t("cancel"));
    let name_fault = form.name_fault(users).map(|id| ctx.t(id));
    let why_not = name_fault.clone().or_else(|| form.password_fault().map(|id| ctx.t(id)));
    let dialog = Dialog::new(&title, &verb, &cancel).unless(why_not.as_deref()).width(420.0);
    let end = dialog.show(ui.ctx(), |ui| form.body(ui, ctx, name_fault.as_deref()));
    if end == DialogEnd::Open {
        return;
    }
    if let (DialogEnd::Confirmed, Some(form)) = (end, open.take()) {
        let (change, slot) = (form.into_change(), users.clone());
        ctx.with_session(move |session| {
            session.change_users(change, slot);
        });
    }
    *open = None;
}
