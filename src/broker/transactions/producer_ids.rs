//! Producer ids, each given out once in the life of a workspace.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::broker::meta::{self, Meta, MetaError};

/// Ids taken from `meta.sqlite` at once: what is left of a block when the broker ends is never used.
const BLOCK_IDS: i64 = 1_000;

/// Gives out producer ids.
pub struct ProducerIds {
    meta: Arc<Meta>,
    block: Mutex<Block>,
}

struct Block {
    next: i64,
    end: i64,
}

impl ProducerIds {
    /// `next` is the first id that no block held, as `meta.sqlite` has it.
    pub fn new(meta: Arc<Meta>, next: i64) -> Self {
        Self { meta, block: Mutex::new(Block { next, end: next }) }
    }

    /// An id that nobody had before.
    pub async fn next(&self) -> Result<i64, MetaError> {
        let mut block = self.block.lock().await;
        if block.next == block.end {
            let end = block.end + BLOCK_IDS;
            // On disk before the first of them is given out: a crash loses ids, and repeats none.
            self.meta.write(meta::set_next_producer_id(end)).await?;
            block.end = end;
        }
        block.next += 1;
        Ok(block.next - 1)
    }
}
