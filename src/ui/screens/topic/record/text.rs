//! Long text, wrapped by columns, of which only what is in sight is laid out.

use std::ops::Range;

use egui::{ScrollArea, Ui};

use crate::ui::{
    theme::{self, fonts},
    widgets,
};

/// Height of a line, in points.
const LINE: f32 = 18.0;
/// Width kept for the scroll bar, in points.
const BAR: f32 = 14.0;

/// A text and where its lines break at a width.
pub struct TextLines {
    text: String,
    columns: usize,
    lines: Vec<Range<usize>>,
}

impl TextLines {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), columns: 0, lines: Vec::new() }
    }

    pub fn ui(&mut self, ui: &mut Ui, salt: &str) {
        let theme = theme::of(ui);
        let glyph = ui.ctx().fonts_mut(|found| found.glyph_width(&fonts::data(), '0')).max(1.0);
        let columns = ((ui.available_width() - BAR) / glyph).floor().max(8.0) as usize;
        if columns != self.columns {
            (self.columns, self.lines) = (columns, wrap(&self.text, columns));
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let scroll = ScrollArea::vertical().id_salt(("text", salt)).auto_shrink(false);
        scroll.show_rows(ui, LINE, self.lines.len(), |ui, range| {
            for line in &self.lines[range] {
                ui.horizontal(|ui| {
                    ui.set_height(LINE);
                    widgets::rich(ui, &self.text[line.clone()], fonts::data(), theme.text);
                });
            }
        });
    }
}

/// Breaks at line ends and after `columns` columns; characters of East Asian scripts take two.
fn wrap(text: &str, columns: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, letter) in text.char_indices() {
        if letter == '\n' {
            lines.push(start..at);
            (start, used) = (at + 1, 0);
            continue;
        }
        let width = if letter >= '\u{1100}' { 2 } else { 1 };
        if used + width > columns {
            lines.push(start..at);
            (start, used) = (at, 0);
        }
        used += width;
    }
    lines.push(start..text.len());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_they_end_and_where_they_are_full() {
        let lines = |text: &str, columns| -> Vec<String> {
            wrap(text, columns).into_iter().map(|l| text[l].to_owned()).collect()
        };
        assert_eq!(lines("abcdef\ngh", 4), ["abcd", "ef", "gh"]);
        assert_eq!(lines("", 4), [""]);
        assert_eq!(lines("\n", 4), ["", ""]);
        assert_eq!(lines("水水水", 4), ["水水", "水"]);
    }
}
