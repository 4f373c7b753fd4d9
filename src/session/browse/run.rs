//! Answers one request: finds out what the partitions hold, then hands over to the list, the search or the tail.

use std::sync::Arc;

use super::live::Tail;
use super::matcher::Matcher;
use super::order::{Order, Span};
use super::source::Source;
use super::view::{BrowseView, Phase};
use super::{BrowseError, BrowseRequest, Shared, Start, histogram, list, search};
use crate::model::{Offset, PartitionId};
use crate::payload::CaseRule;

/// What the partitions of a request hold.
pub(super) struct Scope {
    /// The chosen partitions that answer, with all they store.
    pub stored: Arc<[Span]>,
    pub broken: Arc<[(PartitionId, BrowseError)]>,
}

pub(super) async fn answer(shared: Arc<Shared>, generation: u64, request: Arc<BrowseRequest>) {
    let mut view = BrowseView::loading(generation, Arc::clone(&request));
    let ended = match scope_of(&*shared.source, &request).await {
        Ok(scope) => {
            (view.stored, view.broken) = (Arc::clone(&scope.stored), scope.broken);
            let follows = request.start == Start::Live;
            let bars = histogram::keep(&shared, generation, Arc::clone(&scope.stored), follows);
            let (ended, ()) = tokio::join!(rows(&shared, &mut view, &request), bars);
            ended
        }
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        // The rows that were found stay, under the words of what went wrong.
        if view.pages.is_empty() {
            let shown = shared.view.load();
            if shown.generation == generation {
                let stored = (Arc::clone(&view.stored), Arc::clone(&view.broken));
                view = BrowseView::clone(&shown);
                (view.stored, view.broken) = stored;
            }
        }
        view.phase = Phase::Failed(error);
        shared.publish(view);
    }
}

async fn rows(shared: &Arc<Shared>, view: &mut BrowseView, request: &BrowseRequest) -> Result<(), BrowseError> {
    let matcher = request.search.as_ref().and_then(|search| {
        let case = if search.exact_case { CaseRule::Exact } else { CaseRule::Ignore };
        Matcher::new(&search.text, case)
    });
    if request.start == Start::Live {
        return Tail::start(shared, view, matcher).await?.follow().await;
    }
    let spans = covered(&*shared.source, request, view).await?;
    view.spans = spans.clone().into();
    let order = Order::new(Arc::clone(&shared.source), spans).await?;
    match matcher {
        Some(matcher) => search::run(shared, view, order, matcher).await,
        None => list::serve(shared, view, order).await,
    }
}

/// Which partitions are chosen, and where each begins and ends now.
pub(super) async fn scope_of(source: &dyn Source, request: &BrowseRequest) -> Result<Scope, BrowseError> {
    let mut partitions = source.partitions().await?;
    partitions.sort_unstable();
    if let Some(chosen) = &request.partitions {
        if let Some(partition) = chosen.iter().find(|p| !partitions.contains(p)) {
            return Err(BrowseError::NoPartition { partition: *partition });
        }
        partitions.retain(|p| chosen.contains(p));
    }
    let mut stored = Vec::with_capacity(partitions.len());
    let mut broken = Vec::new();
    for (partition, bounds) in partitions.iter().copied().zip(source.bounds(&partitions).await?) {
        match bounds {
            Ok(bounds) => stored.push(Span { partition, lo: bounds.start, hi: bounds.end }),
            Err(error) => broken.push((partition, error)),
        }
    }
    match broken.first() {
        Some((_, error)) if stored.is_empty() => Err(error.clone()),
        _ => Ok(Scope { stored: stored.into(), broken: broken.into() }),
    }
}

/// The part of each partition that the list covers.
async fn covered(
    source: &dyn Source,
    request: &BrowseRequest,
    view: &mut BrowseView,
) -> Result<Vec<Span>, BrowseError> {
    let mut spans = view.stored.to_vec();
    if let Some((from, to)) = request.time_range {
        let partitions: Vec<PartitionId> = spans.iter().map(|span| span.partition).collect();
        let lows = source.offsets_at(from.max(0), &partitions).await?;
        let highs = source.offsets_at(to.max(0), &partitions).await?;
        for (span, (low, high)) in spans.iter_mut().zip(lows.into_iter().zip(highs)) {
            let reach = |offset: Option<Offset>| offset.unwrap_or(span.hi).clamp(span.lo, span.hi);
            // Records without a timestamp lie before all times.
            let low = if from < 0 { span.lo } else { reach(low) };
            (span.lo, span.hi) = (low, reach(high).max(low));
        }
    }
    if let Start::Offset(offset) = request.start {
        if !spans.iter().any(|span| (span.lo..span.hi).contains(&offset)) {
            view.out_of_range = Some(offset);
        }
        // One partition keeps all of its rows and opens at the offset; see `list`.
        if spans.len() > 1 {
            for span in &mut spans {
                span.lo = offset.clamp(span.lo, span.hi);
            }
        }
    }
    Ok(spans)
}
