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
    /// And no more than this, in points; what is left then is shared by all.
    pub width_max: f32,
    pub sorts: bool,
    pub hides: bool,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub fn left(id: &'static str, title: &'a str, width: f32) -> Self {
        Self {
            id,
            title,
            width,
            width_min: 48.0,
            align: Align::Left,
            grows: false,
            width_max: f32::INFINITY,
            sorts: false,
            hides: true,
        }
    }

    /// A column of figures.
    pub fn right(id: &'static str, title: &'a str, width: f32) -> Self {
        Self { align: Align::Right, ..Self::left(id, title, width) }
    }

    pub fn grows(mut self) -> Self {
        self.grows = true;
        self
    }

    /// Takes what is left of the width up to that; a name needs no half of a large screen, and figures far from it are
    /// hard to follow.
    pub fn grows_to(mut self, points: f32) -> Self {
        self.width_max = points;
        self.grows()
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
    let shown: Vec<usize> = ordered(columns, &layout.order)
        .into_iter()
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
                let (least, most) = (columns[*index].width_min, columns[*index].width_max);
                let most = most.max(layout.widths.get(columns[*index].id).copied().unwrap_or(0.0));
                *width = (*width + left_over * *width / weight).min(most).max(least).floor();
            }
        }
    }
    let free: Vec<bool> = shown.iter().map(|index| !layout.widths.contains_key(columns[*index].id)).collect();
    share_rest(&mut widths, &free, width);
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

/// What no column wanted goes to all that were not dragged, by their widths, so that a table is as wide as its place.
fn share_rest(widths: &mut [f32], free: &[bool], width: f32) {
    let rest = width - widths.iter().sum::<f32>();
    let used: f32 = widths.iter().zip(free).filter(|(_, free)| **free).map(|(width, _)| *width).sum();
    if rest < widths.len() as f32 || used <= 0.0 {
        return;
    }
    for own in widths.iter_mut().zip(free).filter(|(_, free)| **free).map(|(width, _)| width) {
        *own = (*own + rest * *own / used).floor();
    }
}

/// The columns as they were put in order; one that the order does not know stands where it was made.
fn ordered(columns: &[Column<'_>], order: &[String]) -> Vec<usize> {
    let mut found: Vec<usize> =
        order.iter().filter_map(|id| columns.iter().position(|column| column.id == *id)).collect();
    found.dedup();
    for index in 0..columns.len() {
        if !found.contains(&index) {
            found.insert(index.min(found.len()), index);
        }
    }
    found
}

/// The order after the column at place `from` of what is shown was put before the one at `to` (one past the last puts
/// it at the end).
pub(super) fn moved(columns: &[Column<'_>], order: &[String], shown: &[Placed], from: usize, to: usize) -> Vec<String> {
    let mut all = ordered(columns, order);
    let Some(column) = shown.get(from).map(|placed| placed.index) else { return order.to_vec() };
    let before = shown.get(to).map(|placed| placed.index).filter(|index| *index != column);
    if to == from || to == from + 1 {
        return order.to_vec();
    }
    all.retain(|index| *index != column);
    let at = before.and_then(|before| all.iter().position(|index| *index == before)).unwrap_or(all.len());
    all.insert(at, column);
    all.into_iter().map(|index| columns[index].id.to_owned()).collect()
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
    fn what_a_capped_column_leaves_is_shared_by_all() {
        let columns = [Column::left("a", "A", 100.0).grows_to(200.0), Column::right("b", "B", 100.0)];
        assert_eq!(widths(&place(&columns, &TableLayout::default(), 280.0)), [180.0, 100.0]);
        assert_eq!(widths(&place(&columns, &TableLayout::default(), 600.0)), [400.0, 200.0]);
    }

    #[test]
    fn columns_stand_where_they_were_moved_and_hidden_ones_keep_their_place() {
        let columns = ["a", "b", "c", "d"].map(|id| Column::left(id, id, 60.0));
        let mut layout = TableLayout { hidden: vec!["b".into()], ..TableLayout::default() };
        let shown = place(&columns, &layout, 100.0);
        layout.order = moved(&columns, &layout.order, &shown, 2, 0);
        assert_eq!(layout.order, ["d", "a", "b", "c"]);
        let shown = place(&columns, &layout, 100.0);
        assert_eq!(shown.iter().map(|p| p.index).collect::<Vec<_>>(), [3, 0, 2]);
        assert_eq!(moved(&columns, &layout.order, &shown, 0, 3), ["a", "b", "c", "d"]);
        assert_eq!(moved(&columns, &layout.order, &shown, 1, 2), layout.order, "beside itself is where it is");
        // Made by a later version, and unknown to what was remembered.
        assert_eq!(ordered(&columns, &["d".into(), "a".into(), "gone".into()]), [3, 1, 2, 0]);
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
