//! Settings of another client, or a connection of ours, that fill the form in: pasted, or out of a file. What was understood
//! is shown before it is taken, and what was not or is left out is named.

use egui::Ui;

use super::{security::caution, security_words};
use crate::{
    session::{
        Loadable, Password, Phrase, Problem,
        connections::{PasteError, PasteFormat, Pasted, paste},
    },
    ui::{
        clusters::{ClusterAction, addresses},
        ctx::Ctx,
        icon,
        screens::path_field::{PathField, Purpose},
        theme::{self, fonts},
        widgets::{self, Button, Field},
    },
};

/// Names of settings that are listed at most.
const NAMES_MAX: usize = 12;
/// Lines of the field.
const ROWS: usize = 6;

/// The card.
pub(super) struct Paste {
    shown: bool,
    text: String,
    file: PathField,
    /// What stands in the file, once it was read.
    of_file: Loadable<Password>,
    /// What it was understood as, and the text that this was worked out from.
    understood: Option<(Password, Result<Box<Pasted>, PasteError>)>,
}

impl Paste {
    /// Nothing is pasted yet; `shown`: without being asked for.
    pub fn new(shown: bool) -> Self {
        let (text, file, of_file) = Default::default();
        Self { shown, text, file, of_file, understood: None }
    }

    /// Draws the card; what was understood once a person takes it.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> Option<Box<Pasted>> {
        let mut taken = None;
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            widgets::switch(ui, &mut self.shown, &ctx.t("paste-title"));
            if !self.shown {
                return;
            }
            self.fields(ui, ctx);
            self.understand();
            taken = self.said(ui, ctx);
        });
        if taken.is_some() {
            // What may be secret in it stands in its fields now, as dots.
            *self = Self::new(self.shown);
        }
        taken
    }

    fn fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::paragraph(ui, &ctx.t("paste-about"));
        let label = ctx.t("paste-label");
        let hint = "bootstrap.servers=…\nsecurity.protocol=SASL_SSL";
        widgets::multiline(ui, &Field { mono: true, hint, ..Field::new(&label) }, &mut self.text, ROWS);
        if self.file.ui(ui, ctx, "paste-file", Purpose::Open) {
            match self.file.path() {
                Some(path) => ctx.act_on_clusters(ClusterAction::ReadSettings(path, self.of_file.clone())),
                None => self.of_file.clear(),
            }
        }
    }

    /// What was pasted counts more than what stands in a file.
    fn understand(&mut self) {
        let of_file = self.of_file.value();
        let text = match &of_file {
            Some(of_file) if self.text.trim().is_empty() => of_file.reveal(),
            _ => &self.text,
        };
        if text.trim().is_empty() {
            self.understood = None;
        } else if self.understood.as_ref().is_none_or(|(of, _)| of.reveal() != text) {
            self.understood = Some((Password::from(text.to_owned()), paste(text).map(Box::new)));
        }
    }

    fn said(&self, ui: &mut Ui, ctx: &Ctx<'_>) -> Option<Box<Pasted>> {
        match &self.understood {
            None => {
                if let Some(unread) = self.of_file.view().problem {
                    widgets::problem(ui, ctx, &unread, None);
                }
                None
            }
            Some((_, Err(error))) => {
                let problem = Problem::new(Phrase::new("paste-not-understood"), error.to_string());
                widgets::problem(ui, ctx, &problem, None);
                None
            }
            Some((_, Ok(pasted))) => {
                preview(ui, ctx, pasted);
                let take = Button::secondary(&ctx.t("paste-take")).icon(icon::BACK).show(ui);
                take.clicked().then(|| pasted.clone())
            }
        }
    }
}

fn preview(ui: &mut Ui, ctx: &Ctx<'_>, pasted: &Pasted) {
    let theme = theme::of(ui);
    let format = match pasted.format {
        PasteFormat::Properties => "paste-properties",
        PasteFormat::ConnectionFile => "paste-connection-file",
    };
    let brokers = match pasted.profile.bootstrap.is_empty() {
        true => ctx.t("paste-no-brokers").to_string(),
        false => ctx.text.say(&addresses(&pasted.profile)),
    };
    for (label, words) in [
        ("paste-read-as", &*ctx.t(format)),
        ("cluster-bootstrap", brokers.as_str()),
        ("cluster-security", security_words(&pasted.profile).as_str()),
    ] {
        ui.horizontal(|ui| {
            widgets::quiet(ui, &ctx.t(label));
            widgets::elided(ui, words, fonts::body(), theme.text);
        });
    }
    if !pasted.secrets.is_empty() {
        caution(ui, &ctx.t("paste-holds-secrets"));
    }
    if !pasted.not_understood.is_empty() {
        caution(ui, &listed(ctx, "paste-security-unknown", &pasted.not_understood));
    }
    if !pasted.unused.is_empty() {
        widgets::paragraph(ui, &listed(ctx, "paste-unused", &pasted.unused));
    }
}

/// The sentence with those names, of which there may be many.
fn listed(ctx: &Ctx<'_>, id: &str, names: &[String]) -> String {
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    let listed = format!("{}{more}", names.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", "));
    ctx.text.with(id, &[("n", (names.len() as u64).into()), ("names", listed.into())])
}
