//! One partition's log as a strip of cells, read as a client reads it: what is new is fetched, what is deleted is seen by
//! the start of the log.

use std::{collections::VecDeque, sync::Arc};

use kafka_protocol::ResponseError;

use crate::{
    client::{BatchState, Client, ClientError, FetchOptions, Fetched, OffsetSpec, records_from},
    labs::view::{CELLS_MAX, Cell, CellState, PartitionView},
    model::{Offset, Record, TopicPartition},
};

/// Characters of a value that are kept.
const PREVIEW_CHARS_MAX: usize = 80;
/// Characters of a cell's label.
const LABEL_CHARS_MAX: usize = 12;
/// Places of deleted records that are kept in front.
const GONE_CELLS_MAX: usize = 6;
/// Records at the beginning of the log that are kept, for who wants to see that they are still there.
const OLDEST_CELLS_MAX: usize = 8;
/// Fetches of one look at one partition; what is left is skipped, as only the newest records have cells.
const FETCHES_MAX: usize = 20;
/// Largest batch that is looked into, decompressed, in bytes.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is known of one partition.
pub struct LogView {
    tp: TopicPartition,
    start: Offset,
    end: Offset,
    last_stable: Offset,
    cells: VecDeque<Cell>,
}

impl LogView {
    pub fn new(tp: TopicPartition) -> Self {
        Self { tp, start: 0, end: 0, last_stable: 0, cells: VecDeque::new() }
    }

    /// Reads what is new. Returns where the log begins now and how many offsets went, where records were deleted.
    pub async fn look(&mut self, client: &Client, compacted: bool) -> Result<Option<(Offset, u64)>, ClientError> {
        let before = self.start;
        if compacted {
            // What was removed in the middle is seen only by reading again.
            self.read_again(client).await?;
        } else if let Some(open) = self.cells.iter().find(|cell| cell.state == CellState::Open).map(|cell| cell.offset)
        {
            self.read_states(client, open).await?;
        }
        for _ in 0..FETCHES_MAX {
            let from = self.end;
            let Some(fetched) = self.fetch(client, from).await? else { break };
            self.take(client, &fetched, from).await?;
            if self.end >= fetched.high_watermark {
                break;
            }
        }
        Ok((self.start > before).then(|| (self.start, (self.start - before).unsigned_abs())))
    }

    /// Fetches from an offset; `None` where the log has moved on, which the next look sees.
    async fn fetch(&mut self, client: &Client, from: Offset) -> Result<Option<Fetched>, ClientError> {
        let options = FetchOptions { min_bytes: 0, ..FetchOptions::default() };
        match client.fetch(&self.tp, from, options).await {
            Ok(fetched) => {
                self.moved(fetched.log_start);
                self.last_stable = fetched.last_stable_offset;
                Ok(Some(fetched))
            }
            Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => {
                let start = client.offset(&self.tp, OffsetSpec::Earliest).await?.unwrap_or(0);
                self.moved(start);
                self.end = self.end.max(start);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The log begins at `start` now.
    fn moved(&mut self, start: Offset) {
        if start <= self.start {
            return;
        }
        self.start = start;
        self.cells.iter_mut().filter(|cell| cell.offset < start).for_each(|cell| cell.state = CellState::Gone);
        let gone = self.cells.iter().take_while(|cell| cell.offset < start).count();
        self.cells.drain(..gone.saturating_sub(GONE_CELLS_MAX));
    }

    async fn take(&mut self, client: &Client, fetched: &Fetched, from: Offset) -> Result<(), ClientError> {
        let mut open = None;
        for (batch, state) in fetched.batches.iter().zip(fetched.states()) {
            let records = records_from(&self.tp, std::slice::from_ref(batch), from, BATCH_BYTES_MAX)?;
            let state = cell_state(state);
            if state == CellState::Open {
                open = open.or(records.first().map(|record| record.offset));
            }
            records.iter().for_each(|record| self.push(cell(record, state.clone())));
        }
        self.end = fetched.next.max(self.end);
        // Above, the markers among the batches have told; below the last stable offset only the broker can.
        match open.filter(|open| *open < self.last_stable) {
            Some(open) => self.read_states(client, open).await,
            None => Ok(()),
        }
    }

    fn push(&mut self, cell: Cell) {
        if self.cells.len() >= CELLS_MAX {
            let gone = self.cells.iter().take_while(|cell| cell.state == CellState::Gone).count();
            self.cells.remove(gone + OLDEST_CELLS_MAX);
        }
        self.cells.push_back(cell);
    }

    /// What became of open transactions.
    async fn read_states(&mut self, client: &Client, from: Offset) -> Result<(), ClientError> {
        let (fetched, states) =
            client.fetch_with_states(&self.tp, from.max(self.start), FetchOptions::default()).await?;
        for (batch, state) in fetched.batches.iter().zip(states) {
            let state = cell_state(state);
            for record in records_from(&self.tp, std::slice::from_ref(batch), from, BATCH_BYTES_MAX)? {
                let known = self.cells.iter_mut().find(|cell| cell.offset == record.offset);
                if let Some(cell) = known.filter(|cell| cell.state == CellState::Open) {
                    cell.state = state.clone();
                }
            }
        }
        Ok(())
    }

    /// Reads the newest part of a compacted log from its beginning on: cells whose records are gone are marked.
    async fn read_again(&mut self, client: &Client) -> Result<(), ClientError> {
        let Some(first) = self.cells.iter().map(|cell| cell.offset).find(|offset| *offset >= self.start) else {
            return Ok(());
        };
        let mut there = std::collections::BTreeSet::new();
        let mut from = first;
        for _ in 0..FETCHES_MAX {
            if from >= self.end {
                break;
            }
            let Some(fetched) = self.fetch(client, from).await? else { break };
            let records = records_from(&self.tp, &fetched.batches, from, BATCH_BYTES_MAX)?;
            there.extend(records.iter().map(|record| record.offset));
            if fetched.next <= from {
                break;
            }
            from = fetched.next;
        }
        for cell in self.cells.iter_mut().filter(|cell| cell.offset >= first && cell.offset < from) {
            if cell.state == CellState::Stored && !there.contains(&cell.offset) {
                cell.state = CellState::Compacted;
            }
        }
        Ok(())
    }

    /// As the picture shows it.
    pub fn view(&self, leader: i32) -> PartitionView {
        PartitionView {
            id: self.tp.partition,
            leader,
            start: self.start,
            end: self.end,
            high_watermark: self.end,
            last_stable: self.last_stable,
            cells: self.cells.iter().cloned().collect(),
            markers: Vec::new(),
        }
    }
}

fn cell_state(state: BatchState) -> CellState {
    match state {
        BatchState::Plain | BatchState::Committed => CellState::Stored,
        BatchState::Open => CellState::Open,
        BatchState::Aborted => CellState::Aborted,
        BatchState::Control { committed } => CellState::Control { committed },
    }
}

fn cell(record: &Record, state: CellState) -> Cell {
    let text = |bytes: &[u8], max: usize| -> Arc<str> {
        let visible = |c: char| if c.is_control() { ' ' } else { c };
        String::from_utf8_lossy(bytes).chars().take(max).map(visible).collect::<String>().into()
    };
    let key = record.key.as_deref().map(|key| text(key, PREVIEW_CHARS_MAX));
    let value = record.value.as_deref().unwrap_or_default();
    let label = match &record.key {
        Some(key) => text(key, LABEL_CHARS_MAX),
        None => text(value, LABEL_CHARS_MAX),
    };
    Cell {
        offset: record.offset,
        key,
        label,
        value_preview: text(value, PREVIEW_CHARS_MAX),
        state,
        delivery_count: 0,
        timestamp: record.timestamp,
    }
}
