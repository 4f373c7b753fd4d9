//! One setting: name, explanation, default, and a field for its value.

use std::{collections::BTreeMap, sync::Arc};

use egui::Ui;

use crate::{
    model::{ConfigEntry, ConfigKind, ConfigSource},
    ui::{ctx::Ctx, format, text::Language, theme::fonts, widgets},
};

/// Width of the side with the value, in points.
const VALUE_WIDTH: f32 = 300.0;
/// Width of a field for a value of so many characters, in points; one for more takes the whole side.
const FIELD_WIDTH: f32 = 200.0;
const FIELD_CHARS: usize = 24;
/// What is so far out of sight is still drawn, in points.
const AROUND: f32 = 400.0;

/// A change that is not applied yet.
pub(in crate::ui::screens) struct Draft {
    /// `None` takes the topic's own value away.
    pub value: Option<String>,
    pub fault: Option<String>,
}

/// Heights of rows that were drawn, by their names: what is out of sight only takes its room, for brokers have hundreds.
#[derive(Default)]
pub(in crate::ui::screens) struct Heights {
    width: f32,
    known: BTreeMap<String, f32>,
}

impl Heights {
    /// Draws a row where it can be seen, or where nobody knows yet how high it is.
    pub fn show(&mut self, ui: &mut Ui, width: f32, name: &str, draw: impl FnOnce(&mut Ui)) {
        if self.width != width {
            *self = Self { width, known: BTreeMap::new() };
        }
        let top = ui.cursor().top();
        // Further than the eye, so that Tab finds the next field.
        let seen = ui.clip_rect().y_range().expand(AROUND);
        match self.known.get(name) {
            Some(height) if top + height < seen.min || top > seen.max => {
                ui.allocate_space(egui::vec2(width, *height));
            }
            _ => {
                let height = ui.scope(draw).response.rect.height();
                self.known.insert(name.to_owned(), height);
            }
        }
    }
}

/// Draws the row as wide as said; edits go into `drafts`.
pub(in crate::ui::screens) fn show(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    width: f32,
    config: &ConfigEntry,
    drafts: &mut BTreeMap<String, Draft>,
) {
    show_of(ui, ctx, width, config, config.source.is_own(), drafts);
}

/// The same, where `is_own` says whether the value can be taken away from what is shown, so that the default counts again.
pub(in crate::ui::screens) fn show_of(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    width: f32,
    config: &ConfigEntry,
    is_own: bool,
    drafts: &mut BTreeMap<String, Draft>,
) {
    ui.horizontal_top(|ui| {
        let words_width = (width - VALUE_WIDTH - 24.0).max(200.0);
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.allocate_ui_with_layout(egui::vec2(words_width, 20.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(words_width);
            ui.spacing_mut().item_spacing = egui::vec2(8.0, 3.0);
            words(ui, ctx, config, drafts);
        });
        ui.add_space(24.0);
        ui.vertical(|ui| {
            ui.set_width(VALUE_WIDTH);
            ui.spacing_mut().item_spacing = egui::vec2(8.0, 4.0);
            value(ui, ctx, config, is_own, drafts);
        });
    });
}

fn words(ui: &mut Ui, ctx: &Ctx<'_>, config: &ConfigEntry, drafts: &BTreeMap<String, Draft>) {
    ui.horizontal(|ui| {
        widgets::rich(ui, &config.name, fonts::data(), ctx.theme.text);
        if drafts.contains_key(&config.name) {
            widgets::chip_plain(ui, &ctx.t("settings-changed"), ctx.theme.care);
        } else if let Some((word, color)) = source_words(ctx, config.source) {
            widgets::chip_plain(ui, &ctx.t(word), color).on_hover_ui(|ui| places(ui, ctx, config));
        }
    });
    if let Some(about) = explanation(ctx, config) {
        widgets::paragraph(ui, &about);
    }
}

/// Where a value was set, where somebody did.
fn source_words(ctx: &Ctx<'_>, source: ConfigSource) -> Option<(&'static str, egui::Color32)> {
    match source {
        ConfigSource::Topic | ConfigSource::Group => Some(("settings-own", ctx.theme.accent)),
        ConfigSource::Broker => Some(("settings-from-broker", ctx.theme.accent)),
        ConfigSource::Cluster => Some(("settings-from-cluster", ctx.theme.note)),
        ConfigSource::File => Some(("settings-from-file", ctx.theme.quiet)),
        ConfigSource::Default | ConfigSource::Unknown => None,
    }
}

/// Every place in which it is set, the one that counts first.
fn places(ui: &mut Ui, ctx: &Ctx<'_>, config: &ConfigEntry) {
    for synonym in &config.synonyms {
        let word = source_words(ctx, synonym.source).map_or("settings-from-default", |(word, _)| word);
        let value = synonym.value.as_deref().unwrap_or(format::UNKNOWN);
        widgets::caption(ui, &format!("{} = {value} · {}", synonym.name, ctx.t(word)));
    }
}

/// Our own words in the window's language where there are any, else the broker's.
fn explanation(ctx: &Ctx<'_>, config: &ConfigEntry) -> Option<Arc<str>> {
    let id = format!("config-{}", config.name.replace('.', "-"));
    let own = ctx.text.get(&id);
    let own = (*own != *id).then_some(own);
    match &config.documentation {
        Some(_) if own.is_some() && ctx.format.language == Language::Chinese => own,
        Some(told) => Some(Arc::clone(told)),
        None => own,
    }
}

fn value(ui: &mut Ui, ctx: &Ctx<'_>, config: &ConfigEntry, is_own: bool, drafts: &mut BTreeMap<String, Draft>) {
    let stored = config.value.clone().unwrap_or_default();
    let default = config.default.clone().unwrap_or_default();
    let draft = drafts.get(&config.name);
    let mut text = match draft {
        Some(Draft { value: Some(value), .. }) => value.clone(),
        Some(Draft { value: None, .. }) => default.clone(),
        None => stored.clone(),
    };
    if config.read_only || config.sensitive {
        ui.vertical(|ui| {
            let shown = if text.is_empty() { format::UNKNOWN } else { &text };
            widgets::elided(ui, shown, fonts::data(), ctx.theme.quiet);
            let why = if config.sensitive { "settings-secret" } else { "settings-fixed" };
            widgets::caption(ui, &ctx.t(why));
        });
        return;
    }
    let fault = draft.and_then(|draft| draft.fault.clone());
    let before = text.clone();
    match config.kind {
        ConfigKind::Boolean => {
            let mut on = text == "true";
            let word = if on { "true" } else { "false" };
            if widgets::switch(ui, &mut on, word).changed() {
                text = on.to_string();
            }
        }
        _ => match choices(&config.name) {
            Some(words) => {
                let entries: Vec<(String, String)> =
                    words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect();
                widgets::select(ui, &config.name, &mut text, &entries, FIELD_WIDTH);
            }
            None => {
                let long = text.chars().count().max(stored.chars().count()) > FIELD_CHARS;
                let width = if long { VALUE_WIDTH } else { FIELD_WIDTH };
                widgets::plain_field(ui, &config.name, &mut text, width, fault.is_some());
            }
        },
    }
    if text != before {
        let fault = fault_of(ctx, config, &text);
        if text == stored {
            drafts.remove(&config.name);
        } else {
            drafts.insert(config.name.clone(), Draft { value: Some(text.clone()), fault });
        }
    }
    let shown = Shown { text: &text, default: &default, fault: fault.as_deref(), is_own };
    below(ui, ctx, config, &shown, drafts);
}

/// What the field holds.
struct Shown<'a> {
    text: &'a str,
    default: &'a str,
    fault: Option<&'a str>,
    is_own: bool,
}

/// Fault or reading of the value, the default, and the way back to it.
fn below(ui: &mut Ui, ctx: &Ctx<'_>, config: &ConfigEntry, shown: &Shown<'_>, drafts: &mut BTreeMap<String, Draft>) {
    let Shown { text, default, fault, is_own } = *shown;
    if let Some(fault) = fault {
        widgets::rich(ui, fault, fonts::caption(), ctx.theme.bad);
    } else if let Some(reading) = reading(ctx, &config.name, text) {
        widgets::caption(ui, &reading);
    }
    ui.horizontal(|ui| {
        let shown = reading(ctx, &config.name, default).unwrap_or_else(|| default.to_owned());
        let shown = if shown.is_empty() { format::UNKNOWN.to_owned() } else { shown };
        let own = is_own || drafts.contains_key(&config.name);
        let back = drafts.get(&config.name).is_some_and(|draft| draft.value.is_none());
        // The way back stands at the end, with its room kept: a default may be longer than the side is wide.
        ui.set_max_width(VALUE_WIDTH);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if own && !back && widgets::link(ui, &ctx.t("settings-reset")).clicked() {
                if is_own {
                    drafts.insert(config.name.clone(), Draft { value: None, fault: None });
                } else {
                    drafts.remove(&config.name);
                }
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let words = ctx.text.with("settings-default", &[("value", shown.into())]);
                widgets::elided(ui, &words, fonts::caption(), ctx.theme.faint);
            });
        });
    });
}

/// The words that a setting takes, where there are few.
fn choices(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "message.timestamp.type" => &["CreateTime", "LogAppendTime"],
        "compression.type" => &["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"],
        "share.isolation.level" => &["read_uncommitted", "read_committed"],
        "cleanup.policy" => &["delete", "compact", "compact,delete"],
        _ => return None,
    })
}

/// What is wrong with a value, as far as its type tells; the broker checks the rest.
fn fault_of(ctx: &Ctx<'_>, config: &ConfigEntry, text: &str) -> Option<String> {
    let text = text.trim();
    let fine = match config.kind {
        ConfigKind::Int => text.parse::<i32>().is_ok(),
        ConfigKind::Short => text.parse::<i16>().is_ok(),
        ConfigKind::Long => text.parse::<i64>().is_ok(),
        ConfigKind::Double => text.parse::<f64>().is_ok_and(f64::is_finite),
        _ => true,
    };
    (!fine).then(|| match config.kind {
        ConfigKind::Double => ctx.t("settings-fault-number").to_string(),
        _ => ctx.t("settings-fault-whole").to_string(),
    })
}

/// A number in its unit: milliseconds as a duration, bytes as a size.
fn reading(ctx: &Ctx<'_>, name: &str, text: &str) -> Option<String> {
    let number: i64 = text.trim().parse().ok()?;
    let unlimited = (number == -1 || number == i64::MAX).then(|| ctx.t("settings-unlimited").to_string());
    if number < -1 {
        // Such as -2, "as another setting says": a word of its own and no amount.
        return None;
    }
    if name.ends_with(".ms") {
        return unlimited.or_else(|| Some(ctx.format.duration(number)));
    }
    if name.ends_with(".bytes") {
        return unlimited.or_else(|| u64::try_from(number).ok().map(format::bytes_text));
    }
    None
}
