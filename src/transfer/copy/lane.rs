//! The copy of one partition, step by step as [`super`] tells.

mod source;

pub(super) use self::source::Batch;
use self::source::Source;
use super::{
    CopyFault,
    job::Gauge,
    mark::{Mark, Place, STEPS_MAX},
    patience::Patience,
    slice::Slice,
};
use crate::client::{Client, OffsetSpec};
use crate::model::{Offset, TopicPartition};
use crate::transfer::{Cancel, TransferError};

/// A partition on its way.
pub(super) struct Lane<'a> {
    pub source: &'a Client,
    pub target: &'a Client,
    pub from: TopicPartition,
    pub into: TopicPartition,
    /// The group that holds the mark.
    pub group: &'a str,
    pub slice: &'a Slice,
    /// Records of one batch, in bytes before compression.
    pub batch_bytes: usize,
    /// Where the copy ends in the source.
    pub to: Offset,
    pub gauge: &'a Gauge<'a>,
    pub cancel: &'a Cancel,
}

impl Lane<'_> {
    /// Copies up to `to`; answers the last mark.
    pub async fn run(&self, mark: Mark) -> Result<Mark, TransferError> {
        let mut mark = mark;
        let mut place = self.place(&mark).await?;
        if let Some((next, counts)) = place.announced.take() {
            (mark, place) = self.send_again(mark, place, next, counts).await?;
        }
        let mut source = Source::start(self, place.source);
        loop {
            let stretch = source.stretch(STEPS_MAX).await?;
            let gone = mark.gone + stretch.gone;
            if stretch.batches.is_empty() {
                place.source = stretch.next.max(place.source);
                let last = mark.at_place(place, Vec::new(), gone);
                if last != mark || last.began == (last.from, last.at) {
                    self.commit(&last).await?;
                }
                return Ok(last);
            }
            let mut stored = 0;
            let steps = stretch.batches.iter().map(|batch| {
                stored += batch.records.len() as u64;
                (stored, batch.next)
            });
            mark = mark.at_place(place.clone(), steps.collect(), gone);
            self.commit(&mark).await?;
            for batch in &stretch.batches {
                place = self.send(&mark, place, batch).await?;
            }
        }
    }

    /// Sends once more what may be stored already, or on its way.
    async fn send_again(
        &self,
        mark: Mark,
        place: Place,
        next: Offset,
        counts: Vec<u64>,
    ) -> Result<(Mark, Place), TransferError> {
        let batch = Source::range(self, place.source, next).await?;
        let now = batch.records.len() as u64;
        if now == 0 {
            let (from, group) = (place.source, self.group.to_owned());
            return Err(CopyFault::SourceChanged { partition: self.from.clone(), from, to: next, group }.into());
        }
        let mut steps: Vec<_> = counts.into_iter().chain([now]).map(|count| (count, next)).collect();
        steps.sort_unstable();
        steps.dedup();
        let gone = mark.gone;
        let mark = mark.at_place(place.clone(), steps, gone);
        self.commit(&mark).await?;
        let place = self.send(&mark, place, &batch).await?;
        Ok((mark, place))
    }

    /// Stores a batch at `place` and answers the place after it.
    async fn send(&self, mark: &Mark, place: Place, batch: &Batch) -> Result<Place, TransferError> {
        let mut patience = Patience::new(&self.into, self.cancel);
        loop {
            let sent = self.target.produce_at(&self.into, &batch.records, batch.compression, place.producer);
            let error = match self.cancel.race(sent).await.ok_or(TransferError::Cancelled)? {
                Ok(base) if base < 0 || base == place.target => {
                    let count = batch.records.len() as u64;
                    self.gauge.stored(count, batch.bytes);
                    let target = place.target + count.cast_signed();
                    let producer = place.producer.after(count);
                    return Ok(Place { source: batch.next, target, producer, announced: None });
                }
                Ok(base) => return Err(self.foreign(base)),
                Err(error) => error,
            };
            patience.wait(error.into()).await?;
            let now = self.place(mark).await?;
            if now.target > place.target {
                // It is stored after all: one batch is under way at a time, so it is this one.
                self.gauge.stored((now.target - place.target).unsigned_abs(), batch.bytes);
                return if now.source == batch.next { Ok(now) } else { Err(self.foreign(now.target)) };
            }
        }
    }

    /// Where things stand, by the end of the target.
    async fn place(&self, mark: &Mark) -> Result<Place, TransferError> {
        let patience = Patience::new(&self.into, self.cancel);
        let end = patience.ask(|| self.target.offset(&self.into, OffsetSpec::Latest)).await?.unwrap_or(0);
        mark.place(end).ok_or_else(|| self.foreign(end))
    }

    async fn commit(&self, mark: &Mark) -> Result<(), TransferError> {
        let send = || async {
            let offsets = vec![(self.into.clone(), mark.at, mark.write())];
            let outcomes = self.target.commit_with_notes(self.group, offsets).await?;
            outcomes.into_iter().try_for_each(|(_, outcome)| outcome)
        };
        Patience::new(&self.into, self.cancel).ask(send).await
    }

    fn foreign(&self, end: Offset) -> TransferError {
        CopyFault::ForeignRecords { partition: self.into.clone(), end, group: self.group.to_owned() }.into()
    }
}
