//! The window's edge in the colour of the cluster that is shown, so that nobody takes one for another.

use egui::{Color32, CornerRadius, LayerId, Order, Sense, Stroke, StrokeKind, Ui, Vec2};

use super::super::{clusters::is_production, ctx::Ctx, widgets};

/// Width of the edge, and of that of a production cluster, in points.
const WIDTH: f32 = 3.0;
const WIDTH_PRODUCTION: f32 = 5.0;

/// Draws it over everything, where a cluster is shown; the workspace has none.
pub fn edge(ui: &Ui, ctx: &Ctx<'_>) {
    let Some(profile) = &ctx.cluster.profile else { return };
    let width = if is_production(profile) { WIDTH_PRODUCTION } else { WIDTH };
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, egui::Id::unique("edge")));
    let stroke = Stroke::new(width, ctx.theme.profile(profile.colour));
    painter.rect_stroke(ui.ctx().content_rect(), CornerRadius::ZERO, stroke, StrokeKind::Inside);
}

/// Names the cluster that a question is about, in its colour; nothing for the workspace.
pub fn on_cluster(ui: &mut Ui, ctx: &Ctx<'_>) {
    let Some(profile) = ctx.cluster.profile.as_deref() else { return };
    let color = ctx.theme.profile(profile.colour);
    ui.horizontal(|ui| {
        widgets::quiet(ui, &ctx.t("confirm-on"));
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.5, color);
        widgets::strong(ui, &profile.name);
        let word = profile.environment.trim();
        if is_production(profile) {
            widgets::chip_filled(ui, word, color);
        } else if !word.is_empty() {
            widgets::chip_plain(ui, word, color);
        }
    });
}

/// Ground of the bars: those of a production cluster are washed with its colour.
pub(super) fn bar(ctx: &Ctx<'_>) -> Color32 {
    match &ctx.cluster.profile {
        Some(profile) if is_production(profile) => ctx.theme.washed(ctx.theme.profile(profile.colour)),
        _ => ctx.theme.panel,
    }
}
