//! The records a consumer received, newest first.

use egui::{Color32, Ui};

use crate::{
    payload::preview,
    session::consumers::{AckChoice, ConsumerView, Delivered, ReceivedRecord},
    ui::{
        Action,
        ctx::Ctx,
        format, icon,
        theme::{self, Theme, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// Characters of a key or value that a row draws.
const PREVIEW_CHARS_MAX: usize = 160;

/// Draws the list on all the space that is left.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, table: &mut TableState) {
    if consumer.records.is_empty() && consumer.in_work.is_none() {
        ui.add_space(16.0);
        ui.vertical_centered(|ui| {
            let id = if consumer.phase.is_over() { "consume-received-nothing" } else { "consume-nothing-yet" };
            widgets::faint(ui, &ctx.t(id));
        });
        return;
    }
    let titles = [
        "consume-column-partition",
        "consume-column-offset",
        "consume-column-key",
        "consume-column-value",
        "consume-column-delivery",
        "consume-column-said",
    ];
    let [partition, offset, key, value, delivery, said] = titles.map(|id| ctx.t(id));
    let mut columns = vec![
        Column::left("partition", &partition, 48.0).stays(),
        Column::right("offset", &offset, 76.0).stays(),
        Column::left("key", &key, 98.0),
        Column::left("value", &value, 120.0).grows(),
    ];
    let queue = consumer.kind.is_queue();
    if queue {
        columns[1] = Column::right("offset", &offset, 64.0).stays();
        columns[2] = Column::left("key", &key, 76.0);
        columns.insert(2, Column::right("delivery", &delivery, 44.0).stays());
        columns.insert(3, Column::left("said", &said, 104.0).stays());
    }
    let shows: &'static [Shows] = if queue { &QUEUE_COLUMNS } else { &COLUMNS };
    let topics = consumer.plan.topics.len() > 1;
    let mut rows = Received { ctx, consumer, theme: theme::of(ui), topics, shows };
    let name = ctx.text.with("consume-records-of", &[("name", consumer.name.to_string().into())]);
    let id = if queue { "consume-queue-records" } else { "consume-records" };
    let shown = Table::new(id, &name, &columns).show(ui, ctx, table, &mut rows);
    if let Some(record) = shown.opened.and_then(|row| rows.get(row)) {
        ctx.act(Action::ShowRecord {
            topic: record.topic.to_string(),
            partition: record.partition,
            offset: record.offset,
        });
    }
}

/// What a column shows.
#[derive(Clone, Copy)]
enum Shows {
    Partition,
    Offset,
    Delivery,
    Said,
    Key,
    Value,
}

const COLUMNS: [Shows; 4] = [Shows::Partition, Shows::Offset, Shows::Key, Shows::Value];
const QUEUE_COLUMNS: [Shows; 6] =
    [Shows::Partition, Shows::Offset, Shows::Delivery, Shows::Said, Shows::Key, Shows::Value];

/// The records it received, newest first, the one in work on top.
struct Received<'a, 'c> {
    ctx: &'a Ctx<'c>,
    consumer: &'a ConsumerView,
    theme: &'static Theme,
    /// It reads several, so each row says which.
    topics: bool,
    shows: &'static [Shows],
}

impl Received<'_, '_> {
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

impl Rows for Received<'_, '_> {
    fn count(&self) -> u64 {
        self.consumer.records.len() as u64 + u64::from(self.consumer.in_work.is_some())
    }

    fn name(&self, row: u64) -> String {
        let words = |r: &ReceivedRecord| {
            let mut words = format!("{}-{} @ {}", r.topic, r.partition, r.offset);
            if let Some(queue) = r.queue {
                words.push_str(&format!(", ×{}, {}", queue.count, self.ctx.t(said_word(&queue))));
            }
            words
        };
        self.get(row).map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let Some(record) = self.get(row) else { return };
        let theme = self.theme;
        let dim = |color: Color32| if self.is_in_work(row) { theme.dimmed(color) } else { color };
        let Some(shows) = self.shows.get(column) else { return };
        match shows {
            Shows::Partition => {
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
            Shows::Offset => {
                widgets::rich(ui, &format::integer(record.offset), fonts::data(), dim(theme.text));
            }
            Shows::Delivery => delivery(ui, self.ctx, theme, record.queue),
            Shows::Said => said(ui, self.ctx, theme, record.queue),
            Shows::Key => bytes_cell(ui, record.key.as_deref(), dim(theme.text), theme.faint),
            Shows::Value => bytes_cell(ui, record.value.as_deref(), dim(theme.quiet), theme.faint),
        }
    }

    fn ground(&self, row: u64) -> Option<Color32> {
        self.is_in_work(row).then(|| self.theme.washed(self.theme.accent))
    }
}

/// How often it was handed out: quiet the first time.
fn delivery(ui: &mut Ui, ctx: &Ctx<'_>, theme: &Theme, queue: Option<Delivered>) {
    let Some(queue) = queue else { return };
    let color = if queue.count > 1 { theme.care } else { theme.faint };
    let about = ctx.text.with("consume-delivery-about", &[("count", u64::from(queue.count).into())]);
    widgets::rich(ui, &format!("×{}", queue.count), fonts::data(), color).on_hover_text(about);
}

/// What the member said about it, or that it still holds it.
fn said(ui: &mut Ui, ctx: &Ctx<'_>, theme: &Theme, queue: Option<Delivered>) {
    let Some(queue) = queue else { return };
    let (symbol, color) = match queue.ack {
        Some(ack) => {
            let (symbol, color, _) = super::super::queue::said(theme, ack);
            (symbol, color)
        }
        None => (icon::LOCK, theme.accent),
    };
    symbol.paint(ui.painter(), egui::pos2(ui.cursor().left() + 7.0, ui.max_rect().center().y), 14.0, color);
    ui.add_space(18.0);
    let response = widgets::elided(ui, &ctx.t(said_word(&queue)), fonts::body(), color);
    if queue.failed {
        response.on_hover_text(&*ctx.t("consume-said-failed-about"));
    } else if queue.ack.is_none() {
        let left = (queue.lock_until - ctx.now).max(0);
        let words = ctx.text.with("consume-lock-left", &[("left", ctx.format.duration(left).into())]);
        response.on_hover_text(words);
    }
}

fn said_word(queue: &Delivered) -> &'static str {
    match queue.ack {
        None => "consume-said-held",
        Some(AckChoice::Accept) => "consume-said-accepted",
        Some(AckChoice::Release) => "consume-said-released",
        Some(AckChoice::Reject) => "consume-said-rejected",
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
