//! Another pass phrase for the encrypted file of secrets: the one before, and the new one twice.

use std::sync::Arc;

use egui::Ui;

use super::secret_fields::PHRASE_CHARS_MIN;
use crate::{
    session::{Loadable, Password},
    ui::{
        clusters::ClusterAction,
        ctx::Ctx,
        theme::BETWEEN,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// The dialog, with what is typed.
#[derive(Default)]
pub(super) struct PhraseDialog {
    before: String,
    new: String,
    again: String,
    focused: bool,
    /// The change, which takes a noticeable part of a second, on purpose.
    done: Loadable<()>,
}

impl PhraseDialog {
    /// Draws it; true when it is over.
    pub fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        if self.done.value().is_some() {
            return true;
        }
        let (title, verb, cancel) = (ctx.t("vault-phrase-title"), ctx.t("vault-phrase-verb"), ctx.t("cancel"));
        let why_not = self.why_not(ctx);
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why_not.as_deref());
        let end = dialog.show(ui, |ui| self.body(ui, ctx));
        if end == DialogEnd::Confirmed {
            let (before, new) = (Password::from(self.before.clone()), Password::from(self.new.clone()));
            ctx.act_on_clusters(ClusterAction::ChangePhrase { before, new, done: self.done.clone() });
        }
        end == DialogEnd::Cancelled
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = BETWEEN;
        widgets::paragraph(ui, &ctx.t("vault-phrase-about"));
        let refused = self.done.view().problem.map(|problem| ctx.text.say(&problem.what));
        let label = ctx.t("vault-phrase-before");
        let field = Field { secret: true, fault: refused.as_deref(), ..Field::new(&label) };
        let before = widgets::text_field(ui, &field, &mut self.before);
        if before.changed() {
            // What was refused was another one.
            self.done.clear();
        }
        if !self.focused {
            before.request_focus();
            self.focused = true;
        }
        let (label, help) = (ctx.t("secret-phrase-new"), ctx.t("secret-phrase-new-about"));
        widgets::text_field(ui, &Field { secret: true, help: &help, ..Field::new(&label) }, &mut self.new);
        let (label, differs) = (ctx.t("secret-phrase-again"), ctx.t("secret-phrase-differs"));
        let fault = (!self.again.is_empty() && self.again != self.new).then_some(&*differs);
        widgets::text_field(ui, &Field { secret: true, fault, ..Field::new(&label) }, &mut self.again);
    }

    fn why_not(&self, ctx: &Ctx<'_>) -> Option<Arc<str>> {
        let id = if self.done.view().loading_since.is_some() {
            "vault-phrase-changing"
        } else if self.before.is_empty() {
            "secret-phrase-missing"
        } else if self.new.chars().count() < PHRASE_CHARS_MIN {
            "secret-short-phrase"
        } else if self.new != self.again {
            "secret-phrase-differs"
        } else {
            return None;
        };
        Some(ctx.t(id))
    }
}
