//! Reading for a member: finds records that are free, hands them out and returns them.

use std::sync::Arc;

use bytes::Bytes;

use super::{Session, Shared, Shares, config_of, rules, scan::Stretch};
use crate::{
    broker::{
        blocking,
        config::{ShareConfig, StartReset},
        groups::share::{AcquiredRange, Holder, SharePartition, Wish},
        inner::Inner,
        meta::MetaError,
        topics::SlotError,
    },
    log::{LogError, Partition, ReadOutcome},
    model::Offset,
};

/// Stretches without a record for a consumer that one fetch passes over before it answers.
const STRETCHES_MAX: usize = 64;

/// What a member asks of one partition.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    pub wish: Wish,
    pub max_bytes: usize,
}

/// What it gets.
#[derive(Debug, Default)]
pub struct Taken {
    /// Whole batches; the member owns what `acquired` says of them.
    pub records: Bytes,
    pub acquired: Vec<AcquiredRange>,
    /// From where the log was read.
    pub from: Offset,
}

impl Taken {
    /// Records that were handed out.
    pub fn count(&self) -> usize {
        let offsets = self.acquired.iter().map(|range| range.last - range.first + 1).sum::<i64>();
        usize::try_from(offsets).unwrap_or(0)
    }
}

/// Why a partition cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    #[error(transparent)]
    Slot(#[from] SlotError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Meta(#[from] MetaError),
}

impl Shares {
    /// Hands out records of a partition to the member of a session, where there are some now.
    pub async fn take(
        &self,
        broker: &Arc<Inner>,
        shared: &Arc<Shared>,
        session: &Session,
        asking: Asking,
    ) -> Result<Taken, TakeError> {
        let _one = shared.fetching.lock().await;
        let Some(slot) = shared.topic.slot(shared.key.partition) else { return Err(SlotError::Gone.into()) };
        let config = config_of(broker, &shared.key.group);
        let log = slot.existing(&broker.store).await?;
        self.begin(shared, &config, log.as_ref()).await?;
        let Some(log) = log else { return Ok(Taken::default()) };
        let holder = Arc::new(Holder { member: session.member.clone(), client_id: session.client_id.clone() });
        for _ in 0..STRETCHES_MAX {
            let end = if config.committed { log.stable_offset() } else { log.end_offset() };
            let Some(from) = self.look(broker, shared, &config, &log, end).await else { break };
            let read = read(&log, from, asking.max_bytes, config.committed).await.inspect_err(|error| slot.note(error));
            let stretch = match read {
                // The log was trimmed meanwhile; look where it begins now.
                Err(LogError::OutOfRange { .. }) => continue,
                read => Stretch::of(from, read?),
            };
            let now = self.clock.steady();
            let (acquired, happened) = {
                let mut state = shared.state.lock();
                let Some(partition) = state.as_mut() else { break };
                // Whoever closed the session has released, or will when it gets the lock: nothing is given after that.
                if session.is_closed() {
                    break;
                }
                partition.acquire(&holder, &stretch.scan, asking.wish, &rules(&config), now)
            };
            if !acquired.is_empty() {
                self.wake_by(now.saturating_add(i64::from(config.lock_ms)));
            }
            self.settle(broker, shared, happened).await?;
            if !acquired.is_empty() {
                return Ok(Taken { records: stretch.records(&acquired), acquired, from });
            }
        }
        Ok(Taken::default())
    }

    /// Lets time and the log's start pass and says from where to read.
    async fn look(
        &self,
        broker: &Arc<Inner>,
        shared: &Arc<Shared>,
        config: &ShareConfig,
        log: &Partition,
        end: Offset,
    ) -> Option<Offset> {
        let rules = rules(config);
        let (wanted, happened) = {
            let mut state = shared.state.lock();
            let partition = state.as_mut()?;
            let happened = partition.expire(&rules, self.clock.steady());
            let happened = happened.and(partition.log_starts_at(log.start_offset()));
            (partition.wanted(end, &rules), happened)
        };
        if let Err(error) = self.settle(broker, shared, happened).await {
            tracing::warn!("what expired in the share group {} was not stored: {error}", shared.key.group);
        }
        wanted
    }

    /// Decides where the group begins, where it has read nothing yet; durable when this returns.
    async fn begin(
        &self,
        shared: &Arc<Shared>,
        config: &ShareConfig,
        log: Option<&Arc<Partition>>,
    ) -> Result<(), TakeError> {
        if shared.state.lock().is_some() {
            return Ok(());
        }
        let (first, end) = log.map_or((0, 0), |log| log.range());
        let start = match (config.reset, log) {
            (StartReset::Latest, _) | (_, None) => end,
            (StartReset::Earliest, _) => first,
            (StartReset::ByDuration { millis }, Some(log)) => {
                let since = self.clock.now().saturating_sub(millis);
                let log = log.clone();
                blocking(move || log.offset_for_time(since)).await?.map_or(end, |(offset, _)| offset)
            }
        };
        shared.state.lock().get_or_insert_with(|| SharePartition::new(start));
        Ok(self.store(shared).await?)
    }
}

/// Reads at least one batch; from memory where it is there.
async fn read(log: &Arc<Partition>, from: Offset, max_bytes: usize, committed: bool) -> Result<ReadOutcome, LogError> {
    if let Some(read) = log.read_in_memory(from, max_bytes, true, committed) {
        return read;
    }
    let log = log.clone();
    blocking(move || match committed {
        true => log.read_committed(from, max_bytes, true),
        false => log.read(from, max_bytes, true),
    })
    .await
}
