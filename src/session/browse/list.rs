//! The list: pages around what is in sight, loaded in both directions, forgotten when far away.

use std::ops::Range;
use std::sync::Arc;

use super::order::{Cursor, Order};
use super::read::read_between;
use super::rows::{PAGE_ROWS, Page};
use super::view::{Anchor, BrowseView, Pages, Phase};
use super::{BrowseError, Shared, Start};

/// Rows that the list keeps in memory at most.
pub const WINDOW_ROWS_MAX: u64 = 100_000;
/// Bytes that the list keeps in memory at most.
pub const WINDOW_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pages loaded ahead on both sides of what is in sight.
const AHEAD_PAGES: u64 = 3;
/// Neighbouring pages that are loaded by one reading.
const RUN_PAGES_MAX: u64 = 4;
/// Rows taken to be in sight before the screen has told.
const FIRST_ROWS: u64 = 64;
/// Places of the order that are remembered, so that scrolling on need not look them up again.
const CURSORS_MAX: usize = 1_024;

/// Serves the list until the request is replaced.
pub(super) async fn serve(shared: &Arc<Shared>, view: &mut BrowseView, mut order: Order) -> Result<(), BrowseError> {
    let mut control = shared.control.subscribe();
    view.total = order.total();
    view.reversed = view.request.start.is_newest_first();
    let opening = opening_row(view, &mut order).await?;
    view.anchor = opening.map(|row| Anchor { serial: 0, row });
    let first = opening.unwrap_or(0);
    let mut visible = first..first + FIRST_ROWS;
    let mut loader = Loader { order, cursors: Vec::new() };
    let mut gone_to = 0;
    // Something in the view is new since it was shown.
    let mut changed = true;
    loop {
        let wish = control.borrow_and_update().clone();
        if !wish.visible.is_empty() {
            visible = wish.visible;
        }
        if let Some((serial, partition, offset)) = wish.goto.filter(|(serial, ..)| *serial != gone_to) {
            gone_to = serial;
            let rank = loader.order.rank_of(partition, offset).await?;
            let first = view.index(rank).unwrap_or(0);
            view.anchor = Some(Anchor { serial, row: first });
            visible = first..first + FIRST_ROWS;
            changed = true;
        }
        let missing = missing_pages(view, &visible);
        if missing.is_empty() {
            if changed {
                view.phase = Phase::Ready;
                changed = false;
                shared.publish(view.clone());
            }
            if control.changed().await.is_err() {
                return Ok(());
            }
            continue;
        }
        loader.load(shared, view, missing).await?;
        let center = page_in_sight(view, &visible);
        forget_far_pages(&mut view.pages, center);
        view.phase = Phase::Ready;
        changed = false;
        if !shared.publish(view.clone()) {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// The row at which a list opens that starts somewhere inside.
async fn opening_row(view: &BrowseView, order: &mut Order) -> Result<Option<u64>, BrowseError> {
    let last = order.total().saturating_sub(1);
    Ok(match (view.request.start, &view.spans[..]) {
        (Start::Offset(offset), [span]) => Some((offset.clamp(span.lo, span.hi.max(span.lo)) - span.lo) as u64),
        (Start::Time(time), _) => Some(order.rank_at(time).await?),
        _ => None,
    }
    .map(|rank| rank.min(last)))
}

struct Loader {
    order: Order,
    /// Places already found, by rank.
    cursors: Vec<Cursor>,
}

impl Loader {
    async fn load(
        &mut self,
        shared: &Arc<Shared>,
        view: &mut BrowseView,
        pages: Range<u64>,
    ) -> Result<(), BrowseError> {
        let from = self.cursor(pages.start * PAGE_ROWS).await?;
        let to = self.cursor(pages.end * PAGE_ROWS).await?;
        let mut rows = read_between(&*shared.source, self.order.spans(), &from, &to).await?.into_iter();
        for page in pages {
            view.pages.insert(page, Arc::new(Page::new(rows.by_ref().take(PAGE_ROWS as usize).collect())));
        }
        Ok(())
    }

    async fn cursor(&mut self, rank: u64) -> Result<Cursor, BrowseError> {
        match self.cursors.binary_search_by_key(&rank, |cursor| cursor.rank) {
            Ok(found) => Ok(self.cursors[found].clone()),
            Err(place) => {
                let cursor = self.order.locate(rank).await?;
                if cursor.rank == rank {
                    self.cursors.insert(place, cursor.clone());
                    if self.cursors.len() > CURSORS_MAX {
                        self.cursors.clear();
                    }
                }
                Ok(cursor)
            }
        }
    }
}

/// The page in the middle of what is in sight.
fn page_in_sight(view: &BrowseView, visible: &Range<u64>) -> u64 {
    let middle = visible.start + (visible.end - visible.start) / 2;
    let rank = view.rank(middle.min(view.total.saturating_sub(1))).unwrap_or(0);
    rank / PAGE_ROWS
}

/// The next run of pages to load: first what is in sight, then its neighbours, nearest first. Empty when all are there.
fn missing_pages(view: &BrowseView, visible: &Range<u64>) -> Range<u64> {
    let Some(last_page) = view.total.checked_sub(1).map(|rank| rank / PAGE_ROWS) else { return 0..0 };
    let page_of = |index: u64| view.rank(index.min(view.total - 1)).unwrap_or(0) / PAGE_ROWS;
    let (one, other) = (page_of(visible.start), page_of(visible.end.saturating_sub(1)));
    let (low, high) = (one.min(other), one.max(other));
    let is_missing = |page: &u64| !view.pages.contains_key(page);
    let above = (1..=AHEAD_PAGES).map(|n| high + n).filter(|page| *page <= last_page);
    let below = (1..=AHEAD_PAGES).filter_map(|n| low.checked_sub(n));
    // Onward in the direction of reading first.
    let around: Vec<u64> = if view.reversed { below.chain(above).collect() } else { above.chain(below).collect() };
    let Some(first) = (low..=high).chain(around).find(is_missing) else { return 0..0 };
    let reach = (low.saturating_sub(AHEAD_PAGES), (high + AHEAD_PAGES).min(last_page));
    let mut run = first..first + 1;
    // A page in sight is loaded alone, to be shown soon; those ahead come together.
    if (low..=high).contains(&first) {
        return run;
    }
    while run.end - run.start < RUN_PAGES_MAX && run.end <= reach.1 && is_missing(&run.end) {
        run.end += 1;
    }
    while run.end - run.start < RUN_PAGES_MAX && run.start > reach.0 && is_missing(&(run.start - 1)) {
        run.start -= 1;
    }
    run
}

/// Forgets the pages farthest from what is in sight until the window is within its bounds.
fn forget_far_pages(pages: &mut Pages, center: u64) {
    let mut bytes: usize = pages.values().map(|page| page.memory_bytes).sum();
    let near = 2 * AHEAD_PAGES + RUN_PAGES_MAX;
    while pages.len() as u64 * PAGE_ROWS > WINDOW_ROWS_MAX || bytes > WINDOW_BYTES_MAX {
        let (Some((&first, _)), Some((&last, _))) = (pages.first_key_value(), pages.last_key_value()) else { return };
        let far = if center.abs_diff(first) >= center.abs_diff(last) { first } else { last };
        if center.abs_diff(far) <= near {
            // What is in sight and next to it stays; rows are cut, so this is bounded too.
            return;
        }
        if let Some(page) = pages.remove(&far) {
            bytes -= page.memory_bytes;
        }
    }
}
