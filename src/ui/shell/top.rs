//! The bar at the top: who we are, which cluster this is, and the way to anything.

use egui::{
    Align, CornerRadius, CursorIcon, Frame, Layout, Margin, Panel, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo,
};

use super::{
    super::{
        action::Action,
        command::Command,
        ctx::Ctx,
        icon,
        theme::{self, CONTROL, RADIUS, fonts},
        widgets,
    },
    Around, edge, switcher,
};

/// Height of the bar, in points.
const HEIGHT: f32 = 44.0;
/// Width of the field that opens the palette, in points.
pub(super) const FIELD: f32 = 330.0;

pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    let theme = theme::of(ui);
    Panel::top("top-bar")
        .exact_size(HEIGHT)
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(edge::bar(ctx)).inner_margin(Margin::symmetric(12, 0)))
        .show(ui, |ui| {
            let line = ui.max_rect().bottom() - 0.5;
            ui.painter().hline(ui.clip_rect().x_range(), line, theme.rule());
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                name(ui, ctx);
                let left = ui.max_rect().left() + super::navigation::WIDTH - 12.0;
                ui.add_space((left - ui.cursor().left()).max(0.0));
                switcher::show(ui, ctx, around);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| palette_field(ui, ctx));
            });
        });
}

fn name(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(18.0, 20.0), Sense::hover());
    icon::DROP.paint(ui.painter(), rect.center(), 19.0, theme.accent);
    widgets::rich(ui, &ctx.t("app-name"), fonts::semibold(14.0), theme.text);
}

/// Looks like a field and opens the palette, so that the keys for it are learnt by seeing them.
fn palette_field(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(FIELD, CONTROL), Sense::click());
    let hint = ctx.t("palette-hint");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &hint));
    let painter = ui.painter();
    let edge = if response.hovered() || response.has_focus() { theme.accent } else { theme.edge };
    painter.rect(rect, CornerRadius::same(RADIUS), theme.window, Stroke::new(1.0, edge), StrokeKind::Inside);
    icon::SEARCH.paint(painter, egui::pos2(rect.left() + 18.0, rect.center().y), 16.0, theme.quiet);
    let words = painter.layout_no_wrap(hint.to_string(), fonts::body(), theme.faint);
    painter.galley(egui::pos2(rect.left() + 33.0, rect.center().y - words.size().y / 2.0), words, theme.faint);
    if let Some(keys) = Command::Palette.keys(ui) {
        let galley = painter.layout_no_wrap(keys, egui::FontId { size: 11.0, ..fonts::data() }, theme.quiet);
        let size = Vec2::new(galley.size().x + 12.0, 17.0);
        let cap = Rect::from_min_size(egui::pos2(rect.right() - size.x - 8.0, rect.center().y - size.y / 2.0), size);
        painter.rect(cap, 4.0, theme.panel, Stroke::new(1.0, theme.edge), StrokeKind::Inside);
        painter.galley(cap.center() - galley.size() / 2.0, galley, theme.quiet);
    }
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        ctx.act(Action::Run(Command::Palette));
    }
}
