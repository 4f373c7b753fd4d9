//! Where a table stands: the row at the top edge in u64, and how much of it is hidden. No sum of heights is ever
//! formed, so a table of billions of rows is as exact as one of ten.

/// A position in a list of equally high rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scroll {
    /// The row at the top edge.
    row: u64,
    /// Points of it above the edge.
    hidden: f64,
    /// Stay at the end when rows are added there.
    follow_end: bool,
    /// To be brought into view by the next frame, which knows the height.
    reveal: Option<u64>,
}

/// The size of list and view in one frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub rows: u64,
    pub row_height: f64,
    pub view_height: f64,
}

impl Extent {
    /// Rows that fit, with fraction.
    pub(super) fn rows_in_view(&self) -> f64 {
        self.view_height / self.row_height
    }

    /// The lowest position: the last row ends at the lower edge.
    fn end(&self) -> (u64, f64) {
        let whole = self.rows_in_view().ceil();
        if self.rows as f64 <= self.rows_in_view() {
            return (0, 0.0);
        }
        (self.rows.saturating_sub(whole as u64), (whole - self.rows_in_view()) * self.row_height)
    }
}

impl Scroll {
    /// The row at the top edge.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// Whether it stays at the end when rows are added.
    pub fn follows_end(&self) -> bool {
        self.follow_end
    }

    /// Stay at the end from now on, until the user scrolls away.
    pub fn follow_end(&mut self, follow: bool) {
        self.follow_end = follow;
    }

    /// To the first row.
    pub fn to_start(&mut self) {
        *self = Self::default();
    }

    /// Brings a row into view.
    pub fn reveal(&mut self, row: u64) {
        self.reveal = Some(row);
        self.follow_end = false;
    }

    /// Keeps the same rows in view when that many came in above; a table at its very top stays there.
    pub fn rows_inserted_above(&mut self, rows: u64) {
        if self.row > 0 || self.hidden > 0.0 {
            self.row = self.row.saturating_add(rows);
        }
    }

    pub(super) fn hidden(&self) -> f64 {
        self.hidden
    }

    /// Brings the position into what there is, reveals, follows. Call once a frame before drawing.
    pub(super) fn settle(&mut self, extent: Extent) {
        if let Some(row) = self.reveal.take() {
            self.reveal_now(row.min(extent.rows.saturating_sub(1)), extent);
        }
        let end = extent.end();
        if self.follow_end || (self.row, self.hidden) > end {
            (self.row, self.hidden) = end;
        }
    }

    /// Moves by points; positive is down. True when it moved.
    pub(super) fn by(&mut self, points: f64, extent: Extent) -> bool {
        let before = (self.row, self.hidden);
        let moved = self.hidden + points;
        let rows = (moved / extent.row_height).floor();
        self.hidden = moved - rows * extent.row_height;
        if rows < 0.0 && (-rows) as u64 > self.row {
            (self.row, self.hidden) = (0, 0.0);
        } else if rows < 0.0 {
            self.row -= (-rows) as u64;
        } else {
            self.row = self.row.saturating_add(rows as u64);
        }
        self.arrive(extent);
        before != (self.row, self.hidden)
    }

    /// How far down it is, from 0 to 1.
    pub(super) fn share(&self, extent: Extent) -> f64 {
        let most = extent.rows as f64 - extent.rows_in_view();
        if most <= 0.0 { 0.0 } else { ((self.row as f64 + self.hidden / extent.row_height) / most).clamp(0.0, 1.0) }
    }

    /// To a share of the way, for the scroll bar. The ends are exact; between them a hand is coarser than f64.
    pub(super) fn move_to_share(&mut self, share: f64, extent: Extent) {
        let most = (extent.rows as f64 - extent.rows_in_view()).max(0.0);
        let at = most * share.clamp(0.0, 1.0);
        self.row = at.floor() as u64;
        self.hidden = at.fract() * extent.row_height;
        self.arrive(extent);
    }

    /// Clamps after the user moved, and follows the end if that is where it is.
    fn arrive(&mut self, extent: Extent) {
        let end = extent.end();
        if (self.row, self.hidden) >= end {
            (self.row, self.hidden) = end;
        } else {
            self.follow_end = false;
        }
    }

    fn reveal_now(&mut self, row: u64, extent: Extent) {
        let whole = (extent.rows_in_view().floor() as u64).max(1);
        if row < self.row || (row == self.row && self.hidden > 0.0) {
            (self.row, self.hidden) = (row, 0.0);
        } else if row - self.row >= whole {
            // The row's lower edge at the lower edge of the view.
            let above = (extent.rows_in_view().ceil() as u64).saturating_sub(1);
            self.row = row.saturating_sub(above);
            self.hidden = ((above + 1) as f64 - extent.rows_in_view()) * extent.row_height;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn extent(rows: u64) -> Extent {
        Extent { rows, row_height: 28.0, view_height: 28.0 * 10.5 }
    }

    #[test]
    fn it_is_exact_far_beyond_what_f32_and_f64_sums_could_hold() {
        let extent = extent(u64::MAX / 2);
        let mut scroll = Scroll::default();
        scroll.reveal(1 << 60);
        scroll.settle(extent);
        let start = scroll.row();
        for _ in 0..1_000 {
            scroll.by(28.0, extent);
        }
        assert_eq!(scroll.row() - start, 1_000);
        for _ in 0..4_000 {
            scroll.by(-7.0, extent);
        }
        assert_eq!(scroll.row(), start);
    }

    #[test]
    fn it_stops_at_both_ends() {
        let mut scroll = Scroll::default();
        scroll.by(-100.0, extent(100));
        assert_eq!((scroll.row(), scroll.hidden()), (0, 0.0));
        scroll.by(1e9, extent(100));
        assert_eq!((scroll.row(), scroll.hidden()), (89, 14.0));
        scroll.by(5.0, extent(3));
        assert_eq!((scroll.row(), scroll.hidden()), (0, 0.0));
    }

    #[test]
    fn a_revealed_row_is_wholly_in_view_and_nothing_moves_when_it_is_already() {
        let mut scroll = Scroll::default();
        scroll.reveal(50);
        scroll.settle(extent(100));
        assert_eq!((scroll.row(), scroll.hidden()), (40, 14.0));
        scroll.reveal(45);
        scroll.settle(extent(100));
        assert_eq!((scroll.row(), scroll.hidden()), (40, 14.0));
        scroll.reveal(40);
        scroll.settle(extent(100));
        assert_eq!((scroll.row(), scroll.hidden()), (40, 0.0));
    }

    #[test]
    fn it_follows_the_end_until_scrolled_away() {
        let mut scroll = Scroll::default();
        scroll.follow_end(true);
        scroll.settle(extent(100));
        assert_eq!(scroll.row(), 89);
        scroll.settle(extent(200));
        assert_eq!(scroll.row(), 189);
        scroll.by(-28.0, extent(200));
        assert!(!scroll.follows_end());
        scroll.settle(extent(300));
        assert_eq!(scroll.row(), 188);
    }

    #[test]
    fn rows_that_come_in_above_do_not_move_what_is_read() {
        let mut scroll = Scroll::default();
        scroll.rows_inserted_above(5);
        assert_eq!(scroll.row(), 0);
        scroll.by(28.0 * 3.0, extent(100));
        scroll.rows_inserted_above(5);
        assert_eq!(scroll.row(), 8);
    }

    #[test]
    fn the_bar_reaches_both_ends_exactly() {
        let extent = extent(10_000_000);
        let mut scroll = Scroll::default();
        scroll.move_to_share(1.0, extent);
        assert_eq!(scroll.row(), 10_000_000 - 11);
        assert!((scroll.share(extent) - 1.0).abs() < 1e-9);
        scroll.move_to_share(0.0, extent);
        assert_eq!(scroll.row(), 0);
    }
}
