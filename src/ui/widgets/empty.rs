//! What stands where nothing is yet: an icon, one sentence, one button that makes it so; and what waits.

use std::time::{Duration, Instant};

use egui::{Label, Response, RichText, Ui};

use super::button::Button;
use crate::ui::{
    icon::Icon,
    theme::{self, fonts},
};

/// Nothing is shown for this long, as most things are there by then.
const WAIT_UNSEEN: Duration = Duration::from_millis(200);

/// An empty place. Answers the click on its button, when it has one.
pub fn empty(ui: &mut Ui, icon: Icon, sentence: &str, button: Option<&str>) -> Option<Response> {
    let theme = theme::of(ui);
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space(((height - 120.0) * 0.4).clamp(16.0, 220.0));
        ui.label(icon.text().size(32.0).color(theme.faint));
        ui.add_space(4.0);
        ui.scope(|ui| {
            ui.set_max_width(440.0);
            ui.add(Label::new(RichText::new(sentence).font(fonts::body()).color(theme.quiet)).wrap());
        });
        ui.add_space(8.0);
        button.map(|verb| ui.add(Button::secondary(verb)))
    })
    .inner
}

/// What loads since then: nothing for the first moment, then quiet words. Asks for the frame that shows them.
pub fn waiting(ui: &mut Ui, since: Instant, words: &str) {
    let waited = since.elapsed();
    if waited < WAIT_UNSEEN {
        ui.request_repaint_after(WAIT_UNSEEN - waited);
        return;
    }
    let theme = theme::of(ui);
    ui.add_space(8.0);
    ui.label(RichText::new(words).font(fonts::body()).color(theme.faint));
}
