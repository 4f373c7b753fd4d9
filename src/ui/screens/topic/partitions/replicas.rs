//! The replicas of a partition in one cell: who leads, who is in sync, who comes and goes.

use std::sync::Arc;

use egui::{Color32, Response, Role, Ui, WidgetInfo};

use crate::{
    model::Reassignment,
    session::{PartitionFacts, brokers::trouble_of, moves::TopicMoves},
    ui::{
        ctx::Ctx,
        icon,
        screens::brokers::trouble_chip,
        theme::{self, fonts},
        widgets,
    },
};

/// The nodes of a partition in their order: the leader strong, those out of sync in the colour of care and in brackets.
pub(in crate::ui::screens) fn replica_ids(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    replicas: &[i32],
    isr: &[i32],
    leader: Option<i32>,
) {
    let theme = theme::of(ui);
    let one = |id: i32| -> (String, Color32, bool) {
        match (leader == Some(id), isr.contains(&id)) {
            (true, _) => (id.to_string(), theme.text, true),
            (false, true) => (id.to_string(), theme.quiet, false),
            (false, false) => (format!("({id})"), theme.care, false),
        }
    };
    draw(ui, ctx, replicas.iter().map(|id| one(*id)), "partitions-replicas-about");
}

/// The same while replicas come (`+3`) and go (`−1`).
fn moving_ids(ui: &mut Ui, ctx: &Ctx<'_>, partition: &PartitionFacts, moved: &Reassignment) {
    let theme = theme::of(ui);
    let one = |id: i32| -> (String, Color32, bool) {
        if moved.adding.contains(&id) {
            (format!("+{id}"), theme.accent, false)
        } else if moved.removing.contains(&id) {
            (format!("−{id}"), theme.faint, false)
        } else {
            let leads = partition.leader == Some(id);
            (id.to_string(), if leads { theme.text } else { theme.quiet }, leads)
        }
    };
    draw(ui, ctx, moved.replicas.iter().map(|id| one(*id)), "partitions-moving-about");
}

fn draw(ui: &mut Ui, ctx: &Ctx<'_>, parts: impl Iterator<Item = (String, Color32, bool)>, about: &str) {
    ids(ui, parts).on_hover_text(&*ctx.t(about));
}

/// Nodes side by side, each with its colour and whether it is bold.
pub(super) fn ids(ui: &mut Ui, parts: impl Iterator<Item = (String, Color32, bool)>) -> Response {
    let mut job = egui::text::LayoutJob::default();
    let font = |strong: bool| if strong { fonts::data_bold() } else { fonts::data() };
    let mut words = Vec::new();
    for (at, (word, color, strong)) in parts.enumerate() {
        let before = if at == 0 { 0.0 } else { 7.0 };
        job.append(&word, before, egui::TextFormat { font_id: font(strong), color, ..Default::default() });
        words.push(word);
    }
    let response = ui.add(egui::Label::new(job).extend().selectable(false));
    // What is drawn apart is read apart: 1, 2 and not 12.
    let words = words.join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    response
}

/// Where the replicas of a partition are, and where they go.
pub(super) fn replicas_cell(ui: &mut Ui, ctx: &Ctx<'_>, partition: &PartitionFacts, moves: Option<&TopicMoves>) {
    match moves.and_then(|moves| moves.of(partition.id)) {
        Some(moved) => moving_ids(ui, ctx, partition, moved),
        None => replica_ids(ui, ctx, &partition.replicas, &partition.isr, partition.leader),
    }
}

/// How a partition is: the worst that can be said of it.
pub(super) fn state_cell(ui: &mut Ui, ctx: &Ctx<'_>, partition: &PartitionFacts, moves: Option<&TopicMoves>) {
    let theme = theme::of(ui);
    if let Some(why) = &partition.damage {
        widgets::chip(ui, icon::ERROR, &ctx.t("topic-damaged"), theme.bad).on_hover_text(why);
        widgets::elided(ui, why, fonts::body(), theme.quiet);
        return;
    }
    if moves.is_some_and(|moves| moves.of(partition.id).is_some()) {
        widgets::chip(ui, icon::REBALANCE, &ctx.t("partitions-moving"), theme.note);
        return;
    }
    match trouble_of(partition) {
        Some(trouble) => {
            let chip = trouble_chip(ui, ctx, trouble);
            if let Some(words) = eligible_words(ctx, partition, moves) {
                chip.on_hover_text(words);
            }
        }
        None => drop(widgets::faint(ui, &ctx.t("partitions-fine"))),
    }
}

/// Who may lead without loss although it is not in sync (KIP-966).
fn eligible_words(ctx: &Ctx<'_>, partition: &PartitionFacts, moves: Option<&TopicMoves>) -> Option<String> {
    let told = moves?.eligible.iter().find(|one| one.tp.partition == partition.id)?;
    let ids = |ids: &[i32]| ids.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    if !told.eligible.is_empty() {
        return Some(ctx.text.with("partitions-eligible", &[("ids", ids(&told.eligible).into())]));
    }
    let lost = !told.last_known.is_empty() && partition.leader.is_none();
    lost.then(|| ctx.text.with("partitions-last-known", &[("ids", ids(&told.last_known).into())]))
}

/// The leader, with a mark where another is preferred.
pub(super) fn leader_cell(ui: &mut Ui, ctx: &Ctx<'_>, partition: &PartitionFacts) {
    let theme = theme::of(ui);
    let Some(leader) = partition.leader else {
        widgets::faint(ui, crate::ui::format::UNKNOWN);
        return;
    };
    let words: Arc<str> = match partition.is_led_by_another() {
        false => ctx.t("partitions-leader-preferred"),
        true => {
            icon::show(ui, icon::INFO, theme.note);
            let first = partition.replicas.first().copied().unwrap_or_default().to_string();
            ctx.text.with("partitions-leader-other", &[("id", first.into())]).into()
        }
    };
    widgets::data(ui, &leader.to_string()).on_hover_text(&*words);
}

/// Why the preferred replica of a partition cannot be elected.
pub(in crate::ui::screens) fn elect_why_not(
    ctx: &Ctx<'_>,
    replicas: &[i32],
    isr: &[i32],
    leader: Option<i32>,
) -> Option<Arc<str>> {
    let preferred = replicas.first()?;
    match leader {
        Some(leader) if leader != *preferred => (!isr.contains(preferred))
            .then(|| ctx.text.with("elect-why-behind", &[("id", preferred.to_string().into())]).into()),
        _ => Some(ctx.t("elect-why-not")),
    }
}
