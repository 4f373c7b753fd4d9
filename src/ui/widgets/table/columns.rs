//! Columns and how they share the width.

use crate::ui::ctx::TableLayout;

/// Width kept at the right for a row's `⋯`, in points.
pub(super) const MENU_WIDTH: f32 = 40.0;
/// Width kept for the scroll bar, in points.
pub(super) const BAR_WIDTH: f32 = 12.0;
/// Space at each side of a cell, in points.
pub(super) const PADDING: f32 = 12.0;

/// Side to which a column is aligned: words left, figures right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its name in the settings and for sorting.
    pub id: &'static str,
    pub title: &'a str,
    /// Width before it was dragged, in points.
    pub width: f32,
    pub width_min: f32,
    pub align: Align,
    /// Takes what is left of the width.
    pub grows: bool,
    pub sorts: bool,
    pub hides: bool,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub fn left(id: &'static str, title: &'a str, width: f32) -> Self {
        Self { id, title, width, width_min: 48.0, align: Align::Left, grows: false, sorts: false, hides: true }
    }

    /// A column of figures.
    pub fn right(id: &'static str, title: &'a str, width: f32) -> Self {
        Self { align: Align::Right, ..Self::left(id, title, width) }
    }

    pub fn grows(mut self) -> Self {
        self.grows = true;
        self
    }

    /// A click on its head sorts by it.
    pub fn sorts(mut self) -> Self {
        self.sorts = true;
        self
    }

    /// Cannot be hidden.
    pub fn stays(mut self) -> Self {
        self.hides = false;
        self
    }
}

/// A column in its place; x from the left edge of the table, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// Place in the list of all columns.
    pub index: usize,
    pub left: f32,
    pub right: f32,
}

/// Gives the columns that are shown their places. What is left goes to the columns that grow; without such, to all that
/// were not dragged.
pub(super) fn place(columns: &[Column<'_>], layout: &TableLayout, width: f32) -> Vec<Placed> {
    let shown: Vec<usize> = (0..columns.len())
        .filter(|index| !(columns[*index].hides && layout.hidden.iter().any(|id| id == columns[*index].id)))
        .collect();
    let mut widths: Vec<f32> = shown
        .iter()
        .map(|index| {
            let column = &columns[*index];
            layout.widths.get(column.id).copied().unwrap_or(column.width).max(column.width_min)
        })
        .collect();
    let left_over = width - widths.iter().sum::<f32>();
    let any_grows = shown.iter().any(|index| columns[*index].grows);
    let takes: Vec<bool> = shown
        .iter()
        .map(|index| {
            let column = &columns[*index];
            if any_grows { column.grows } else { !layout.widths.contains_key(column.id) }
        })
        .collect();
    let weight: f32 = widths.iter().zip(&takes).filter(|(_, takes)| **takes).map(|(width, _)| *width).sum();
    if weight > 0.0 {
        for ((width, takes), index) in widths.iter_mut().zip(&takes).zip(&shown) {
            if *takes && (left_over > 0.0 || columns[*index].grows) {
                *width = (*width + left_over * *width / weight).max(columns[*index].width_min).floor();
            }
        }
    }
    let mut left = 0.0;
    shown
        .into_iter()
        .zip(widths)
        .map(|(index, width)| {
            let placed = Placed { index, left, right: left + width };
            left += width;
            placed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(placed: &[Placed]) -> Vec<f32> {
        placed.iter().map(|p| p.right - p.left).collect()
    }

    #[test]
    fn what_is_left_goes_to_the_column_that_grows() {
        let columns = [Column::left("a", "A", 100.0).grows(), Column::right("b", "B", 80.0)];
        assert_eq!(widths(&place(&columns, &TableLayout::default(), 500.0)), [420.0, 80.0]);
    }

    #[test]
    fn too_little_space_shrinks_it_to_its_minimum_and_no_further() {
        let columns = [Column::left("a", "A", 100.0).grows(), Column::right("b", "B", 80.0)];
        assert_eq!(widths(&place(&columns, &TableLayout::default(), 100.0)), [48.0, 80.0]);
    }

    #[test]
    fn dragged_and_hidden_columns_stay_so() {
        let columns =
            [Column::left("a", "A", 100.0).stays(), Column::right("b", "B", 80.0), Column::left("c", "C", 60.0)];
        let mut layout = TableLayout::default();
        layout.widths.insert("a".into(), 150.0);
        layout.hidden = vec!["a".into(), "b".into()];
        let placed = place(&columns, &layout, 100.0);
        assert_eq!(placed.iter().map(|p| p.index).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(widths(&placed), [150.0, 60.0]);
    }
}
