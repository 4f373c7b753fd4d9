//! An error of Kafka with its name, what it means, and what to do.

use std::sync::Arc;

use egui::Ui;

use crate::{
    model::kafka_error_label,
    session::requests::RequestErrors,
    ui::{ctx::Ctx, icon, theme, widgets},
};

/// The name as a chip, with the sentence on hover. What belongs to the ordinary course of the protocol is no alarm.
pub fn chip(ui: &mut Ui, ctx: &Ctx<'_>, errors: RequestErrors) {
    let theme = theme::of(ui);
    let name = name(errors.first);
    let words = format!("{}\n{}", meaning(ctx, errors.first), advice(ctx, errors.first));
    let shown = if errors.is_routine() {
        widgets::chip(ui, icon::INFO, &name, theme.note)
    } else {
        widgets::chip(ui, icon::CLOSE, &name, theme.bad)
    };
    shown.on_hover_text(words);
}

/// Kafka's name of the code, such as `ILLEGAL_GENERATION`.
pub fn name(code: i16) -> String {
    kafka_error_label(code).into_owned()
}

/// What it means, in one sentence.
pub fn meaning(ctx: &Ctx<'_>, code: i16) -> Arc<str> {
    sentence(ctx, code, "", "error-unknown")
}

/// What to do about it, in one sentence.
pub fn advice(ctx: &Ctx<'_>, code: i16) -> Arc<str> {
    sentence(ctx, code, "-do", "error-unknown-do")
}

fn sentence(ctx: &Ctx<'_>, code: i16, end: &str, unknown: &str) -> Arc<str> {
    let id = format!("error-{}{end}", name(code).to_ascii_lowercase().replace('_', "-"));
    let found = ctx.t(&id);
    // A text that the catalogue lacks answers with its own id.
    if *found == *id { ctx.t(unknown) } else { found }
}

#[cfg(test)]
mod tests {
    use crate::model::kafka_error_name;

    #[test]
    fn every_sentence_is_about_an_error_that_kafka_has() {
        let names: Vec<String> =
            (-1..200).filter_map(kafka_error_name).map(|name| name.to_ascii_lowercase().replace('_', "-")).collect();
        let catalogue = include_str!("../../../../assets/text/en/errors.ftl");
        for line in catalogue.lines().filter(|line| line.starts_with("error-")) {
            let id = line.split(' ').next().unwrap().trim_start_matches("error-");
            let name = id.strip_suffix("-do").unwrap_or(id);
            assert!(name == "unknown" || names.iter().any(|known| known == name), "{name}");
        }
    }
}
