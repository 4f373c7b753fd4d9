//! The ways on which records travel, and the dots on them.

use egui::{Color32, FontId, Pos2, Rect, Shape, Stroke, Ui, Vec2, epaint::CubicBezierShape, pos2};

use crate::ui::theme::{Theme, fonts};

/// Height of a dot, in points; as wide as its words.
const DOT: f32 = 20.0;
/// A dot without words, where there are many.
const DOT_SMALL: f32 = 7.0;

/// How far an arc's control points lie over its ends, in points.
const LIFT: f32 = 74.0;

/// One way, from the right edge of something to the left edge of something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    from: Pos2,
    to: Pos2,
    /// How far it bends upwards, over what lies between.
    lift: f32,
}

impl Curve {
    pub(super) fn between(from: Rect, to: Rect) -> Self {
        // What stands on the right may also write: the way then goes back.
        if from.left() > to.right() {
            Self { from: from.left_center() - Vec2::X * 2.0, to: to.right_center() + Vec2::X * 2.0, lift: 0.0 }
        } else {
            Self { from: from.right_center() + Vec2::X * 2.0, to: to.left_center() - Vec2::X * 2.0, lift: 0.0 }
        }
    }

    /// The same, in an arc over what lies between the two.
    pub(super) fn over(from: Rect, to: Rect) -> Self {
        Self { lift: LIFT, ..Self::between(from, to) }
    }

    fn points(&self) -> [Pos2; 4] {
        let reach = (self.to.x - self.from.x) * 0.5;
        let bend = if self.lift > 0.0 { 0.5 } else { 1.0 };
        let up = Vec2::Y * self.lift;
        [self.from, self.from + Vec2::X * reach * bend - up, self.to - Vec2::X * reach * bend - up, self.to]
    }

    pub(super) fn paint(&self, ui: &Ui, stroke: Stroke) {
        let shape = CubicBezierShape::from_points_stroke(self.points(), false, Color32::TRANSPARENT, stroke);
        ui.painter().add(shape);
    }

    /// For what is there and does not flow: a consumer that owns nothing.
    pub(super) fn paint_dashed(&self, ui: &Ui, stroke: Stroke) {
        const PARTS: usize = 16;
        let line: Vec<_> = (0..=PARTS).map(|n| self.at(n as f32 / PARTS as f32)).collect();
        ui.painter().extend(Shape::dashed_line(&line, stroke, 3.0, 4.0));
    }

    /// The point at that share of the way, 0 to 1.
    pub(super) fn at(&self, share: f32) -> Pos2 {
        let [a, b, c, d] = self.points();
        let (t, u) = (share, 1.0 - share);
        let part =
            |a: f32, b: f32, c: f32, d: f32| u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
        pos2(part(a.x, b.x, c.x, d.x), part(a.y, b.y, c.y, d.y))
    }
}

/// A record on its way: its offset or key in a dot of its colour.
pub(super) fn dot(ui: &Ui, theme: &Theme, at: Pos2, label: &str, color: Color32) {
    let painter = ui.painter();
    if label.is_empty() {
        painter.circle_filled(at, DOT_SMALL / 2.0, color);
        return;
    }
    let front = if theme.dark { theme.window } else { Color32::WHITE };
    let words = painter.layout_no_wrap(label.to_owned(), FontId { size: 10.5, ..fonts::data_bold() }, front);
    let size = egui::vec2((words.size().x + 9.0).max(DOT), DOT);
    let rect = Rect::from_center_size(at, size);
    painter.rect(rect, DOT / 2.0, color, Stroke::new(1.5, theme.window), egui::StrokeKind::Outside);
    painter.galley(rect.center() - words.size() / 2.0, words, front);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_begins_and_ends_at_the_edges_that_face_each_other() {
        let left = Rect::from_min_size(pos2(0.0, 0.0), Vec2::splat(10.0));
        let right = Rect::from_min_size(pos2(100.0, 40.0), Vec2::splat(10.0));
        let curve = Curve::between(left, right);
        assert_eq!(curve.at(0.0), pos2(12.0, 5.0));
        assert_eq!(curve.at(1.0), pos2(98.0, 45.0));
        assert!(curve.at(0.5).x > 40.0 && curve.at(0.5).x < 70.0);
        let back = Curve::between(right, left);
        assert_eq!((back.at(0.0), back.at(1.0)), (pos2(98.0, 45.0), pos2(12.0, 5.0)));
    }
}
