//! The menu of an actor: what can be done to it, and its settings.

use egui::{Popup, PopupCloseBehavior, Response};

use super::{Wish, free::FreePlay, sliders::Sliders};
use crate::{
    labs::{
        file::Action,
        picture::words,
        view::{ActorState, StageView},
    },
    ui::{
        Ctx,
        icon::{self, Icon},
        widgets,
    },
};

const WIDTH: f32 = 260.0;

/// Opens by a click on the actor's box.
pub(super) fn of_actor(
    ctx: &Ctx<'_>,
    view: &StageView,
    response: &Response,
    index: usize,
    sliders: &mut Sliders,
    free: Option<&mut FreePlay>,
    wishes: &mut Vec<Wish>,
) {
    let actor = &view.actors[index];
    let popup = Popup::menu(response).close_behavior(PopupCloseBehavior::CloseOnClickOutside).gap(4.0);
    popup.show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        widgets::note(ui, words(ctx, &actor.name));
        let id = || actor.id.to_string();
        for (icon, word, action) in actions(&actor.state, &id) {
            if widgets::item(ui, icon, &ctx.t(word), None) {
                wishes.push(Wish::act(action));
                ui.close();
            }
        }
        if let Some(free) = free {
            if widgets::item(ui, icon::EDIT, &ctx.t("lab-do-edit"), None) {
                free.edit(&actor.id);
                ui.close();
            }
            if widgets::item(ui, icon::DELETE, &ctx.t("lab-do-remove"), None) {
                free.remove(&actor.id, wishes);
                ui.close();
            }
        }
        if !actor.settings.is_empty() {
            widgets::rule(ui);
            egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 4)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                sliders.of_actor(ui, ctx, actor, wishes);
            });
        }
    });
}

/// What makes sense in that state.
fn actions(state: &ActorState, id: &dyn Fn() -> String) -> Vec<(Icon, &'static str, Action)> {
    match state {
        ActorState::Stopped => vec![(icon::CONSUME, "lab-do-start", Action::Start { actor: id() })],
        ActorState::Crashed => vec![(icon::RESET, "lab-do-restart", Action::Restart { actor: id() })],
        ActorState::Paused => vec![
            (icon::CONSUME, "lab-do-resume", Action::Resume { actor: id() }),
            (icon::STOP, "lab-do-stop", Action::Stop { actor: id() }),
            (icon::KILL, "lab-do-crash", Action::Crash { actor: id() }),
        ],
        ActorState::Running | ActorState::Working { .. } | ActorState::Waiting => vec![
            (icon::PAUSE, "lab-do-pause", Action::Pause { actor: id() }),
            (icon::STOP, "lab-do-stop", Action::Stop { actor: id() }),
            (icon::KILL, "lab-do-crash", Action::Crash { actor: id() }),
        ],
    }
}
