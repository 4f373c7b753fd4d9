//! The tab of a group's members: who they are and what they own.

use egui::{ScrollArea, Ui};

use crate::{
    session::{GroupFacts, MemberFacts},
    ui::{
        Action, Command, Ctx, format, icon,
        theme::{self, fonts},
        widgets,
    },
};

/// Height of a row, in points.
const ROW: f32 = 62.0;
/// Partitions named in a row at most.
const PARTITIONS_NAMED_MAX: usize = 12;

/// Draws the tab on all the space that is left.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    if group.members.is_empty() {
        let start = ctx.t("groups-start-consumer");
        if widgets::empty(ui, icon::GROUPS, &ctx.t("group-members-none"), ctx.if_changing(&start))
            .is_some_and(|r| r.clicked())
        {
            ctx.act(Action::Run(Command::NewConsumer));
        }
        return;
    }
    let idle = group.idle_members();
    if group.is_queue() {
        widgets::paragraph(ui, &ctx.t("queue-members-about"));
        ui.add_space(4.0);
    } else if idle > 0 {
        ui.horizontal(|ui| {
            widgets::chip(ui, icon::CIRCLE, &ctx.t("looks-idle"), ctx.theme.note);
            widgets::paragraph(ui, &ctx.t("group-member-idle-why"));
        });
        ui.add_space(4.0);
    }
    widgets::card_fill(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, group.members.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for index in range {
                if let Some(member) = group.members.get(index) {
                    row(ui, ctx, index, member);
                }
            }
        });
    });
}

fn row(ui: &mut Ui, ctx: &Ctx<'_>, index: usize, member: &MemberFacts) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), ROW), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Row, true, &member.client_id));
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.rule());
    let mark = egui::Rect::from_center_size(egui::pos2(rect.left() + 20.0, rect.center().y), egui::vec2(4.0, 34.0));
    let color = if member.assignment.is_empty() { theme.hairline } else { theme.series(index) };
    ui.painter().rect_filled(mark, 2.0, color);
    let inner = egui::Rect::from_min_max(rect.min + egui::vec2(36.0, 8.0), rect.max - egui::vec2(16.0, 4.0));
    let mut ui = ui.new_child(egui::UiBuilder::new().id_salt(("member", index)).max_rect(inner));
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.horizontal(|ui| {
        widgets::strong(ui, &member.client_id);
        widgets::data_quiet(ui, member.host.trim_start_matches('/'));
        if let Some(instance) = &member.instance_id {
            let words = ctx.text.with("group-member-instance", &[("instance", instance.as_str().into())]);
            widgets::chip_plain(ui, &words, theme.note);
        }
        if let Some(target) = member.moves_to() {
            let words = ctx.text.with("group-member-moves", &[("n", (target.len() as u64).into())]);
            let named = target.iter().map(ToString::to_string).collect::<Vec<_>>().join("  ");
            widgets::chip_plain(ui, &words, theme.care).on_hover_text(named);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            widgets::elided(ui, &member.id, fonts::data(), theme.faint);
        });
    });
    ui.horizontal(|ui| {
        if member.assignment.is_empty() {
            widgets::rich(ui, &ctx.t("group-member-idle"), fonts::body(), theme.care);
            return;
        }
        let named: Vec<String> = member.assignment.iter().take(PARTITIONS_NAMED_MAX).map(ToString::to_string).collect();
        let more = member.assignment.len().saturating_sub(PARTITIONS_NAMED_MAX);
        let tail = if more > 0 { format!(" + {}", format::count(more as u64)) } else { String::new() };
        widgets::elided(ui, &format!("{}{tail}", named.join("  ")), fonts::data(), theme.quiet);
    });
}
