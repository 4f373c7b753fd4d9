//! The box of one actor: its name, what it does right now, and a sign where that is not the usual.

use egui::{
    Color32, CornerRadius, CursorIcon, FontId, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2,
};

use super::look;
use crate::{
    labs::view::{ActorState, ActorView, ActorViewKind, StageView},
    ui::{
        Ctx,
        icon::{self, Icon},
        theme::{self, RADIUS, fonts},
        widgets,
    },
};

const PADDING: f32 = 10.0;

/// Draws an actor into that place; its response, for a menu.
pub(super) fn show(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    view: &StageView,
    actor: &ActorView,
    rect: Rect,
    color: Color32,
) -> Response {
    let theme = theme::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("actor", &*actor.id)), Sense::click());
    let name = look::words(ctx, &actor.name);
    let (sign, doing) = look::doing(ctx, view, actor);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}: {doing}")));
    let asleep = matches!(actor.state, ActorState::Stopped | ActorState::Crashed);
    let edge = if asleep { theme.faint } else { color };
    let painter = ui.painter();
    let ground = if response.hovered() { theme.hover } else { theme.panel };
    if asleep {
        painter.rect_filled(rect, CornerRadius::same(RADIUS), theme.window);
        let inner = rect.shrink(0.5);
        let round = [inner.left_top(), inner.right_top(), inner.right_bottom(), inner.left_bottom(), inner.left_top()];
        painter.extend(Shape::dashed_line(&round, Stroke::new(1.0, edge), 4.0, 3.0));
    } else {
        painter.rect(rect, CornerRadius::same(RADIUS), ground, Stroke::new(1.2, edge), StrokeKind::Inside);
    }
    widgets::focus_ring(ui, &response, rect);
    words(ui, actor, rect, name, sign, &doing);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.hovered() {
        let lines = look::about(ctx, actor);
        return response.on_hover_ui(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            widgets::strong(ui, name);
            for (index, line) in lines.iter().enumerate() {
                let _ = if index == 0 { widgets::paragraph(ui, line) } else { widgets::caption(ui, line) };
            }
        });
    }
    response
}

fn words(ui: &Ui, actor: &ActorView, rect: Rect, name: &str, sign: Option<Icon>, doing: &str) {
    let theme = theme::of(ui);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let kind = match actor.kind {
        ActorViewKind::Service => Some(icon::SETTINGS),
        ActorViewKind::Program => Some(icon::CONNECTIONS),
        _ => None,
    };
    let mut x = rect.left() + PADDING;
    if let Some(kind) = kind {
        kind.paint(&painter, pos2(x + 6.0, rect.center().y - 7.0), 13.0, theme.quiet);
        x += 17.0;
    }
    let right = rect.right() - PADDING;
    let title = look::one_line(&painter, name, fonts::semibold(12.5), theme.text, right - x);
    painter.galley(pos2(x, rect.center().y - 7.0 - title.size().y / 2.0), title, theme.text);
    let tone = match actor.state {
        ActorState::Crashed => theme.bad,
        ActorState::Paused => theme.care,
        _ => theme.quiet,
    };
    let mut x = rect.left() + PADDING;
    if let Some(sign) = sign {
        sign.paint(&painter, pos2(x + 5.0, rect.center().y + 8.5), 12.0, tone);
        x += 15.0;
    }
    let line = look::one_line(&painter, doing, FontId { size: 11.0, ..fonts::caption() }, tone, right - x);
    painter.galley(pos2(x, rect.center().y + 8.5 - line.size().y / 2.0), line, tone);
}
