//! One record, whole, for the details panel.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::read::{Visitor, read_stretch};
use super::{BrowseError, Shared};
use crate::codec::{BatchError, RecordRef};
use crate::model::{BatchFacts, Header, Offset, PartitionId, Record};

/// A record that is being opened.
#[derive(Debug, Clone, Default)]
pub struct RecordView {
    /// Goes up with each record that is opened.
    pub serial: u64,
    pub at: Option<(PartitionId, Offset)>,
    pub record: OpenRecord,
}

/// How far the opening is.
#[derive(Debug, Clone, Default)]
pub enum OpenRecord {
    #[default]
    Nothing,
    Loading,
    /// It holds copies of key, value and headers, not the batch.
    Ready(Arc<Record>),
    Failed(BrowseError),
}

pub(super) async fn open(shared: Arc<Shared>, serial: u64, partition: PartitionId, offset: Offset) {
    let mut whole = Whole { partition, offset, found: None };
    let read = read_stretch(&*shared.source, partition, offset, offset.saturating_add(1), &mut whole).await;
    let record = match (read, whole.found) {
        (Err(error), _) | (Ok(_), Some(Err(error))) => OpenRecord::Failed(error),
        (Ok(_), Some(Ok(record))) => OpenRecord::Ready(Arc::new(record)),
        (Ok(_), None) => OpenRecord::Failed(BrowseError::NoRecord { partition, offset }),
    };
    let current = shared.record.load();
    if current.serial == serial {
        shared
            .record
            .compare_and_swap(&current, Arc::new(RecordView { serial, at: Some((partition, offset)), record }));
        (shared.wake)();
    }
}

struct Whole {
    partition: PartitionId,
    offset: Offset,
    found: Option<Result<Record, BrowseError>>,
}

impl Visitor for Whole {
    fn record(&mut self, facts: &Arc<BatchFacts>, record: &RecordRef<'_>) -> Result<(), BatchError> {
        let headers: Result<Vec<Header>, BatchError> = record
            .headers()
            .map(|header| {
                let header = header?;
                Ok(Header { key: copy(header.key), value: header.value.map(copy) })
            })
            .collect();
        self.found = Some(Ok(Record {
            partition: self.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key.map(copy),
            value: record.value.map(copy),
            headers: headers?,
            batch: Arc::clone(facts),
        }));
        Ok(())
    }

    fn gap(&mut self, _: Offset, _: Offset) {}

    fn unreadable(&mut self, _: Offset, _: Offset, why: &Arc<str>) {
        self.found =
            Some(Err(BrowseError::Unreadable { partition: self.partition, offset: self.offset, why: Arc::clone(why) }));
    }

    fn piece_done(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn copy(bytes: &[u8]) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(bytes)
}
