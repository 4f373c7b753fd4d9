//! The busiest topics.

use egui::{CursorIcon, Sense, Ui, Vec2};

use crate::{
    session::TopicFacts,
    ui::{
        ctx::Ctx,
        format,
        place::Place,
        theme::{self, fonts},
        widgets,
    },
};

/// Topics listed at most; the screen of topics has all.
const ENTRIES_MAX: usize = 6;
/// Time that a topic's sparkline covers.
const SPARK_MILLIS: i64 = 300_000;

/// Topics by what goes through them now, then by size.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>) {
    let mut topics: Vec<&TopicFacts> = ctx.facts.topics.iter().filter(|topic| !topic.internal).collect();
    let traffic = |topic: &TopicFacts| topic.in_per_second.unwrap_or(0.0) + topic.out_per_second.unwrap_or(0.0);
    let busier = |a: &&TopicFacts, b: &&TopicFacts| {
        traffic(b).total_cmp(&traffic(a)).then(b.records.cmp(&a.records)).then(a.name.cmp(&b.name))
    };
    let more = topics.len().saturating_sub(ENTRIES_MAX);
    if more > 0 {
        // Of thousands only the first few are wanted in order, every frame.
        topics.select_nth_unstable_by(ENTRIES_MAX, busier);
        topics.truncate(ENTRIES_MAX);
    }
    topics.sort_by(busier);
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
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect.expand2(Vec2::new(6.0, 0.0)), 4.0, theme.hover);
    }
    ui.painter().hline(rect.x_range(), rect.top(), theme.rule());
    let y = rect.center().y;
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
    if topic.history.is_quiet(ctx.facts.at, SPARK_MILLIS) {
        paint(spark.left(), lay(ctx.t("topics-quiet").to_string(), fonts::body(), theme.faint));
    } else {
        let points = topic.history.points(ctx.facts.at, SPARK_MILLIS);
        let mut child = ui.new_child(egui::UiBuilder::new().id_salt(&*topic.name).max_rect(spark));
        widgets::sparkline(&mut child, &points, spark.size(), "");
    }
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        ctx.go(Place::topic(&*topic.name));
    }
}
