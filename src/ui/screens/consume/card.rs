//! One consumer: its state, what it owns, what it may be told, and what it received last.

use egui::{Align, Color32, Layout, Ui};

use super::{paint_card, start, timeline};
use crate::{
    payload::preview,
    session::consumers::{CommitWhen, ConsumerView, ConsumersView, Phase, ReceivedRecord},
    ui::{
        Action, Place, TopicTab,
        ctx::Ctx,
        format, icon,
        theme::{self, Theme, fonts},
        widgets::{self, Button, Column, Rows, Table, TableState},
    },
};

/// Processing times to choose from, in milliseconds.
pub(super) const PROCESSING_CHOICES_MILLIS: [u64; 11] = [0, 1, 2, 5, 10, 20, 50, 100, 500, 1_000, 5_000];
/// Characters of a key or value that a row draws.
const PREVIEW_CHARS_MAX: usize = 160;
/// A consumer that has more records before it than it reads in so many seconds is catching up.
const CATCHING_UP_SECONDS: f64 = 2.0;
/// And never with fewer records before it than this, or the chip would flicker.
const CATCHING_UP_RECORDS_MIN: u64 = 50;

/// Draws the card on the space of `ui`.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, consumer: &ConsumerView, table: &mut TableState) {
    let theme = theme::of(ui);
    let group_color = theme.series(view.group_index(&consumer.plan.group));
    let rect = ui.max_rect();
    paint_card(ui, rect, Some(if consumer.phase.is_over() { theme.dimmed(group_color) } else { group_color }));
    let inside = rect.shrink2(egui::vec2(12.0, 10.0));
    let builder = egui::UiBuilder::new().id_salt("head").max_rect(inside).layout(Layout::top_down(Align::Min));
    let mut head = ui.new_child(builder);
    head.spacing_mut().item_spacing.y = 4.0;
    title(&mut head, ctx, consumer);
    group_and_owned(&mut head, ctx, consumer, group_color);
    head.add_space(4.0);
    buttons(&mut head, ctx, consumer);
    head.add_space(4.0);
    figures(&mut head, ctx, consumer);
    if let Phase::Failed(problem) = &consumer.phase {
        head.add_space(4.0);
        widgets::problem(&mut head, ctx, problem, None);
    }
    let top = head.min_rect().bottom() + 8.0;
    let list = egui::Rect::from_min_max(egui::pos2(rect.left() + 1.0, top), rect.max - egui::vec2(1.0, 2.0));
    ui.painter().hline(list.x_range(), top, theme.rule());
    let mut below = ui.new_child(egui::UiBuilder::new().id_salt("list").max_rect(list));
    below.set_clip_rect(list.intersect(ui.clip_rect()));
    records(&mut below, ctx, consumer, table);
}

fn title(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(26.0);
        let (dot, _) = ui.allocate_exact_size(egui::vec2(9.0, 9.0), egui::Sense::hover());
        ui.painter().rect_filled(dot, 2.0, timeline::color_of(theme, consumer.id));
        widgets::section(ui, &consumer.name);
        let (symbol, word, color) = state(ctx, theme, consumer);
        widgets::chip(ui, symbol, &word, color).on_hover_text(&*ctx.t(about_state(&consumer.phase)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = ctx.text.with("consume-more", &[("name", consumer.name.to_string().into())]);
            widgets::more(ui, &name, |ui| more(ui, ctx, consumer));
        });
    });
}

/// Icon, word and colour of how it stands.
fn state(ctx: &Ctx<'_>, theme: &Theme, consumer: &ConsumerView) -> (icon::Icon, std::sync::Arc<str>, Color32) {
    let behind = records_before(ctx, consumer);
    let catching_up =
        behind.is_some_and(|n| n >= CATCHING_UP_RECORDS_MIN && n as f64 > consumer.per_second * CATCHING_UP_SECONDS);
    match &consumer.phase {
        Phase::Joining => (icon::REBALANCE, ctx.t("consume-state-joining"), theme.care),
        Phase::Rebalancing => (icon::REBALANCE, ctx.t("consume-state-rebalancing"), theme.care),
        Phase::Running if consumer.owned.is_empty() => (icon::CIRCLE, ctx.t("consume-state-idle"), theme.note),
        Phase::Running if catching_up => (icon::REBALANCE, ctx.t("consume-state-catching-up"), theme.care),
        Phase::Running => (icon::CHECK, ctx.t("consume-state-running"), theme.good),
        Phase::Paused => (icon::PAUSE, ctx.t("consume-state-paused"), theme.note),
        Phase::Stopping => (icon::STOP, ctx.t("consume-state-stopping"), theme.care),
        Phase::Stopped => (icon::STOP, ctx.t("consume-state-stopped"), theme.quiet),
        Phase::Killed => (icon::KILL, ctx.t("consume-state-killed"), theme.bad),
        Phase::Failed(_) => (icon::ERROR, ctx.t("consume-state-failed"), theme.bad),
    }
}

fn about_state(phase: &Phase) -> &'static str {
    match phase {
        Phase::Joining => "consume-state-joining-about",
        Phase::Rebalancing => "consume-state-rebalancing-about",
        Phase::Running => "consume-state-running-about",
        Phase::Paused => "consume-state-paused-about",
        Phase::Stopping => "consume-state-stopping-about",
        Phase::Stopped => "consume-state-stopped-about",
        Phase::Killed => "consume-state-killed-about",
        Phase::Failed(_) => "consume-state-failed-about",
    }
}

/// Records between its positions and the ends of what it owns, where known.
fn records_before(ctx: &Ctx<'_>, consumer: &ConsumerView) -> Option<u64> {
    consumer
        .owned
        .iter()
        .map(|tp| {
            let partitions = &ctx.facts.topic(&tp.topic)?.partitions;
            let end = partitions.iter().find(|p| p.id == tp.partition)?.end?;
            Some(end.saturating_sub(consumer.position(tp)?).max(0) as u64)
        })
        .sum()
}

fn more(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let (id, over) = (consumer.id, consumer.phase.is_over());
    if widgets::item(ui, icon::GROUPS, &ctx.t("consume-open-group"), None) {
        ctx.go(Place::group(consumer.plan.group.as_str()));
    }
    for topic in consumer.plan.topics.iter().take(5) {
        let words = ctx.text.with("consume-open-topic", &[("topic", topic.as_str().into())]);
        if widgets::item(ui, icon::TOPICS, &words, None) {
            ctx.go(Place::Topic { name: topic.clone(), tab: TopicTab::Messages });
        }
    }
    widgets::rule(ui);
    if widgets::item(ui, icon::ADD, &ctx.t("consume-another"), None) {
        let mut plan = (*consumer.plan).clone();
        plan.name = None;
        ctx.with_session(move |session| start(session, plan));
    }
    let why = (!over).then(|| ctx.t("consume-why-running"));
    if widgets::item_why(ui, icon::CLOSE, &ctx.t("consume-remove"), why.as_deref()) {
        ctx.with_session(move |session| session.consumers().dismiss(id));
    }
}

fn group_and_owned(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, color: Color32) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        widgets::quiet(ui, &ctx.t("consume-group"));
        widgets::rich(ui, &consumer.plan.group, fonts::semibold(13.0), color);
        widgets::elided(ui, &settings_words(ctx, consumer), fonts::body(), theme.faint)
            .on_hover_text(about_settings(ctx, consumer));
    });
    let words = match &consumer.phase {
        Phase::Killed => killed_words(ctx, consumer),
        phase if phase.is_over() => {
            let ago = |at| ctx.text.with("consume-ended", &[("ago", ctx.format.ago(ctx.now, at).into())]);
            consumer.ended_at.map_or(String::new(), ago)
        }
        _ => owned_words(ctx, consumer),
    };
    // Names of partitions are data; sentences are not.
    let named = !consumer.phase.is_over() && !consumer.owned.is_empty();
    widgets::elided(ui, &words, if named { fonts::data() } else { fonts::body() }, theme.quiet);
    trouble(ui, ctx, consumer);
}

/// Assignor and commits, in few words: how often where it does, when it is meant to where it has not yet.
fn settings_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    let commits = match (consumer.plan.commit, consumer.commits) {
        (CommitWhen::Never, _) => ctx.t("consume-commits-never").to_string(),
        (_, count) => ctx.text.with("consume-commits", &[("count", count.into())]),
    };
    format!("· {} · {commits}", consumer.plan.assignor.as_str())
}

/// What it stumbled over and tries again; when it commits, for who asks.
fn about_settings(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    let when = ctx.t(super::dialog::commit_word(consumer.plan.commit));
    ctx.text.with("consume-commits-when", &[("when", (&*when).into())])
}

/// The trouble of the last attempt, while it goes on trying.
fn trouble(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let Some(trouble) = consumer.trouble.as_ref().filter(|_| !consumer.phase.is_over()) else { return };
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.x = 6.0;
        icon::show(ui, icon::CARE, theme.care);
        let words = ctx.text.with("consume-trouble", &[("why", ctx.text.say(trouble).into())]);
        widgets::elided(ui, &words, fonts::caption(), theme.care);
    });
}

fn owned_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    let of_topics: Option<usize> =
        consumer.plan.topics.iter().map(|t| ctx.facts.topic(t).map(|t| t.partitions.len())).sum();
    match consumer.owned.len() {
        0 if consumer.phase == Phase::Joining => ctx.t("consume-owns-joining").to_string(),
        0 => ctx.t("consume-owns-nothing").to_string(),
        n if n > 1 && of_topics == Some(n) => ctx.text.with("consume-owns-all", &[("count", (n as f64).into())]),
        _ => {
            let words: Vec<String> = consumer.owned.iter().map(ToString::to_string).collect();
            words.join(" ")
        }
    }
}

/// How long the group still waits for a consumer that was killed.
fn killed_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    let ended = consumer.ended_at.unwrap_or(ctx.now);
    let left = ended + i64::from(consumer.plan.session_timeout_millis) - ctx.now;
    if left > 0 {
        ctx.text.with("consume-killed-missed-in", &[("left", ctx.format.duration(left / 1_000 * 1_000 + 1_000).into())])
    } else {
        ctx.format.ago(ctx.now, ended)
    }
}

fn buttons(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let id = consumer.id;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        let named = |verb: &str| format!("{verb} {}", consumer.name);
        match consumer.phase {
            ref phase if phase.is_over() => over_buttons(ui, ctx, consumer),
            Phase::Stopping => {
                widgets::quiet(ui, &ctx.t("consume-state-stopping-about"));
            }
            _ => {
                let paused = consumer.phase == Phase::Paused;
                let (verb, symbol) =
                    if paused { ("consume-resume", icon::CONSUME) } else { ("consume-pause", icon::PAUSE) };
                let verb = ctx.t(verb);
                let pause = ui.add(Button::secondary(&verb).icon(symbol)).accessible_name(named(&verb));
                if pause.clicked() {
                    ctx.with_session(move |session| match paused {
                        true => session.consumers().resume(id),
                        false => session.consumers().pause(id),
                    });
                }
                let verb = ctx.t("consume-stop");
                let stop = ui.add(Button::secondary(&verb)).accessible_name(named(&verb));
                if stop.on_hover_text(&*ctx.t("consume-stop-about")).clicked() {
                    ctx.with_session(move |session| session.consumers().stop(id));
                }
                let verb = ctx.t("consume-kill");
                let kill = ui.add(Button::danger(&verb)).accessible_name(named(&verb));
                if kill.on_hover_text(&*ctx.t("consume-kill-about")).clicked() {
                    ctx.with_session(move |session| session.consumers().kill(id));
                }
            }
        }
    });
}

fn over_buttons(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let id = consumer.id;
    if ui.add(Button::secondary(&ctx.t("consume-start-again")).icon(icon::CONSUME)).clicked() {
        let mut plan = (*consumer.plan).clone();
        plan.processing_millis = consumer.processing_millis;
        plan.name = Some(consumer.name.to_string());
        ctx.with_session(move |session| {
            session.consumers().dismiss(id);
            start(session, plan);
        });
    }
    if ui.add(Button::secondary(&ctx.t("consume-remove"))).clicked() {
        ctx.with_session(move |session| session.consumers().dismiss(id));
    }
}

fn figures(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let theme = theme::of(ui);
    let over = consumer.phase.is_over();
    let per_second = format::rate(consumer.per_second);
    let rate = if over { String::new() } else { ctx.text.with("consume-rate", &[("rate", per_second.into())]) };
    widgets::columns(ui, 40.0, &[1.1, 0.75, 1.15], |ui, column| {
        ui.spacing_mut().item_spacing.y = 1.0;
        match column {
            0 => received(ui, ctx, consumer, &rate),
            1 => {
                let behind = if over { None } else { records_before(ctx, consumer) };
                let value = behind.map_or_else(|| format::UNKNOWN.to_owned(), format::count);
                let color = if behind.is_some_and(|n| n >= CATCHING_UP_RECORDS_MIN) { theme.care } else { theme.text };
                small_figure(ui, &ctx.t("consume-behind"), &value, "", color);
            }
            _ => processing(ui, ctx, consumer),
        }
    });
}

/// How many it received, how fast beside the label, and how often it committed on hover and below.
fn received(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, rate: &str) {
    let theme = theme::of(ui);
    let (label, count) = (ctx.t("consume-received"), format::count(consumer.received));
    let response = ui.vertical(|ui| {
        // As high as the caption of the figures beside it.
        let height = std::mem::take(&mut ui.spacing_mut().interact_size.y);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            widgets::caption(ui, &label);
            widgets::rich(ui, rate, fonts::caption(), theme.faint);
        });
        ui.spacing_mut().interact_size.y = height;
        ui.horizontal(|ui| widgets::rich(ui, &count, fonts::semibold(16.0), theme.text));
    });
    let words = format!("{label}: {count} {rate}");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, words.trim_end()));
}

fn small_figure(ui: &mut Ui, label: &str, value: &str, unit: &str, color: Color32) {
    widgets::caption(ui, label);
    let response = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        widgets::rich(ui, value, fonts::semibold(16.0), color);
        if !unit.is_empty() {
            widgets::caption(ui, unit);
        }
    });
    let words = format!("{label}: {value} {unit}");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, words.trim_end()));
}

/// The processing time; a choice while it runs, as it may be changed at any moment.
fn processing(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let label = ctx.t("consume-takes");
    let mut millis = consumer.processing_millis;
    if consumer.phase.is_over() {
        let theme = theme::of(ui);
        small_figure(ui, &label, &processing_word(ctx, millis), "", theme.text);
        return;
    }
    widgets::caption(ui, &label);
    let name = format!("{label}, {}", consumer.name);
    let choices = processing_choices(ctx, millis);
    if widgets::select(ui, &name, &mut millis, &choices, 84.0) {
        let id = consumer.id;
        ctx.with_session(move |session| session.consumers().set_processing(id, millis));
    }
}

/// The times to choose from, with `current` among them.
pub(super) fn processing_choices(ctx: &Ctx<'_>, current: u64) -> Vec<(u64, String)> {
    let mut choices = PROCESSING_CHOICES_MILLIS.to_vec();
    if !choices.contains(&current) {
        choices.push(current);
        choices.sort_unstable();
    }
    choices.into_iter().map(|millis| (millis, processing_word(ctx, millis))).collect()
}

fn processing_word(ctx: &Ctx<'_>, millis: u64) -> String {
    ctx.format.duration(i64::try_from(millis).unwrap_or(i64::MAX))
}

fn records(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, table: &mut TableState) {
    if consumer.records.is_empty() && consumer.in_work.is_none() {
        ui.add_space(16.0);
        ui.vertical_centered(|ui| {
            let id = if consumer.phase.is_over() { "consume-received-nothing" } else { "consume-nothing-yet" };
            widgets::faint(ui, &ctx.t(id));
        });
        return;
    }
    let titles = ["consume-column-partition", "consume-column-offset", "consume-column-key", "consume-column-value"];
    let [partition, offset, key, value] = titles.map(|id| ctx.t(id));
    let columns = [
        Column::left("partition", &partition, 48.0).stays(),
        Column::right("offset", &offset, 76.0).stays(),
        Column::left("key", &key, 98.0),
        Column::left("value", &value, 120.0).grows(),
    ];
    let topics = consumer.plan.topics.len() > 1;
    let mut rows = Received { consumer, theme: theme::of(ui), topics };
    let name = ctx.text.with("consume-records-of", &[("name", consumer.name.to_string().into())]);
    let shown = Table::new("consume-records", &name, &columns).show(ui, ctx, table, &mut rows);
    if let Some(record) = shown.opened.and_then(|row| rows.get(row)) {
        ctx.act(Action::ShowRecord {
            topic: record.topic.to_string(),
            partition: record.partition,
            offset: record.offset,
        });
    }
}

/// The records it received, newest first, the one in work on top.
struct Received<'a> {
    consumer: &'a ConsumerView,
    theme: &'static Theme,
    /// It reads several, so each row says which.
    topics: bool,
}

impl Received<'_> {
    fn get(&self, row: u64) -> Option<&ReceivedRecord> {
        let in_work = self.consumer.in_work.as_ref();
        match (in_work, usize::try_from(row).ok()?) {
            (Some(record), 0) => Some(record),
            (Some(_), row) => self.consumer.records.get(row - 1),
            (None, row) => self.consumer.records.get(row),
        }
    }

    fn is_in_work(&self, row: u64) -> bool {
        row == 0 && self.consumer.in_work.is_some()
    }
}

impl Rows for Received<'_> {
    fn count(&self) -> u64 {
        self.consumer.records.len() as u64 + u64::from(self.consumer.in_work.is_some())
    }

    fn name(&self, row: u64) -> String {
        self.get(row).map_or_else(String::new, |r| format!("{}-{} @ {}", r.topic, r.partition, r.offset))
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let Some(record) = self.get(row) else { return };
        let theme = self.theme;
        let dim = |color: Color32| if self.is_in_work(row) { theme.dimmed(color) } else { color };
        match column {
            0 => {
                let color = theme.series(usize::try_from(record.partition).unwrap_or_default());
                let (square, _) = ui.allocate_exact_size(egui::vec2(6.0, 6.0), egui::Sense::hover());
                ui.painter().rect_filled(square, 1.0, dim(color));
                let words = if self.topics {
                    format!("{}-{}", record.topic, record.partition)
                } else {
                    record.partition.to_string()
                };
                widgets::rich(ui, &words, fonts::data(), dim(color));
            }
            1 => {
                widgets::rich(ui, &format::integer(record.offset), fonts::data(), dim(theme.text));
            }
            2 => bytes_cell(ui, record.key.as_deref(), dim(theme.text), theme.faint),
            _ => bytes_cell(ui, record.value.as_deref(), dim(theme.quiet), theme.faint),
        }
    }

    fn ground(&self, row: u64) -> Option<Color32> {
        self.is_in_work(row).then(|| self.theme.washed(self.theme.accent))
    }
}

fn bytes_cell(ui: &mut Ui, bytes: Option<&[u8]>, color: Color32, faint: Color32) {
    match bytes {
        Some(bytes) => {
            let shown = one_line(preview(bytes, PREVIEW_CHARS_MAX).text);
            ui.add(egui::Label::new(egui::RichText::new(shown).font(fonts::data()).color(color)).truncate());
        }
        None => {
            widgets::rich(ui, "null", fonts::data(), faint);
        }
    }
}

/// JSON that was laid out over several lines, drawn together: without the space between its parts. Other text keeps its
/// marks for line ends.
fn one_line(text: String) -> String {
    if !text.starts_with(['{', '[']) || !text.contains('⏎') {
        return text;
    }
    let (mut quoted, mut escaped) = (false, false);
    text.chars()
        .filter(|&c| {
            let keep = quoted || !matches!(c, '⏎' | ' ');
            quoted ^= c == '"' && !escaped;
            escaped = quoted && c == '\\' && !escaped;
            keep
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_over_several_lines_is_drawn_on_one() {
        assert_eq!(one_line("{⏎  \"a\": 1,⏎  \"b c\": \"\\\" x\"⏎}".into()), "{\"a\":1,\"b c\":\"\\\" x\"}");
        assert_eq!(one_line("two⏎lines".into()), "two⏎lines");
    }
}
