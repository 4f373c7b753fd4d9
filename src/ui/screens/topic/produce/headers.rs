//! Rows of headers: keys may stand several times, and the order is kept.

use egui::Ui;

use crate::ui::{
    ctx::Ctx,
    icon,
    theme::{self, fonts},
    widgets::{self, Button},
};

/// Headers that can be entered by hand.
const HEADERS_MAX: usize = 64;

/// Header rows as they are typed.
#[derive(Default)]
pub(super) struct HeaderRows {
    pub rows: Vec<(String, String)>,
}

impl HeaderRows {
    /// Draws the rows with a button for one more. True when something changed.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let mut changed = false;
        let mut remove = None;
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            widgets::caption(ui, &ctx.t("produce-headers"));
            for (n, (key, value)) in self.rows.iter_mut().enumerate() {
                ui.horizontal(|ui| {
                    let width = (ui.available_width() - 28.0 - 2.0 * ui.spacing().item_spacing.x).max(120.0);
                    let number = (n as f64 + 1.0).into();
                    let name = ctx.text.with("produce-header-key", &[("n", number)]);
                    changed |= cell(ui, &name, &ctx.t("produce-header-key-hint"), key, width * 0.36);
                    let number = (n as f64 + 1.0).into();
                    let name = ctx.text.with("produce-header-value", &[("n", number)]);
                    changed |= cell(ui, &name, &ctx.t("produce-header-value-hint"), value, width * 0.64);
                    let number = (n as f64 + 1.0).into();
                    let words = ctx.text.with("produce-header-remove", &[("n", number)]);
                    if widgets::icon_button(ui, icon::CLOSE, &words).clicked() {
                        remove = Some(n);
                    }
                });
            }
            let full = ctx.t("produce-headers-full");
            let why = (self.rows.len() >= HEADERS_MAX).then_some(&*full);
            let add = ctx.t("produce-header-add");
            if ui.add(Button::secondary(&add).icon(icon::ADD).unless(why)).clicked() {
                self.rows.push(Default::default());
                changed = true;
            }
        });
        if let Some(n) = remove {
            self.rows.remove(n);
            changed = true;
        }
        changed
    }

    /// Key and value of each row; a row without a key is not meant yet.
    pub(super) fn filled(&self) -> impl Iterator<Item = &(String, String)> {
        self.rows.iter().filter(|(key, value)| !key.is_empty() || !value.is_empty())
    }
}

fn cell(ui: &mut Ui, name: &str, hint: &str, text: &mut String, width: f32) -> bool {
    let theme = theme::of(ui);
    let edit = egui::TextEdit::singleline(text)
        .font(egui::FontSelection::FontId(fonts::data()))
        .hint_text(hint)
        .desired_width(width)
        .frame(
            egui::Frame::new()
                .fill(if theme.dark { theme.window } else { theme.panel })
                .stroke(egui::Stroke::new(1.0, theme.edge))
                .corner_radius(theme::RADIUS)
                .inner_margin(egui::Margin::symmetric(8, 5)),
        );
    ui.add(edit).accessible_name(name.to_owned()).changed()
}
