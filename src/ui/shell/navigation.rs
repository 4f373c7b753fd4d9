//! The navigation at the left, with counts.

use egui::{CornerRadius, CursorIcon, Frame, Margin, Panel, Role, Sense, Ui, Vec2, WidgetInfo};

use super::super::{
    ctx::Ctx,
    format,
    icon::{self, Icon},
    place::Place,
    theme::{self, ICON, RADIUS, fonts},
};

/// Width of the navigation, in points.
pub(super) const WIDTH: f32 = 196.0;
const ROW: f32 = 30.0;

pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    Panel::left("navigation")
        .exact_size(WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(theme.panel).inner_margin(Margin { left: 8, right: 9, top: 24, bottom: 8 }))
        .show(ui, |ui| {
            ui.painter().vline(ui.max_rect().right() + 8.5, ui.clip_rect().y_range(), theme.rule());
            ui.spacing_mut().item_spacing.y = 2.0;
            let of_cluster = ctx.is_cluster();
            head(ui, &ctx.t(if of_cluster { "nav-cluster" } else { "nav-workspace" }));
            let topics = ctx.facts.topics.iter().filter(|topic| !topic.internal).count();
            let known = ctx.facts.first_load_done;
            let clients = ctx.facts.cluster.clients.filter(|clients| *clients > 0);
            let jobs = ctx.session.map_or(0, |session| session.transfers_running());
            let entries = [
                (Place::Overview, icon::OVERVIEW, "nav-overview", None),
                (Place::Topics, icon::TOPICS, "nav-topics", known.then_some(topics)),
                (Place::Groups, icon::GROUPS, "nav-groups", known.then_some(ctx.facts.groups.len())),
                (Place::Consume, icon::CONSUME, "nav-consume", None),
                (Place::Connections, icon::CONNECTIONS, "nav-connections", clients),
                (
                    Place::Brokers,
                    icon::BROKERS,
                    "nav-brokers",
                    Some(ctx.facts.cluster.nodes).filter(|nodes| *nodes > 1),
                ),
                (Place::Access, icon::ACCESS, "nav-access", None),
                (Place::Transfers, icon::TRANSFERS, "nav-transfers", Some(jobs).filter(|jobs| *jobs > 0)),
            ];
            for (place, icon, words, count) in entries {
                entry(ui, ctx, place, icon, words, count);
            }
            // Lessons have brokers of their own, and are no part of somebody's cluster.
            if !of_cluster {
                ui.add_space(12.0);
                head(ui, &ctx.t("nav-learn"));
                entry(ui, ctx, Place::Labs, icon::LABS, "nav-labs", None);
            }
            ui.with_layout(egui::Layout::bottom_up(egui::Align::Min), |ui| {
                entry(ui, ctx, Place::Settings, icon::SETTINGS, "nav-settings", None);
                entry(ui, ctx, Place::Clusters, icon::CLUSTERS, "nav-clusters", None);
            });
        });
}

fn head(ui: &mut Ui, words: &str) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 22.0), Sense::hover());
    let galley = ui.painter().layout_no_wrap(words.to_owned(), fonts::caption(), theme.faint);
    ui.painter().galley(egui::pos2(rect.left() + 10.0, rect.center().y - galley.size().y / 2.0), galley, theme.faint);
}

fn entry(ui: &mut Ui, ctx: &Ctx<'_>, place: Place, icon: Icon, words: &str, count: Option<usize>) {
    let theme = theme::of(ui);
    let words = ctx.t(words);
    let here = ctx.place.root() == place;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, here, &words));
    if here || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), if here { theme.selected } else { theme.hover });
    }
    if response.has_focus() {
        let ring = egui::Stroke::new(1.5, theme.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS), ring, egui::StrokeKind::Inside);
    }
    let y = rect.center().y;
    icon.paint(
        ui.painter(),
        egui::pos2(rect.left() + 18.0, y),
        ICON + 1.0,
        if here { theme.accent } else { theme.quiet },
    );
    let (font, color) = if here { (fonts::medium(13.0), theme.text) } else { (fonts::body(), theme.quiet) };
    let galley = ui.painter().layout_no_wrap(words.to_string(), font, color);
    ui.painter().galley(egui::pos2(rect.left() + 36.0, y - galley.size().y / 2.0), galley, color);
    if let Some(count) = count {
        let count = ui.painter().layout_no_wrap(format::count(count as u64), fonts::caption(), theme.faint);
        ui.painter().galley(
            egui::pos2(rect.right() - 10.0 - count.size().x, y - count.size().y / 2.0),
            count,
            theme.faint,
        );
    }
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        ctx.go(place);
    }
}
