//! The headers of a record, in their order, duplicates included.

use egui::Ui;

use super::super::messages::copy;
use crate::{
    model::Header,
    payload,
    ui::{
        Action,
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        widgets,
    },
};

/// Headers that are drawn; a record rarely has more than a dozen.
const HEADERS_SHOWN_MAX: usize = 500;
/// Characters of a header's value that are drawn; copying takes everything.
const VALUE_CHARS_MAX: usize = 2_000;

pub fn ui(ui: &mut Ui, ctx: &Ctx<'_>, headers: &[Header]) {
    let theme = theme::of(ui);
    if headers.is_empty() {
        widgets::quiet(ui, &ctx.t("record-no-headers"));
        return;
    }
    for (index, header) in headers.iter().take(HEADERS_SHOWN_MAX).enumerate() {
        ui.push_id(index, |ui| {
            ui.horizontal(|ui| {
                let name = payload::preview(&header.key, VALUE_CHARS_MAX);
                widgets::rich(ui, &name.text, fonts::data(), theme.series(0));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if widgets::icon_button(ui, icon::COPY, &ctx.t("record-copy-header")).clicked() {
                        ctx.act(Action::Copy(copy::bytes_as_text(header.value.as_deref())));
                    }
                });
            });
            match header.value.as_deref() {
                None => italic(ui, &ctx.t("payload-null")),
                Some([]) => italic(ui, &ctx.t("payload-empty")),
                Some(value) => {
                    let words = payload::preview(value, VALUE_CHARS_MAX).text;
                    let words = egui::RichText::new(words).font(fonts::data()).color(theme.text);
                    ui.add(egui::Label::new(words).wrap().selectable(true));
                }
            }
        });
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top() - 2.0, theme.rule());
    }
    if headers.len() > HEADERS_SHOWN_MAX {
        let more = headers.len() - HEADERS_SHOWN_MAX;
        widgets::quiet(ui, &ctx.text.with("record-more-headers", &[("n", more.into())]));
    }
}

fn italic(ui: &mut Ui, word: &str) {
    let color = theme::of(ui).faint;
    ui.label(egui::RichText::new(word).font(fonts::body()).italics().color(color));
}

/// One header a line, `name: value`.
pub fn as_text(headers: &[Header]) -> String {
    let line = |header: &Header| {
        format!("{}: {}", copy::bytes_as_text(Some(&header.key)), copy::bytes_as_text(header.value.as_deref()))
    };
    headers.iter().map(line).collect::<Vec<_>>().join("\n")
}
