//! The clusters that are known: the list, and the form of one of them with how a test went.

mod draft;
mod export;
mod form;
mod list;
mod paste;
mod phrase;
pub mod secret_fields;
mod security;
pub mod steps;

use egui::Ui;

use self::{form::Form, list::List};
use crate::ui::{ctx::Ctx, place::Place};

/// What the screens keep between frames.
#[derive(Default)]
pub struct ClustersScreen {
    list: List,
    /// Kept while another cluster or place is looked at.
    form: Option<Form>,
}

impl ClustersScreen {
    /// Draws the list or the form, by the place.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Place::ClusterForm { id } = ctx.place else {
            // Left by its crumb, by Cancel or by Save: nothing that was typed stays.
            self.form = None;
            self.list.ui(ui, ctx);
            return;
        };
        if self.form.as_ref().is_none_or(|form| form.of() != *id) {
            let profile = id.and_then(|id| ctx.known.book.get(id));
            self.form = Some(profile.map_or_else(|| Form::new(ctx), Form::edit));
        }
        if let Some(form) = &mut self.form {
            form.ui(ui, ctx);
        }
    }
}

/// "SASL_SSL · SCRAM-SHA-512".
fn security_words(profile: &crate::session::connections::Profile) -> String {
    match &profile.security.sasl {
        Some(sasl) => format!("{} · {}", profile.security.protocol(), sasl.mechanism()),
        None => profile.security.protocol().to_owned(),
    }
}
