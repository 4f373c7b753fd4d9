//! The bar at the top: who we are, which cluster this is, and the way to anything.

use std::path::{Path, PathBuf};

use egui::{
    Align, CornerRadius, CursorIcon, Frame, Layout, Margin, Panel, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo,
};

use super::super::{
    action::Action,
    command::Command,
    ctx::Ctx,
    icon,
    theme::{self, CONTROL, RADIUS, fonts},
    widgets,
};

/// Height of the bar, in points.
const HEIGHT: f32 = 44.0;
/// Width of the field that opens the palette, in points.
const FIELD: f32 = 330.0;

pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, recent: &[PathBuf], folder: &Path) {
    let theme = theme::of(ui);
    Panel::top("top-bar")
        .exact_size(HEIGHT)
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(12, 0)))
        .show(ui, |ui| {
            let line = ui.max_rect().bottom() - 0.5;
            ui.painter().hline(ui.clip_rect().x_range(), line, theme.rule());
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                name(ui, ctx);
                let left = ui.max_rect().left() + super::navigation::WIDTH - 12.0;
                ui.add_space((left - ui.cursor().left()).max(0.0));
                cluster(ui, ctx, recent, folder);
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

/// The cluster that is shown, and the way to another.
fn cluster(ui: &mut Ui, ctx: &Ctx<'_>, recent: &[PathBuf], folder: &Path) {
    let theme = theme::of(ui);
    let cluster = &ctx.facts.cluster;
    let none = ctx.t(super::status::no_address(ctx).0);
    let address = cluster.address.as_deref().unwrap_or(&none);
    let name = ctx.t("cluster-local");
    let painter = ui.painter();
    let name_galley = painter.layout_no_wrap(name.to_string(), fonts::body(), theme.text);
    let font = if cluster.address.is_some() { fonts::data() } else { fonts::body() };
    let address_galley = painter.layout_no_wrap(address.to_owned(), font, theme.quiet);
    let width = 12.0 + 8.0 + 8.0 + name_galley.size().x + 8.0 + address_galley.size().x + 8.0 + 14.0 + 10.0;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, ctx.t("cluster-switch")));
    let ground = if response.hovered() { theme.hover } else { theme.panel };
    let painter = ui.painter();
    let edge = if response.has_focus() { theme.accent } else { theme.edge };
    painter.rect(rect, CornerRadius::same(RADIUS), ground, Stroke::new(1.0, edge), StrokeKind::Inside);
    let y = rect.center().y;
    let dot = super::status::color(ctx);
    painter.circle_filled(egui::pos2(rect.left() + 15.0, y), 4.0, dot);
    let mut x = rect.left() + 27.0;
    for (galley, color) in [(name_galley, theme.text), (address_galley, theme.quiet)] {
        let size = galley.size();
        painter.galley(egui::pos2(x, y - size.y / 2.0), galley, color);
        x += size.x + 8.0;
    }
    icon::CHEVRON_DOWN.paint(painter, egui::pos2(x + 5.0, y), 15.0, theme.quiet);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    widgets::menu(&response, |ui| menu(ui, ctx, recent, folder));
}

fn menu(ui: &mut Ui, ctx: &Ctx<'_>, recent: &[PathBuf], folder: &Path) {
    let path = folder.display().to_string();
    widgets::note(ui, &ctx.text.with("cluster-folder", &[("path", path.as_str().into())]));
    if ctx.facts.cluster.address.is_none() {
        widgets::note(ui, &super::status::no_address(ctx).1);
    }
    widgets::rule(ui);
    if widgets::item(ui, icon::COPY, &ctx.t("cluster-copy-folder"), None) {
        ctx.act(Action::Copy(path));
    }
    for other in recent.iter().filter(|other| *other != folder) {
        if widgets::item(ui, icon::HISTORY, &other.display().to_string(), None) {
            ctx.act(Action::OpenWorkspace(other.clone()));
        }
    }
    let keys = Command::OpenWorkspace.keys(ui);
    if widgets::item(ui, icon::FOLDER, &ctx.t("cluster-open-folder"), keys.as_deref()) {
        ctx.act(Action::Run(Command::OpenWorkspace));
    }
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
