//! The busiest topics, and what needs a look.

use egui::{CursorIcon, Label, RichText, Sense, Ui, Vec2};

use crate::{
    model::GroupState,
    session::{GroupFacts, TopicFacts},
    ui::{
        ctx::Ctx,
        format,
        icon::{self, Icon},
        place::{GroupTab, Place, TopicTab},
        theme::{self, fonts},
        widgets,
    },
};

/// Entries of each list at most; the screens of topics and groups have all.
const ENTRIES_MAX: usize = 6;
/// Behind by more than this is worth a look while it grows.
const BEHIND_MILLIS: i64 = 5_000;
/// Time that a topic's sparkline covers.
const SPARK_MILLIS: i64 = 300_000;

/// Topics by what goes through them now, then by size.
pub(super) fn busiest(ui: &mut Ui, ctx: &Ctx<'_>) {
    let mut topics: Vec<&TopicFacts> = ctx.facts.topics.iter().filter(|topic| !topic.internal).collect();
    let traffic = |topic: &TopicFacts| topic.in_per_second.unwrap_or(0.0) + topic.out_per_second.unwrap_or(0.0);
    topics.sort_by(|a, b| traffic(b).total_cmp(&traffic(a)).then(b.records.cmp(&a.records)).then(a.name.cmp(&b.name)));
    let more = topics.len().saturating_sub(ENTRIES_MAX);
    topics.truncate(ENTRIES_MAX);
    let height = ui.available_height();
    widgets::card(ui, |ui| {
        ui.set_min_height(height - 30.0);
        widgets::card_header(ui, &ctx.t("overview-busiest"), "", |ui| {
            if more > 0 {
                let words = ctx.text.with("overview-all-topics", &[("n", ((more + topics.len()) as u64).into())]);
                if widgets::link(ui, &words).clicked() {
                    ctx.go(Place::Topics);
                }
            }
        });
        ui.spacing_mut().item_spacing.y = 0.0;
        for topic in topics {
            topic_row(ui, ctx, topic);
        }
    });
}

fn topic_row(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::ROW), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &topic.name));
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(Vec2::new(6.0, 0.0)), 4.0, theme.hover);
    }
    ui.painter().hline(rect.x_range(), rect.top(), theme.rule());
    let y = rect.center().y;
    let records = ctx.text.with("count-records", &[("n", format::count(topic.records).into())]);
    let _ = records;
    let lay = |words: String, font, color| ui.painter().layout_no_wrap(words, font, color);
    let paint = |x: f32, galley: std::sync::Arc<egui::Galley>| {
        ui.painter().galley(egui::pos2(x, y - galley.size().y / 2.0), galley, theme.text);
    };
    let right = rect.right();
    let rate = |id: &str, rate: Option<f64>| ctx.text.with(id, &[("rate", format::rate_or_unknown(rate).into())]);
    let cells = [
        (right, lay(rate("status-out", topic.out_per_second), fonts::data(), theme.quiet)),
        (right - 110.0, lay(rate("status-in", topic.in_per_second), fonts::data(), theme.text)),
        (right - 320.0, lay(format::count(topic.records), fonts::data(), theme.text)),
    ];
    for (end, galley) in cells {
        paint(end - galley.size().x, galley);
    }
    let room = (right - 410.0 - rect.left()).max(60.0);
    let name = ui.painter().layout_job(egui::text::LayoutJob {
        wrap: egui::text::TextWrapping::truncate_at_width(room),
        ..egui::text::LayoutJob::simple_singleline(topic.name.to_string(), fonts::medium(13.0), theme.text)
    });
    paint(rect.left(), name);
    let spark = egui::Rect::from_min_size(egui::pos2(right - 304.0, rect.top() + 5.0), Vec2::new(88.0, 18.0));
    let points = topic.history.points(ctx.facts.at, SPARK_MILLIS);
    let mut child = ui.new_child(egui::UiBuilder::new().id_salt(&*topic.name).max_rect(spark));
    widgets::sparkline(&mut child, &points, spark.size(), "");
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        ctx.go(Place::topic(&*topic.name));
    }
}

/// One thing that a person should know.
struct Finding {
    /// The worst first.
    rank: u8,
    icon: Icon,
    color: egui::Color32,
    word: &'static str,
    sentence: String,
    link: &'static str,
    place: Place,
}

/// What is wrong, or may become so, in sentences.
pub(super) fn needs_a_look(ui: &mut Ui, ctx: &Ctx<'_>) {
    let mut findings = Vec::new();
    for topic in ctx.facts.topics.iter() {
        look_at_topic(ctx, topic, &mut findings);
    }
    for group in ctx.facts.groups.iter() {
        look_at_group(ctx, group, &mut findings);
    }
    findings.sort_by_key(|finding| finding.rank);
    let more = findings.len().saturating_sub(ENTRIES_MAX);
    findings.truncate(ENTRIES_MAX);
    let height = ui.available_height();
    widgets::card(ui, |ui| {
        ui.set_min_height(height - 30.0);
        widgets::card_header(ui, &ctx.t("overview-look"), "", |_| ());
        if findings.is_empty() {
            ui.horizontal(|ui| {
                icon::show(ui, icon::CHECK, ctx.theme.good);
                widgets::quiet(ui, &ctx.t("overview-look-nothing"));
            });
        }
        for finding in &findings {
            show_finding(ui, ctx, finding);
        }
        if more > 0 {
            widgets::faint(ui, &ctx.text.with("overview-look-more", &[("n", (more as u64).into())]));
        }
    });
}

fn show_finding(ui: &mut Ui, ctx: &Ctx<'_>, finding: &Finding) {
    ui.horizontal_top(|ui| {
        widgets::chip(ui, finding.icon, &ctx.t(finding.word), finding.color);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let words = RichText::new(&finding.sentence).font(fonts::body()).color(ctx.theme.text);
            ui.add(Label::new(words).wrap());
            if widgets::link(ui, &ctx.t(finding.link)).clicked() {
                ctx.go(finding.place.clone());
            }
        });
    });
    ui.add_space(4.0);
}

fn look_at_topic(ctx: &Ctx<'_>, topic: &TopicFacts, findings: &mut Vec<Finding>) {
    if let Some(why) = &topic.damage {
        findings.push(Finding {
            rank: 0,
            icon: icon::ERROR,
            color: ctx.theme.bad,
            word: "look-damage",
            sentence: ctx
                .text
                .with("look-damage-says", &[("topic", topic.name.as_ref().into()), ("why", why.as_str().into())]),
            link: "look-open-topic",
            place: Place::Topic { name: topic.name.to_string(), tab: TopicTab::Partitions },
        });
    }
}

fn look_at_group(ctx: &Ctx<'_>, group: &GroupFacts, findings: &mut Vec<Finding>) {
    let name = group.id.as_ref();
    let mut push = |rank, icon, color, word, sentence, link, tab| {
        let place = Place::Group { id: name.to_owned(), tab };
        findings.push(Finding { rank, icon, color, word, sentence, link, place });
    };
    let lag = group.lag.records().unwrap_or(0);
    let grows = group.lag_per_second.is_some_and(|rate| rate >= 0.5);
    if lag > 0 && group.members.is_empty() && group.state == GroupState::Empty {
        let sentence = ctx.text.with("look-unread-says", &[("group", name.into()), ("n", (lag as f64).into())]);
        push(3, icon::CIRCLE, ctx.theme.note, "look-unread", sentence, "look-open-group", GroupTab::Lag);
    } else if lag > 0 && grows && group.behind_millis.is_none_or(|behind| behind > BEHIND_MILLIS) {
        let behind = ctx.format.duration_or_unknown(group.behind_millis);
        let rate = format::rate_or_unknown(group.lag_per_second);
        let sentence = ctx.text.with(
            "look-lag-says",
            &[("group", name.into()), ("behind", behind.into()), ("n", (lag as f64).into()), ("rate", rate.into())],
        );
        push(1, icon::CARE, ctx.theme.care, "look-lag", sentence, "look-open-group", GroupTab::Lag);
    }
    let idle = group.idle_members();
    if idle > 0 && group.state == GroupState::Stable {
        let sentence = ctx.text.with(
            "look-idle-says",
            &[
                ("group", name.into()),
                ("members", (group.members.len() as u64).into()),
                ("partitions", (group.partitions.len() as u64).into()),
                ("idle", (idle as u64).into()),
            ],
        );
        push(2, icon::CIRCLE, ctx.theme.note, "look-idle", sentence, "look-why", GroupTab::Members);
    }
}
