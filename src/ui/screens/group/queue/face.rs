//! Draws one record: its state by shape, word (of the legend) and colour; who holds it; the lock running down; how often it
//! was delivered.

use egui::{Align2, Color32, CornerRadius, FontId, Painter, Rect, Stroke, StrokeKind, pos2, vec2};

use super::{
    strip::Face,
    words::{lock_left, state_look},
};
use crate::{
    model::ShareRecordState,
    ui::{
        Ctx, format,
        theme::{Theme, fonts},
    },
};

/// Height of the bar that runs down with the lock, in points.
const LOCK_BAR: f32 = 3.0;

/// How a cell is to be drawn.
pub(super) struct Look {
    /// Wide enough for words.
    pub large: bool,
    pub chosen: bool,
    pub hovered: bool,
    /// Letter and place of the member that holds it, among the group's.
    pub member: Option<(char, usize)>,
    /// How long a lock holds in full, in milliseconds.
    pub lock_millis: i64,
}

/// Draws it.
pub(super) fn draw(painter: &Painter, ctx: &Ctx<'_>, rect: Rect, face: &Face<'_>, look: &Look) {
    let theme = ctx.theme;
    let color = color(theme, face, look);
    let radius = CornerRadius::same(if look.large { 5 } else { 3 });
    let (fill, edge) = match face.state {
        ShareRecordState::Available => {
            (theme.panel, if face.delivery_count > 0 { theme.care } else { theme.dimmed(theme.faint) })
        }
        ShareRecordState::Acquired => (theme.tinted(color), color),
        _ => (theme.tinted(color), theme.tinted(color)),
    };
    let fill = if look.hovered { fill.lerp_to_gamma(theme.text, 0.08) } else { fill };
    painter.rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if look.large {
        large(painter, theme, rect, face, look, color);
    } else {
        small(painter, theme, rect, face, look, color);
    }
    if face.state == ShareRecordState::Acquired {
        lock(painter, ctx, rect, face, look, color);
    }
    if look.chosen {
        painter.rect_stroke(rect.expand(1.5), radius, Stroke::new(2.0, theme.accent), StrokeKind::Middle);
    }
}

fn color(theme: &Theme, face: &Face<'_>, look: &Look) -> Color32 {
    match (face.state, look.member) {
        (ShareRecordState::Acquired, Some((_, index))) => theme.series(index),
        (state, _) => state_look(theme, state).1,
    }
}

/// The offset, and under it shape, member and deliveries.
fn large(painter: &Painter, theme: &Theme, rect: Rect, face: &Face<'_>, look: &Look, color: Color32) {
    let over = face.state.is_final();
    let text = if over { theme.quiet } else { theme.text };
    // What nobody had yet has nothing to tell under its offset.
    let alone = face.state == ShareRecordState::Available && face.delivery_count == 0;
    let at = pos2(rect.center().x, if alone { rect.center().y } else { rect.top() + 11.0 });
    painter.text(at, Align2::CENTER_CENTER, format::integer(face.offset), mono(11.5), text);
    let y = rect.bottom() - 10.0;
    match (face.state, look.member) {
        (ShareRecordState::Acquired, Some((letter, _))) => {
            let at = pos2(rect.left() + 6.0, y);
            painter.text(at, Align2::LEFT_CENTER, letter, fonts::semibold(11.0), theme.chip_text(color));
        }
        // What nobody holds needs no sign in a wide cell; the offset stands alone.
        (ShareRecordState::Available, _) => {}
        (state, _) => {
            state_look(theme, state).0.paint(painter, pos2(rect.left() + 11.0, y), 12.0, theme.chip_text(color));
        }
    }
    if face.delivery_count > 0 {
        let again = face.delivery_count > 1;
        let color = if again { theme.care } else { theme.quiet };
        let font = if again { fonts::semibold(10.5) } else { FontId { size: 10.5, ..fonts::body() } };
        let at = pos2(rect.right() - 5.0, y);
        painter.text(at, Align2::RIGHT_CENTER, format!("×{}", face.delivery_count), font, color);
    }
}

/// The shape alone; a corner for what was delivered more than once.
fn small(painter: &Painter, theme: &Theme, rect: Rect, face: &Face<'_>, look: &Look, color: Color32) {
    match (face.state, look.member) {
        (ShareRecordState::Acquired, Some((letter, _))) => {
            let at = rect.center() - vec2(0.0, 1.0);
            painter.text(at, Align2::CENTER_CENTER, letter, fonts::semibold(9.5), theme.chip_text(color));
        }
        (ShareRecordState::Available, _) => {}
        (state, _) => state_look(theme, state).0.paint(painter, rect.center(), 12.0, theme.chip_text(color)),
    }
    if face.delivery_count > 1 {
        let corner = rect.right_top() + vec2(-1.0, 1.0);
        let points = vec![corner, corner - vec2(6.0, 0.0), corner + vec2(0.0, 6.0)];
        painter.add(egui::Shape::convex_polygon(points, theme.care, Stroke::NONE));
    }
}

/// The part of the lock that is left, along the lower edge.
fn lock(painter: &Painter, ctx: &Ctx<'_>, rect: Rect, face: &Face<'_>, look: &Look, color: Color32) {
    let Some(left) = lock_left(ctx, face) else { return };
    let share = (left as f32 / look.lock_millis.max(1) as f32).clamp(0.0, 1.0);
    let low = rect.bottom() - 1.0;
    let whole = Rect::from_min_max(pos2(rect.left() + 2.0, low - LOCK_BAR), pos2(rect.right() - 2.0, low));
    let bar = Rect::from_min_size(whole.min, vec2(whole.width() * share, LOCK_BAR));
    let color = if share < 0.2 { ctx.theme.bad } else { color };
    painter.rect_filled(bar, 1.5, color);
}

fn mono(size: f32) -> FontId {
    FontId { size, ..fonts::data() }
}
