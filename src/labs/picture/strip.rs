//! One partition as a strip of cells: its newest records, which of them are held, where each group stands, and how far
//! it is behind.

use egui::{
    Align2, Color32, FontId, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::look;
use crate::{
    labs::view::{Cell, CellState, Marker, PartitionView, StageView, TopicView},
    model::Offset,
    ui::{
        Ctx, format, icon,
        theme::{self, Theme, fonts},
        widgets,
    },
};

const GAP: f32 = 2.5;
const RADIUS: f32 = 4.0;
/// Width of a letter of the words and of a figure that stands alone, in a cell of usual height, in points.
const LETTER: f32 = 6.3;
const DIGIT: f32 = 7.0;
/// Narrowest and widest cell, in points.
const CELL_WIDTH: std::ops::RangeInclusive<f32> = 28.0..=86.0;
/// Free at both sides of the words in a cell, in points.
const MARGIN: f32 = 3.0;
/// The height of a cell at which its words have their usual size, in points.
const USUAL: f32 = 30.0;
/// Cells that are looked at for what their words need.
const NEWEST: usize = 32;
/// So far apart are two that were sent because an answer was lost; further, somebody began to count anew.
const TWINS_APART_MAX: Offset = 4;
/// Largest words in a cell, as a part of the usual size.
const LARGEST: f32 = 1.18;

/// A strip with room for so many cells also shows where the log begins, with a gap after it.
const BEGINNING_FROM_CELLS: usize = 8;
/// Places that this takes: the oldest record, and the gap.
const BEGINNING: usize = 2;

/// What the parts of one strip share.
pub(super) struct StripPaint<'a> {
    pub view: &'a StageView,
    pub topic: &'a TopicView,
    pub part: &'a PartitionView,
    pub rect: Rect,
    pub colors: &'a [Color32],
}

/// The offsets that fit, and where each is.
struct Shown {
    /// The oldest record, where those after it do not fit: it stands first, and a gap is between it and `first`.
    oldest: Option<Offset>,
    first: Offset,
    count: usize,
    width: f32,
}

impl StripPaint<'_> {
    /// Draws it; answers the offset that was clicked.
    pub(super) fn show(&self, ui: &mut Ui, ctx: &Ctx<'_>, selected: Option<Offset>) -> Option<Offset> {
        let shown = self.shown();
        let id = ui.scope_id().with(("strip", &*self.topic.name, self.part.id));
        let response = ui.interact(self.rect, id, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.said(ctx)));
        let over = response.hover_pos().and_then(|at| shown.at(self.rect, at.x));
        for nth in 0..shown.count {
            let rect = shown.cell(self.rect, nth);
            let Some(offset) = shown.offset(nth) else {
                gap(ui, rect);
                continue;
            };
            let state = self.cell(offset);
            paint_cell(ui, ctx, self, rect, offset, state, selected == Some(offset) || over == Some(offset));
        }
        self.watermark(ui, ctx, &shown);
        self.marks(ui, ctx, &shown);
        widgets::focus_ring(ui, &response, self.rect);
        // With the keyboard nothing is pointed at: the newest is meant.
        let meant = if response.hovered() { over } else { Some(self.part.end - 1) };
        let clicked = response.clicked().then_some(meant).flatten();
        let in_gap = response.hover_pos().is_some_and(|at| shown.is_gap(self.rect, at.x));
        self.hover(ctx, response, over, in_gap.then_some(&shown));
        clicked.filter(|offset| *offset >= 0 && *offset < self.part.end)
    }

    fn hover(&self, ctx: &Ctx<'_>, response: Response, over: Option<Offset>, gap: Option<&Shown>) {
        if let Some(shown) = gap {
            let between = (shown.first - shown.oldest.unwrap_or_default() - 1).max(0);
            response.on_hover_text_at_pointer(ctx.text.with("lab-cell-between", &[("n", between.into())]));
            return;
        }
        let Some(offset) = over else { return };
        response.on_hover_ui_at_pointer(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            match self.cell(offset) {
                Some(cell) => {
                    let (_, word) = look::cell_state(ctx, &cell.state);
                    let offset = format::integer(offset);
                    widgets::strong(ui, &ctx.text.with("lab-cell-title", &[("offset", offset.into())]));
                    widgets::caption(ui, &word);
                    if !cell.value_preview.is_empty() {
                        widgets::data_quiet(ui, &cell.value_preview);
                    }
                    widgets::caption(ui, &ctx.t("lab-cell-click"));
                }
                None if offset >= self.part.end => drop(widgets::caption(ui, &ctx.t("lab-cell-free"))),
                None => drop(widgets::caption(ui, &ctx.t("lab-cell-gone"))),
            }
        });
    }

    /// The whole strip in words, for who cannot see it.
    fn said(&self, ctx: &Ctx<'_>) -> String {
        ctx.text.with(
            "lab-strip-said",
            &[
                ("topic", (*self.topic.name).into()),
                ("partition", i64::from(self.part.id).into()),
                ("start", format::integer(self.part.start).into()),
                ("end", format::integer(self.part.end).into()),
            ],
        )
    }

    fn cell(&self, offset: Offset) -> Option<&Cell> {
        let at = self.part.cells.binary_search_by_key(&offset, |cell| cell.offset).ok()?;
        self.part.cells.get(at)
    }

    /// What stands over the offset: the key, or the value. One that only counts the messages is left out, where it does not
    /// tell that a message is there twice: its figure beside the offset would confuse.
    fn word<'a>(&self, cell: &'a Cell) -> Option<&'a str> {
        let counts = |value: &str| {
            let number = value.strip_prefix("message ");
            number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
        };
        if cell.key.is_none() && counts(&cell.value_preview) {
            let is_near = |other: &Cell| (1..=TWINS_APART_MAX).contains(&(other.offset - cell.offset).abs());
            let twin = |other: &Cell| is_near(other) && other.value_preview == cell.value_preview;
            if !self.part.cells.iter().rev().take(NEWEST).any(twin) {
                return None;
            }
        }
        // The start of a document is the same in every cell.
        let document = cell.key.is_none() && cell.label.starts_with(['{', '[']);
        Some(&*cell.label).filter(|label| !label.is_empty() && !document)
    }

    /// How long a lock of this topic's queue holds when it is new.
    fn lock_millis(&self) -> f32 {
        /// What `group.share.record.lock.duration.ms` is unless somebody changes it.
        const DEFAULT_MILLIS: f32 = 30_000.0;
        let lesson = self.view.lesson.as_ref().map(|lesson| &lesson.file);
        let Some(file) = self.view.file.as_ref().or(lesson) else { return DEFAULT_MILLIS };
        let groups = file.groups.iter().filter(|group| group.topics.iter().any(|topic| **topic == *self.topic.name));
        let mut locks = groups.filter_map(|group| group.config.get("share.record.lock.duration.ms"));
        locks.next().and_then(|millis| millis.parse().ok()).unwrap_or(DEFAULT_MILLIS)
    }

    /// The newest that fit, one free place after the end.
    fn shown(&self) -> Shown {
        let digits = format::integer(self.part.end.max(0)).len() as f32;
        let newest = self.part.cells.iter().rev().take(NEWEST);
        let words = newest.filter_map(|cell| self.word(cell)).map(|word| word.chars().count());
        let keyed = words.max().unwrap_or(0) as f32;
        let width = (digits * DIGIT).max(keyed * LETTER) * size(self.rect.height()) + 10.0;
        let width = width.clamp(*CELL_WIDTH.start(), *CELL_WIDTH.end());
        let count = (((self.rect.width() + GAP) / (width + GAP)).floor() as usize).max(1);
        let first = (self.part.end + 1 - count as Offset).max(0);
        // Cells take the whole width, so that the strip ends where the curves begin.
        let width = (self.rect.width() + GAP) / count as f32 - GAP;
        let start = self.part.start;
        let begins_before = start < first && count >= BEGINNING_FROM_CELLS && self.cell(start).is_some();
        let (oldest, first) = if begins_before { (Some(start), first + BEGINNING as Offset) } else { (None, first) };
        Shown { oldest, first, count, width }
    }

    /// A small flag over the strip where what all replicas have ends: consumers see nothing beyond it.
    fn watermark(&self, ui: &Ui, ctx: &Ctx<'_>, shown: &Shown) {
        let theme = theme::of(ui);
        let x = shown.edge(self.rect, self.part.high_watermark);
        let top = self.rect.top();
        let stroke = Stroke::new(1.5, theme.quiet);
        ui.painter().vline(x, (top - 5.0)..=(self.rect.bottom() + 3.0), stroke);
        let flag = vec![pos2(x, top - 8.0), pos2(x - 6.0, top - 5.0), pos2(x, top - 2.0)];
        ui.painter().add(Shape::convex_polygon(flag, theme.quiet, Stroke::NONE));
        let place = Rect::from_center_size(pos2(x - 2.0, top - 6.0), vec2(12.0, 12.0));
        let id = ui.scope_id().with(("watermark", &*self.topic.name, self.part.id));
        let offset = format::integer(self.part.high_watermark);
        let words = || ctx.text.with("lab-watermark", &[("offset", offset.clone().into())]);
        let response = ui.interact(place, id, Sense::hover());
        if response.hovered() {
            response.on_hover_text(words());
        }
    }

    /// Under the strip: a bar as long as what each group has not read, its place and its name. Groups that stand at the
    /// same offset share a mark.
    fn marks(&self, ui: &Ui, ctx: &Ctx<'_>, shown: &Shown) {
        let theme = theme::of(ui);
        let mut places: Vec<(Offset, Vec<&Marker>)> = Vec::new();
        for marker in &self.part.markers {
            let Some(committed) = marker.committed else { continue };
            match places.iter_mut().find(|(at, _)| *at == committed) {
                Some((_, same)) => same.push(marker),
                None => places.push((committed, vec![marker])),
            }
        }
        places.sort_by_key(|(at, _)| *at);
        let (bottom, end) = (self.rect.bottom(), shown.edge(self.rect, self.part.end));
        // Furthest behind first: its bar lies under those of the others.
        for (committed, markers) in &places {
            let x = shown.edge(self.rect, *committed);
            let color = look::group_color(theme, self.view, self.colors, &markers[0].group);
            if end - x > 1.0 {
                let bar = Rect::from_min_max(pos2(x, bottom + 4.0), pos2(end, bottom + 7.5));
                ui.painter().rect_filled(bar, 1.5, theme.window.lerp_to_gamma(color, 0.55));
            }
        }
        let mut free = f32::INFINITY;
        for (committed, markers) in places.iter().rev() {
            let x = shown.edge(self.rect, *committed);
            let color = look::group_color(theme, self.view, self.colors, &markers[0].group);
            ui.painter().vline(x, (bottom + 2.0)..=(bottom + 10.0), Stroke::new(2.0, color));
            let names: Vec<_> = markers.iter().map(|marker| look::group_name(ctx, self.view, &marker.group)).collect();
            let behind = (self.part.end - *committed).max(0);
            let said = match behind {
                0 => names.join(", "),
                n => ctx.text.with("lab-mark-behind", &[("name", names.join(", ").into()), ("n", n.into())]),
            };
            let words = ui.painter().layout_no_wrap(said, FontId { size: 10.5, ..fonts::caption() }, color);
            let width = words.size().x;
            // Beside each other and never over each other: what has no room is told by its mark and bar alone.
            let least = self.rect.left() - 12.0;
            let left = (x - width / 2.0).min(self.rect.right() - width + 8.0).max(least).min(free - width - 8.0);
            if left < least {
                continue;
            }
            free = left;
            ui.painter().galley(pos2(left, bottom + 11.0), words, color);
        }
    }
}

impl Shown {
    fn cell(&self, strip: Rect, nth: usize) -> Rect {
        let left = strip.left() + nth as f32 * (self.width + GAP);
        Rect::from_min_size(pos2(left, strip.top()), vec2(self.width, strip.height()))
    }

    /// What stands in that place; nothing in the gap.
    fn offset(&self, nth: usize) -> Option<Offset> {
        match (self.oldest, nth) {
            (None, nth) => Some(self.first + nth as Offset),
            (Some(oldest), 0) => Some(oldest),
            (Some(_), nth) => nth.checked_sub(BEGINNING).map(|nth| self.first + nth as Offset),
        }
    }

    /// The edge before that offset, or the middle of the gap; the strip's own edge for what lies outside.
    fn edge(&self, strip: Rect, offset: Offset) -> f32 {
        let last = self.count as f32;
        let nth = match self.oldest {
            Some(oldest) if offset <= oldest => 0.0,
            Some(_) if offset < self.first => 1.5,
            Some(_) => ((offset - self.first) as f32 + BEGINNING as f32).min(last),
            None => (offset - self.first).max(0).min(self.count as Offset) as f32,
        };
        (strip.left() + nth * (self.width + GAP) - GAP / 2.0).clamp(strip.left(), strip.right())
    }

    fn at(&self, strip: Rect, x: f32) -> Option<Offset> {
        self.place(strip, x).and_then(|nth| self.offset(nth))
    }

    fn is_gap(&self, strip: Rect, x: f32) -> bool {
        self.place(strip, x).is_some_and(|nth| self.offset(nth).is_none())
    }

    fn place(&self, strip: Rect, x: f32) -> Option<usize> {
        let nth = ((x - strip.left()) / (self.width + GAP)).floor();
        (nth >= 0.0 && (nth as usize) < self.count).then_some(nth as usize)
    }
}

fn paint_cell(
    ui: &Ui,
    ctx: &Ctx<'_>,
    paint: &StripPaint<'_>,
    rect: Rect,
    offset: Offset,
    cell: Option<&Cell>,
    lifted: bool,
) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    let edge = |color: Color32| Stroke::new(1.0, color);
    let Some(cell) = cell else {
        if offset < paint.part.end {
            empty(ui, ctx, rect);
        } else {
            painter.rect_stroke(rect, RADIUS, edge(theme.hairline.gamma_multiply(0.6)), StrokeKind::Inside);
        }
        return;
    };
    let holder = match &cell.state {
        CellState::Acquired { by, .. } => look::actor(paint.view, by).and_then(|index| paint.colors.get(index)),
        _ => None,
    };
    let (fill, line, front) = match &cell.state {
        CellState::Gone | CellState::Compacted => return empty(ui, ctx, rect),
        CellState::Acquired { .. } => {
            let color = *holder.unwrap_or(&theme.care);
            (theme.panel.lerp_to_gamma(color, if theme.dark { 0.32 } else { 0.2 }), color, theme.text)
        }
        CellState::Acknowledged => (theme.washed(theme.good), theme.dimmed(theme.good), theme.quiet),
        CellState::Archived => (theme.washed(theme.bad), theme.bad, theme.quiet),
        CellState::Open => (theme.washed(theme.care), theme.dimmed(theme.care), theme.quiet),
        CellState::Aborted => (theme.washed(theme.bad), theme.dimmed(theme.bad), theme.faint),
        CellState::Control { committed } => {
            return marker(ui, theme, rect, if *committed { theme.good } else { theme.bad }, *committed);
        }
        CellState::Stored | CellState::Waiting => (theme.panel, theme.edge, theme.text),
    };
    let line = if lifted { theme.accent } else { line };
    painter.rect(rect, RADIUS, fill, edge(line), StrokeKind::Inside);
    inside(ui, paint, rect, offset, cell, front);
    if let CellState::Acquired { lock_until_ms, .. } = &cell.state {
        lock(ui, paint, rect, *lock_until_ms, line);
    }
    corner(ui, theme, rect, cell);
}

/// Words in a cell of that height, as a part of the usual size.
fn size(height: f32) -> f32 {
    (height / USUAL).clamp(1.0, LARGEST)
}

/// The offset, under the key where there is one.
fn inside(ui: &Ui, paint: &StripPaint<'_>, rect: Rect, offset: Offset, cell: &Cell, front: Color32) {
    let theme = theme::of(ui);
    let number = format::integer(offset);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let k = size(rect.height());
    let Some(label) = paint.word(cell) else {
        let font = FontId { size: 11.0 * k, ..fonts::data() };
        painter.text(rect.center(), Align2::CENTER_CENTER, number, font, front);
        return;
    };
    let (large, small) = (FontId { size: 10.5 * k, ..fonts::data_bold() }, FontId { size: 8.5 * k, ..fonts::data() });
    let middle = rect.center();
    let color = key_color(theme, paint.topic, cell, front);
    let mut words = LayoutJob::simple_singleline(label.to_owned(), large, color);
    words.wrap = TextWrapping::truncate_at_width(rect.width() - 2.0 * MARGIN);
    let words = painter.layout_job(words);
    painter.galley(middle - vec2(0.0, 4.5 * k) - words.size() / 2.0, words, color);
    painter.text(middle + vec2(0.0, 7.0 * k), Align2::CENTER_CENTER, number, small, theme.quiet);
}

/// Where it matters which key goes where, or which value of a key stays: one colour a key, by the key's letters, so that the
/// eye finds it again.
fn key_color(theme: &Theme, topic: &TopicView, cell: &Cell, front: Color32) -> Color32 {
    let compacted = topic.config.iter().any(|(name, value)| **name == *"cleanup.policy" && value.contains("compact"));
    let key = cell.key.as_deref().unwrap_or_default();
    if key.is_empty() || (topic.partitions.len() < 2 && !compacted) {
        return front;
    }
    theme.series(key.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())))
}

/// How long the lock still holds, as a line that runs down.
fn lock(ui: &Ui, paint: &StripPaint<'_>, rect: Rect, until: i64, color: Color32) {
    let left = (until - paint.view.now_ms).max(0) as f32 / paint.lock_millis();
    let line = rect.x_range().shrink(3.0);
    let to = line.min + line.span() * left.min(1.0);
    ui.painter().hline(line.min..=to, rect.bottom() - 3.0, Stroke::new(2.0, color));
}

/// A sign for what became of it, and how often it was delivered when more than once.
fn corner(ui: &Ui, theme: &Theme, rect: Rect, cell: &Cell) {
    let at = rect.right_top() + vec2(-5.0, 5.5);
    let sign = match &cell.state {
        CellState::Acknowledged => Some((icon::CHECK, theme.good)),
        CellState::Archived => Some((icon::CLOSE, theme.bad)),
        CellState::Open => Some((icon::TIME, theme.care)),
        CellState::Aborted => Some((icon::CANCEL, theme.bad)),
        _ => None,
    };
    if let Some((icon, color)) = sign {
        icon.paint(ui.painter(), at, 9.0, color);
    }
    if cell.delivery_count > 1 {
        let words = format!("{}×", cell.delivery_count);
        let font = FontId { size: 8.5, ..fonts::data_bold() };
        ui.painter().text(rect.left_top() + vec2(3.0, 6.0), Align2::LEFT_CENTER, words, font, theme.care);
    }
}

/// The end of a transaction: takes an offset and is no message.
fn marker(ui: &Ui, theme: &Theme, rect: Rect, color: Color32, committed: bool) {
    let rect = rect.shrink2(vec2(rect.width() * 0.22, 2.0));
    ui.painter().rect(rect, RADIUS, theme.washed(color), Stroke::new(1.0, theme.dimmed(color)), StrokeKind::Inside);
    let sign = if committed { icon::CHECK } else { icon::CANCEL };
    sign.paint(ui.painter(), rect.center(), 12.0, color);
}

/// Between the oldest record and those that fit: three dots.
fn gap(ui: &Ui, rect: Rect) {
    let theme = theme::of(ui);
    for nth in [-1.0, 0.0, 1.0] {
        ui.painter().circle_filled(rect.center() + vec2(nth * 6.0, 0.0), 1.5, theme.quiet);
    }
}

/// What is no more: a dashed edge and the word for it.
fn empty(ui: &Ui, ctx: &Ctx<'_>, rect: Rect) {
    let theme = theme::of(ui);
    let rect = rect.shrink(0.5);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.0, theme.edge), 3.0, 3.0));
    let font = FontId { size: 10.0, ..fonts::caption() };
    let words = ui.painter().layout_no_wrap(ctx.t("lab-cell-gone-short").to_string(), font, theme.faint);
    if words.size().x < rect.width() - 3.0 {
        ui.painter().galley(rect.center() - words.size() / 2.0, words, theme.faint);
        return;
    }
    let dash = (rect.center().x - 4.0)..=(rect.center().x + 4.0);
    ui.painter().hline(dash, rect.center().y, Stroke::new(1.0, theme.faint));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_lies_between_two_cells_and_never_outside_the_strip() {
        let strip = Rect::from_min_size(pos2(10.0, 0.0), vec2(97.5, 30.0));
        let shown = Shown { oldest: None, first: 5, count: 3, width: 30.0 };
        assert_eq!(shown.cell(strip, 1).left(), 42.5);
        assert_eq!(shown.edge(strip, 6), 41.25);
        assert_eq!(shown.edge(strip, 2), 10.0);
        assert_eq!(shown.edge(strip, 99), 106.25);
        assert_eq!(shown.at(strip, 43.0), Some(6));
        assert_eq!(shown.at(strip, 5.0), None);
    }

    #[test]
    fn the_oldest_stands_first_and_what_does_not_fit_is_a_gap() {
        let strip = Rect::from_min_size(pos2(0.0, 0.0), vec2(127.5, 30.0));
        let shown = Shown { oldest: Some(0), first: 90, count: 4, width: 30.0 };
        let places: Vec<_> = (0..4).map(|nth| shown.offset(nth)).collect();
        assert_eq!(places, [Some(0), None, Some(90), Some(91)]);
        assert_eq!((shown.at(strip, 3.0), shown.at(strip, 40.0), shown.at(strip, 70.0)), (Some(0), None, Some(90)));
        assert!(shown.is_gap(strip, 40.0) && !shown.is_gap(strip, 3.0));
        assert_eq!(shown.edge(strip, 0), 0.0);
        assert_eq!(shown.edge(strip, 45), 47.5);
        assert_eq!(shown.edge(strip, 91), 96.25);
    }
}
