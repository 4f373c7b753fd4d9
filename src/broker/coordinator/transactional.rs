//! Offsets committed inside transactions: they wait for the end of the transaction, and who asks for stable offsets is
//! told to wait with them (KIP-447).

use super::{Commit, CommitError, Committed, Committer, Coordinator, Entry, offsets::put_newer};
use crate::broker::meta::{self, CommittedRow};

impl Coordinator {
    /// Notes what the transaction of `producer_id` commits for a group (TxnOffsetCommit); durable when this returns. The
    /// caller has checked the producer.
    pub async fn commit_in_transaction(
        &self,
        who: Committer<'_>,
        producer_id: i64,
        commits: Vec<Commit>,
    ) -> Result<(), CommitError> {
        let now = self.clock.steady();
        // Known before it is durable: who asks for stable offsets meanwhile is rather told to wait once too often.
        let note = |entry: &mut Entry, rows: Vec<CommittedRow>| {
            let pending = entry.pending.entry(producer_id).or_default();
            for row in &rows {
                put_newer(pending, (row.topic.clone(), row.partition), Committed::from_row(row.clone()));
            }
            rows
        };
        let rows = self.admit(&who, commits, now, note).map_err(CommitError::Refused)?;
        Ok(self.meta.write(meta::put_pending(producer_id, rows)).await?)
    }

    /// The transaction of `producer_id` is over: what it committed for a group holds now, or is forgotten. Durable when
    /// this returns; doing it again changes nothing.
    pub async fn end_transaction(&self, group: &str, producer_id: i64, committed: bool) -> Result<(), CommitError> {
        self.meta.write(meta::end_pending(group.into(), producer_id, committed)).await?;
        let mut inner = self.inner.lock();
        let Some(entry) = inner.groups.get_mut(group) else { return Ok(()) };
        let pending = entry.pending.remove(&producer_id).unwrap_or_default();
        if committed {
            for (key, offset) in pending {
                put_newer(&mut entry.offsets, key, offset);
            }
        }
        Ok(())
    }
}
