//! Who owns what, drawn: members at the left, partitions at the right, a line from owner to partition.

use egui::{
    Align2, Color32, CornerRadius, Pos2, Rect, Role, ScrollArea, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

use crate::{
    session::{GroupFacts, GroupPartitionFacts, MemberFacts},
    ui::{
        Ctx, format,
        theme::{self, Theme, fonts},
        widgets,
    },
};

/// Partitions and members drawn at most; the table below has them all.
const PARTITIONS_DRAWN_MAX: usize = 200;
const MEMBERS_DRAWN_MAX: usize = 100;
/// Sizes while there is room, in points.
const ROOMY: Sizes = Sizes { bar: 24.0, bar_step: 31.0, member: 36.0, member_step: 46.0 };
/// Sizes when there is not: members on one line.
const COMPACT: Sizes = Sizes { bar: 21.0, bar_step: 25.0, member: 21.0, member_step: 25.0 };
/// Share of the width for members, for lines, for partitions.
const MEMBERS_SHARE: f32 = 0.33;
const LINES_SHARE: f32 = 0.23;

/// Draws the card's content.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    widgets::card_header(ui, &ctx.t("group-assignment"), "", |ui| {
        widgets::caption(ui, &ctx.t("group-assignment-unread"));
        swatch(ui, ctx.theme.window, ctx.theme.hairline);
        ui.add_space(8.0);
        widgets::caption(ui, &ctx.t("group-assignment-read"));
        let read = strong_tint(ctx.theme, if group.members.is_empty() { ctx.theme.faint } else { ctx.theme.series(0) });
        swatch(ui, read, read);
    });
    if group.partitions.is_empty() && group.members.is_empty() {
        widgets::faint(ui, &ctx.t("group-assignment-none"));
        return;
    }
    ScrollArea::vertical().id_salt("assignment").auto_shrink(false).show(ui, |ui| picture(ui, ctx, group));
}

fn swatch(ui: &mut Ui, fill: Color32, edge: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(8.0, 14.0), Sense::hover());
    ui.painter().rect(rect, CornerRadius::same(2), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
}

#[derive(Clone, Copy)]
struct Sizes {
    bar: f32,
    bar_step: f32,
    member: f32,
    member_step: f32,
}

fn picture(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    let order = member_order(group);
    let members = order.len().min(MEMBERS_DRAWN_MAX);
    let partitions = group.partitions.len().min(PARTITIONS_DRAWN_MAX);
    let height_of = |s: Sizes| (members as f32 * s.member_step).max(partitions as f32 * s.bar_step);
    let sizes = if height_of(ROOMY) <= ui.available_height() { ROOMY } else { COMPACT };
    let height = height_of(sizes);
    let width = ui.available_width() - 10.0;
    let (space, _) = ui.allocate_exact_size(Vec2::new(width, height.max(sizes.member_step)), Sense::hover());
    let left = |place: usize| {
        let top = space.top() + (height - members as f32 * sizes.member_step) / 2.0 + place as f32 * sizes.member_step;
        Rect::from_min_size(Pos2::new(space.left(), top), Vec2::new(width * MEMBERS_SHARE, sizes.member))
    };
    let right = |place: usize| {
        let top = space.top() + (height - partitions as f32 * sizes.bar_step) / 2.0 + place as f32 * sizes.bar_step;
        let x = space.left() + width * (MEMBERS_SHARE + LINES_SHARE);
        Rect::from_min_max(Pos2::new(x, top), Pos2::new(space.right(), top + sizes.bar))
    };
    for (place, partition) in group.partitions.iter().take(partitions).enumerate() {
        let owner_place = partition.owner.and_then(|owner| order.iter().take(members).position(|m| *m == owner));
        if let (Some(owner), Some(from)) = (partition.owner, owner_place) {
            line(ui, left(from).right_center(), right(place).left_center(), ctx.theme.series(owner));
        }
    }
    for (place, index) in order.iter().take(members).enumerate() {
        if let Some(member) = group.members.get(*index) {
            member_box(ui, ctx, left(place), place, member);
        }
    }
    if group.members.is_empty() {
        let at = Pos2::new(space.left(), space.center().y);
        let words = ctx.t("group-no-members");
        ui.painter().text(at, Align2::LEFT_CENTER, &*words, fonts::body(), ctx.theme.faint);
    }
    for (place, partition) in group.partitions.iter().take(partitions).enumerate() {
        partition_bar(ui, ctx, right(place), partition);
    }
    let left_out = group.partitions.len() - partitions;
    if left_out > 0 {
        widgets::caption(ui, &ctx.text.with("group-assignment-left-out", &[("n", (left_out as u64).into())]));
    }
}

/// Members beside what they own, so that few lines cross; idle ones last.
fn member_order(group: &GroupFacts) -> Vec<usize> {
    let first_owned = |index: &usize| group.partitions.iter().position(|p| p.owner == Some(*index));
    let mut order: Vec<usize> = (0..group.members.len()).collect();
    order.sort_by_key(|index| first_owned(index).unwrap_or(usize::MAX));
    order
}

fn line(ui: &Ui, from: Pos2, to: Pos2, color: Color32) {
    let bend = (to.x - from.x) * 0.5;
    let points = [from, from + Vec2::new(bend, 0.0), to - Vec2::new(bend, 0.0), to];
    let stroke = Stroke::new(1.8, color);
    ui.painter().add(egui::epaint::CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
}

fn member_box(ui: &mut Ui, ctx: &Ctx<'_>, rect: Rect, place: usize, member: &MemberFacts) {
    let theme = theme::of(ui);
    let idle = member.assignment.is_empty();
    let about = if idle { ctx.t("group-member-idle").to_string() } else { host(member) };
    let response = ui.interact(rect, ui.scope_id().with(("member", place)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {about}", member.client_id)));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect.expand(1.0));
    painter.rect_filled(rect, CornerRadius::same(5), theme.panel);
    if idle {
        dashed(ui, rect, theme.care);
    } else {
        painter.rect_stroke(rect, CornerRadius::same(5), Stroke::new(1.0, theme.edge), StrokeKind::Inside);
    }
    let inner = ui.painter_at(rect.shrink2(Vec2::new(10.0, 2.0)));
    let x = rect.left() + 12.0;
    if rect.height() >= ROOMY.member {
        let name = Pos2::new(x, rect.top() + 11.0);
        inner.text(name, Align2::LEFT_CENTER, &member.client_id, fonts::medium(12.0), theme.text);
        inner.text(Pos2::new(x, rect.top() + 25.0), Align2::LEFT_CENTER, &about, fonts::caption(), theme.quiet);
    } else {
        let name = Pos2::new(x, rect.center().y);
        let name = inner.text(name, Align2::LEFT_CENTER, &member.client_id, fonts::medium(12.0), theme.text);
        let after = Pos2::new(name.right() + 8.0, rect.center().y);
        inner.text(after, Align2::LEFT_CENTER, &about, fonts::caption(), theme.quiet);
    }
    let id = if idle { format!("{}\n{}", member.id, ctx.t("group-member-idle-why")) } else { member.id.clone() };
    response.on_hover_text(id);
}

/// The address without the slash that Java clients are used to.
fn host(member: &MemberFacts) -> String {
    let host = member.host.trim_start_matches('/');
    match &member.instance_id {
        Some(instance) => format!("{instance} · {host}"),
        None => host.to_owned(),
    }
}

fn dashed(ui: &Ui, rect: Rect, color: Color32) {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.2, color), 4.0, 3.0));
}

fn partition_bar(ui: &mut Ui, ctx: &Ctx<'_>, rect: Rect, partition: &GroupPartitionFacts) {
    let theme = theme::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("partition", &partition.tp)), Sense::hover());
    let words = bar_words(ctx, partition);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    painter.rect(rect, CornerRadius::same(4), theme.window, theme.rule(), StrokeKind::Inside);
    let color = partition.owner.map_or(theme.faint, |owner| theme.series(owner));
    if let Some(share) = read_share(partition) {
        let read = Rect::from_min_size(rect.min, Vec2::new(rect.width() * share, rect.height()));
        painter.rect_filled(read, CornerRadius::same(4), strong_tint(theme, color));
    }
    let name = Pos2::new(rect.left() + 10.0, rect.center().y);
    painter.text(name, Align2::LEFT_CENTER, partition.tp.to_string(), fonts::medium(12.0), theme.text);
    let lag = Pos2::new(rect.right() - 8.0, rect.center().y);
    let waits = partition.lag.records().is_some_and(|lag| lag > 0);
    let lag_color = if waits { theme.care } else { theme.quiet };
    painter.text(lag, Align2::RIGHT_CENTER, format::lag(partition.lag), fonts::data(), lag_color);
    response.on_hover_text(words);
}

fn strong_tint(theme: &Theme, color: Color32) -> Color32 {
    theme.panel.lerp_to_gamma(color, if theme.dark { 0.34 } else { 0.30 })
}

/// How much of what the partition holds is read.
fn read_share(partition: &GroupPartitionFacts) -> Option<f32> {
    let (committed, start, end) = (partition.committed?, partition.start?, partition.end?);
    if end <= start {
        return Some(1.0);
    }
    Some(((committed.saturating_sub(start) as f64) / ((end - start) as f64)).clamp(0.0, 1.0) as f32)
}

fn bar_words(ctx: &Ctx<'_>, partition: &GroupPartitionFacts) -> String {
    let committed = partition.committed.map_or_else(|| format::UNKNOWN.to_owned(), format::integer);
    let end = partition.end.map_or_else(|| format::UNKNOWN.to_owned(), format::integer);
    ctx.text.with(
        "group-bar",
        &[
            ("partition", partition.tp.to_string().into()),
            ("committed", committed.into()),
            ("end", end.into()),
            ("lag", format::lag(partition.lag).into()),
        ],
    )
}
