//! Where cells lie: partitions one under the other, each with a line of words and rows of cells. Pure.

use egui::{Rect, Vec2, pos2, vec2};

/// The line of words over a partition's cells, in points.
pub(super) const HEAD: f32 = 28.0;
/// Under a partition's cells.
const FOOT: f32 = 12.0;
/// A partition without any cell still has a row, for the words that say so.
const ROWS_MIN: usize = 1;

/// Sizes of cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Metrics {
    pub cell: Vec2,
    pub gap: f32,
    /// Wide enough for the offset; else shape and colour alone.
    pub large: bool,
}

impl Metrics {
    /// Large cells hold an offset of so many characters.
    pub fn large(characters: usize) -> Self {
        Self { cell: vec2((characters as f32 * 7.0 + 12.0).max(40.0).ceil(), 34.0), gap: 4.0, large: true }
    }

    pub fn small() -> Self {
        Self { cell: vec2(16.0, 16.0), gap: 3.0, large: false }
    }

    fn step(&self) -> Vec2 {
        self.cell + Vec2::splat(self.gap)
    }
}

/// All partitions laid out on a width.
pub(super) struct Layout {
    pub metrics: Metrics,
    pub per_row: usize,
    /// Top of each partition, and the end of all.
    tops: Vec<f32>,
}

impl Layout {
    /// `counts` are the cells of each partition.
    pub fn new(metrics: Metrics, width: f32, counts: impl Iterator<Item = usize>) -> Self {
        let per_row = (((width + metrics.gap) / metrics.step().x).floor() as usize).max(1);
        let mut tops = vec![0.0];
        let mut top = 0.0;
        for count in counts {
            top += HEAD + count.div_ceil(per_row).max(ROWS_MIN) as f32 * metrics.step().y + FOOT;
            tops.push(top);
        }
        Self { metrics, per_row, tops }
    }

    pub fn height(&self) -> f32 {
        self.tops.last().copied().unwrap_or_default()
    }

    pub fn top(&self, strip: usize) -> f32 {
        self.tops.get(strip).copied().unwrap_or_default()
    }

    /// Partitions at least partly between two heights.
    pub fn strips_between(&self, from: f32, to: f32) -> std::ops::Range<usize> {
        let first = self.tops.partition_point(|top| *top <= from).saturating_sub(1);
        let last = self.tops.partition_point(|top| *top < to);
        first..last.min(self.tops.len() - 1)
    }

    /// Cells of a partition at least partly between two heights.
    pub fn cells_between(&self, strip: usize, from: f32, to: f32) -> std::ops::Range<usize> {
        let step = self.metrics.step().y;
        let row = |height: f32| ((height - self.top(strip) - HEAD) / step).floor().max(0.0) as usize;
        row(from) * self.per_row..(row(to) + 1) * self.per_row
    }

    /// Where a cell lies, from the top left of all.
    pub fn cell(&self, strip: usize, place: usize) -> Rect {
        let step = self.metrics.step();
        let (column, row) = (place % self.per_row, place / self.per_row);
        let at = pos2(column as f32 * step.x, self.top(strip) + HEAD + row as f32 * step.y);
        Rect::from_min_size(at, self.metrics.cell)
    }

    /// The cell at a point, which may have no record.
    pub fn at(&self, point: egui::Pos2) -> Option<(usize, usize)> {
        if point.y < 0.0 || point.x < 0.0 {
            return None;
        }
        let strip = self.strips_between(point.y, point.y + 0.1).next()?;
        let step = self.metrics.step();
        let down = point.y - self.top(strip) - HEAD;
        let (column, row) = ((point.x / step.x).floor() as usize, (down / step.y).floor());
        let place = row as usize * self.per_row + column;
        let inside = down >= 0.0 && column < self.per_row && self.cell(strip, place).contains(point);
        inside.then_some((strip, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_found_where_it_lies() {
        let layout = Layout::new(Metrics::small(), 100.0, [12, 0, 2_000].into_iter());
        assert_eq!(layout.per_row, 5);
        for (strip, count) in [(0, 12), (2, 2_000)] {
            for place in 0..count {
                assert_eq!(layout.at(layout.cell(strip, place).center()), Some((strip, place)));
            }
        }
        assert_eq!(layout.at(pos2(3.0, 3.0)), None, "the line of words is no cell");
        assert_eq!(layout.at(pos2(-1.0, 40.0)), None);
    }

    #[test]
    fn only_what_is_in_view_is_named() {
        let layout = Layout::new(Metrics::small(), 1_000.0, std::iter::repeat_n(2_000, 300));
        let view = layout.strips_between(50_000.0, 50_400.0);
        assert!(view.len() <= 3, "{view:?}");
        let strip = view.start;
        let cells = layout.cells_between(strip, 50_000.0, 50_400.0);
        assert!(cells.len() <= 23 * layout.per_row, "{cells:?}");
        assert_eq!(layout.strips_between(0.0, 10.0), 0..1);
        assert_eq!(layout.strips_between(layout.height() - 1.0, layout.height() + 500.0), 299..300);
    }
}
