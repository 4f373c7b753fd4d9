//! How findings are shown: a chip, a sentence in which names stand out, and a link to where it can be looked at.

use std::sync::Arc;

use egui::{Color32, Ui};

use super::looks::Finding;
use crate::ui::{
    Ctx, GroupTab, Place, TopicTab, format, icon,
    icon::Icon,
    text::Arg,
    theme::{self, Theme, fonts},
    widgets,
};

/// The card of findings.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, findings: &[Finding]) {
    widgets::card(ui, |ui| {
        ui.set_min_height(ui.available_height());
        widgets::card_header(ui, &ctx.t("looks-title"), "", |_| ());
        if findings.is_empty() {
            ui.horizontal_top(|ui| {
                icon::show(ui, icon::CHECK, ctx.theme.good);
                widgets::paragraph(ui, &ctx.t("looks-none"));
            });
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            for finding in findings {
                one(ui, ctx, finding);
            }
        });
    });
}

fn one(ui: &mut Ui, ctx: &Ctx<'_>, finding: &Finding) {
    let look = look(ctx.theme, finding);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        widgets::chip(ui, look.icon, &ctx.t(look.word), look.color);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            sentence(ui, &words(ctx, finding), &names(finding));
            if let Finding::Damaged { why, .. } = finding {
                widgets::elided(ui, why, fonts::caption(), ctx.theme.quiet);
            }
            if widgets::link(ui, &ctx.t(look.link)).clicked() {
                ctx.go(place(finding));
            }
        });
    });
}

/// Chip and link of a finding.
struct Look {
    icon: Icon,
    color: Color32,
    word: &'static str,
    link: &'static str,
}

fn look(theme: &Theme, finding: &Finding) -> Look {
    let look = |icon, color, word, link| Look { icon, color, word, link };
    match finding {
        Finding::Offline { .. } => look(icon::ERROR, theme.bad, "looks-offline", "looks-open-brokers"),
        Finding::UnderReplicated { .. } => look(icon::CARE, theme.care, "looks-under", "looks-open-brokers"),
        Finding::Damaged { .. } => look(icon::ERROR, theme.bad, "looks-damaged", "looks-open-topic"),
        Finding::FallingBehind { .. } => look(icon::CARE, theme.care, "looks-lag", "looks-open-group"),
        Finding::NobodyReads { .. } => look(icon::CIRCLE, theme.note, "looks-empty", "looks-open-group"),
        Finding::Idle { .. } => look(icon::CIRCLE, theme.note, "looks-idle", "looks-why"),
        Finding::Restless { .. } => look(icon::REBALANCE, theme.care, "looks-restless", "looks-open-group"),
        Finding::DeadLetters { .. } => look(icon::CLOSE, theme.bad, "looks-dead", "looks-look"),
    }
}

fn place(finding: &Finding) -> Place {
    match finding {
        Finding::Offline { .. } | Finding::UnderReplicated { .. } => Place::Brokers,
        Finding::Damaged { topic, .. } => Place::Topic { name: topic.to_string(), tab: TopicTab::Partitions },
        Finding::FallingBehind { group, .. } | Finding::NobodyReads { group, .. } => Place::group(&**group),
        Finding::Idle { group, .. } => Place::Group { id: group.to_string(), tab: GroupTab::Members },
        Finding::Restless { group, .. } => Place::Group { id: group.to_string(), tab: GroupTab::Rebalances },
        Finding::DeadLetters { topic, .. } => Place::topic(&**topic),
    }
}

/// What stands out in the sentence.
fn names(finding: &Finding) -> Vec<Arc<str>> {
    match finding {
        Finding::FallingBehind { group, topic, .. } | Finding::NobodyReads { group, topic, .. } => {
            vec![Arc::clone(topic), Arc::clone(group)]
        }
        Finding::Offline { .. } | Finding::UnderReplicated { .. } => Vec::new(),
        Finding::Damaged { topic, .. } | Finding::DeadLetters { topic, .. } => vec![Arc::clone(topic)],
        Finding::Idle { group, .. } | Finding::Restless { group, .. } => vec![Arc::clone(group)],
    }
}

fn words(ctx: &Ctx<'_>, finding: &Finding) -> String {
    fn name(name: &Arc<str>) -> Arg<'_> {
        (&**name).into()
    }
    match finding {
        Finding::Offline { partitions } => ctx.text.with("looks-offline-about", &[("n", (*partitions as u64).into())]),
        Finding::UnderReplicated { partitions } => {
            ctx.text.with("looks-under-about", &[("n", (*partitions as u64).into())])
        }
        Finding::Damaged { topic, .. } => ctx.text.with("looks-damaged-about", &[("topic", name(topic))]),
        Finding::FallingBehind { group, topic, behind_millis, inflow, outflow } => ctx.text.with(
            "looks-lag-about",
            &[
                ("group", name(group)),
                ("topic", name(topic)),
                ("behind", ctx.format.duration(*behind_millis).into()),
                ("in", format::rate(*inflow).into()),
                ("out", format::rate(*outflow).into()),
            ],
        ),
        Finding::NobodyReads { group, topic, lag } => {
            let args = [("group", name(group)), ("topic", name(topic)), ("count", format::count(*lag).into())];
            ctx.text.with("looks-empty-about", &args)
        }
        Finding::Idle { group, members, partitions, idle } => {
            let count = |n: &usize| Arg::from(*n as u64);
            let (members, partitions, idle) = (count(members), count(partitions), count(idle));
            let args = [("group", name(group)), ("members", members), ("partitions", partitions), ("idle", idle)];
            ctx.text.with("looks-idle-about", &args)
        }
        Finding::Restless { group, rebalances } => {
            ctx.text.with("looks-restless-about", &[("group", name(group)), ("count", (*rebalances as u64).into())])
        }
        Finding::DeadLetters { topic, records, newest } => {
            let ago = newest.map_or_else(|| format::UNKNOWN.to_owned(), |at| ctx.format.ago(ctx.now, at));
            let args = [("topic", name(topic)), ("count", format::count(*records).into()), ("ago", ago.into())];
            ctx.text.with("looks-dead-about", &args)
        }
    }
}

/// A wrapped sentence in which some names stand out.
fn sentence(ui: &mut Ui, text: &str, bold: &[Arc<str>]) {
    let theme = theme::of(ui);
    let mut job = egui::text::LayoutJob::default();
    let plain = egui::TextFormat { line_height: Some(19.0), ..egui::TextFormat::simple(fonts::body(), theme.text) };
    let strong = egui::TextFormat { font_id: fonts::semibold(13.0), ..plain.clone() };
    let mut rest = text;
    while !rest.is_empty() {
        let next = bold.iter().filter_map(|name| Some((rest.find(&**name)?, name.len()))).min();
        match next.filter(|(_, length)| *length > 0) {
            Some((at, length)) => {
                job.append(&rest[..at], 0.0, plain.clone());
                job.append(&rest[at..at + length], 0.0, strong.clone());
                rest = &rest[at + length..];
            }
            None => {
                job.append(rest, 0.0, plain.clone());
                break;
            }
        }
    }
    ui.add(egui::Label::new(job).wrap());
}
