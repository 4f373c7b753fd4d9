//! Words and small pieces of the form that generates records.

use egui::Ui;

use crate::{
    model::NewRecord,
    payload::{json, preview as preview_text},
    session::{
        JobKind, JobState, TopicFacts,
        generator::{PlaceholderTopic, TemplateError, TemplateErrorKind, Until},
    },
    ui::{
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        widgets,
    },
};

/// Characters of a value in the preview.
const PREVIEW_CHARS_MAX: usize = 400;

pub(super) fn topic_words(topic: PlaceholderTopic) -> &'static str {
    match topic {
        PlaceholderTopic::Counting => "placeholders-counting",
        PlaceholderTopic::Numbers => "placeholders-numbers",
        PlaceholderTopic::Choices => "placeholders-choices",
        PlaceholderTopic::Times => "placeholders-times",
        PlaceholderTopic::Identity => "placeholders-identity",
        PlaceholderTopic::People => "placeholders-people",
        PlaceholderTopic::Places => "placeholders-places",
        PlaceholderTopic::Text => "placeholders-text",
    }
}

/// What a run will do: "6,000 records in 5 min".
pub(super) fn summary(ctx: &Ctx<'_>, rate: f64, until: Until) -> String {
    let (records, millis) = match until {
        Until::Stopped => return ctx.t("generator-sum-stopped").to_string(),
        Until::Records(n) => (n as f64, n as f64 * 1_000.0 / rate),
        Until::Millis(millis) => ((millis as f64 * rate / 1_000.0).round(), millis as f64),
    };
    let time = ctx.format.duration(millis as i64);
    ctx.text.with("generator-sum", &[("count", records.into()), ("time", time.into())])
}

/// A mistake in a template: the line, what sort it is, and the engine's words.
pub(super) fn fault_words(ctx: &Ctx<'_>, error: &TemplateError) -> String {
    let what = ctx.t(match error.kind {
        TemplateErrorKind::Syntax => "generator-fault-syntax",
        TemplateErrorKind::UnknownName => "generator-fault-name",
        TemplateErrorKind::Arguments => "generator-fault-arguments",
        TemplateErrorKind::TooMuch => "generator-fault-too-much",
        TemplateErrorKind::Other => "generator-fault-other",
    });
    let what = format!("{what} ({})", error.why);
    match error.line {
        Some(line) => ctx.text.with("generator-fault-line", &[("line", (line as f64).into()), ("what", what.into())]),
        None => what,
    }
}

/// The generators that run on this topic.
pub(super) fn running(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
    let Some(session) = ctx.session else { return };
    let names = |job: &crate::session::JobView| {
        job.title.args.iter().any(|(_, arg)| *arg == crate::session::PhraseArg::Text(topic.name.to_string()))
    };
    for job in session.jobs() {
        if job.kind == JobKind::Generate && job.state == JobState::Running && names(&job) {
            widgets::card(ui, |ui| widgets::job_row(ui, ctx, &job));
        }
    }
}

pub(super) fn preview_row(ui: &mut Ui, record: &NewRecord) {
    let theme = theme::of(ui);
    let value = record.value.as_deref().unwrap_or_default();
    let text = std::str::from_utf8(value).ok();
    let compact = text.and_then(|text| json::compact(text).ok());
    ui.horizontal(|ui| {
        let (symbol, color) = if compact.is_some() { (icon::CHECK, theme.good) } else { (icon::INFO, theme.faint) };
        icon::show(ui, symbol, color).on_hover_text(if compact.is_some() { "JSON" } else { "" });
        let key = record.key.as_deref().map_or_else(|| "null".to_owned(), |key| preview_text(key, 40).text);
        widgets::data_quiet(ui, &key);
        let shown = compact.unwrap_or_else(|| preview_text(value, PREVIEW_CHARS_MAX).text);
        widgets::elided(ui, &shown, fonts::data(), theme.text);
    });
}

/// A short field for a number.
pub(super) fn number(ui: &mut Ui, name: &str, text: &mut String, good: bool) {
    let theme = theme::of(ui);
    let edge = if good { theme.edge } else { theme.bad };
    let edit = egui::TextEdit::singleline(text)
        .font(egui::FontSelection::FontId(fonts::data()))
        .desired_width(64.0)
        .align(egui::Align2::RIGHT_CENTER)
        .frame(
            egui::Frame::new()
                .fill(if theme.dark { theme.window } else { theme.panel })
                .stroke(egui::Stroke::new(1.0, edge))
                .corner_radius(theme::RADIUS)
                .inner_margin(egui::Margin::symmetric(8, 5)),
        );
    ui.add(edit).accessible_name(name.to_owned());
}

/// One placeholder; true when it should be inserted.
pub(super) fn placeholder_row(ui: &mut Ui, example: &str, about: &str) -> bool {
    let theme = theme::of(ui);
    let width = ui.available_width();
    let name = ui.painter().layout(example.to_owned(), fonts::data(), theme.accent, width - 12.0);
    let words = ui.painter().layout(about.to_owned(), fonts::caption(), theme.quiet, width - 12.0);
    let size = egui::vec2(width, name.size().y + words.size().y + 8.0);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let label = format!("{example} {about}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    let painter = ui.painter_at(rect);
    let top = rect.left_top() + egui::vec2(6.0, 4.0);
    let below = top + egui::vec2(0.0, name.size().y);
    painter.galley(top, name, theme.accent);
    painter.galley(below, words, theme.quiet);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}
