//! The work of a copy: make what is missing, then the partitions, some at a time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kafka_protocol::ResponseError;
use tokio::sync::OnceCell;

use super::{
    CopyFault, Slice,
    lane::Lane,
    mark::Mark,
    patience::Patience,
    plan::{Make, PartitionPlan, Plan, TopicPlan},
};
use crate::client::{BoxFuture, Client, OffsetSpec, ProducerPlace};
use crate::model::{Offset, TopicPartition};
use crate::transfer::{Cancel, Progress, ProgressSink, TransferError};

/// Partitions that are copied at once; each holds some MiB in memory.
const PARTITIONS_AT_ONCE_MAX: usize = 8;
/// Records of a batch before compression, in bytes: below Kafka's default `max.message.bytes` of 1,048,588.
const BATCH_BYTES: usize = 768 * 1024;
/// What a batch needs around its records, in bytes, generously.
const BATCH_OVERHEAD_BYTES: usize = 128;

/// A copy to be done.
#[derive(Debug, Clone)]
pub struct CopyRequest {
    pub plan: Plan,
    pub slice: Slice,
}

/// What a copy did.
#[derive(Debug, Clone, Default)]
pub struct CopyOutcome {
    /// By topic and partition.
    pub partitions: Vec<PartitionOutcome>,
    /// Records and bytes (of keys, values and headers, about) stored this time.
    pub records: u64,
    pub bytes: u64,
    /// Offsets that the source had deleted before they could be read.
    pub gone: u64,
}

/// Where a partition stands after a copy.
#[derive(Debug, Clone)]
pub struct PartitionOutcome {
    pub source: TopicPartition,
    pub target: TopicPartition,
    /// The last mark: all of `began.0..from` is at `began.1..at`.
    pub mark: Mark,
}

impl PartitionOutcome {
    /// Records at the target, of this copy and those that it resumed.
    pub fn records(&self) -> u64 {
        (self.mark.at - self.mark.began.1).unsigned_abs()
    }

    /// Whether each record is as far from the begin as it was at the source.
    pub fn is_dense(&self) -> bool {
        let mark = &self.mark;
        mark.gone == 0 && mark.from - mark.began.0 == mark.at - mark.began.1
    }

    /// Whether each record has the offset that it had at the source.
    pub fn keeps_offsets(&self) -> bool {
        self.is_dense() && self.mark.began.0 == self.mark.began.1
    }
}

/// Copies what the plan says; see [`super`].
///
/// # Errors
/// When a topic of the plan is refused, a cluster fails for longer than the copy is patient, or the person stops it. What
/// is stored stays, and the copy can be resumed.
pub async fn copy(
    source: &Client,
    target: &Client,
    request: &CopyRequest,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<CopyOutcome, TransferError> {
    if let Some((topic, refusal)) = request.plan.refused().next() {
        return Err(CopyFault::Refused { topic: topic.source.to_string(), why: refusal.to_string() }.into());
    }
    let gauge = Gauge::new(request.plan.offsets(), progress);
    gauge.show();
    let job = Job { source, target, request, gauge: &gauge, cancel, producer: OnceCell::new() };
    // Boxed: the compiler does not see of streams of borrowing futures that they may move between threads.
    let mut runs: Vec<BoxFuture<'_, Result<PartitionOutcome, TransferError>>> = Vec::new();
    for topic in &request.plan.topics {
        let made = cancel.race(job.make(topic)).await.ok_or(TransferError::Cancelled)??;
        for partition in &topic.partitions {
            runs.push(Box::pin(job.carry(topic, partition, made)));
        }
    }
    let mut partitions: Vec<_> = stream::iter(runs).buffer_unordered(PARTITIONS_AT_ONCE_MAX).try_collect().await?;
    partitions.sort_by(|a, b| a.target.cmp(&b.target));
    let gone = partitions.iter().map(|partition| partition.mark.gone).sum();
    Ok(CopyOutcome { partitions, records: gauge.records(), bytes: gauge.bytes(), gone })
}

struct Job<'a> {
    source: &'a Client,
    target: &'a Client,
    request: &'a CopyRequest,
    gauge: &'a Gauge<'a>,
    cancel: &'a Cancel,
    /// Of partitions that begin.
    producer: OnceCell<ProducerPlace>,
}

/// A topic at the target as the lanes need it.
#[derive(Clone, Copy)]
struct Made {
    id: uuid::Uuid,
    batch_bytes: usize,
}

impl Job<'_> {
    async fn make(&self, topic: &TopicPlan) -> Result<Made, TransferError> {
        match &topic.make {
            Make::Nothing => {}
            Make::Create { topic, replicas } => match self.target.create_topic_with(topic, *replicas, false).await {
                // A resumed copy that was stopped between planning and this.
                Err(error) if error.code() == Some(ResponseError::TopicAlreadyExists) => {}
                other => other?,
            },
            Make::AddPartitions { to, .. } => self.target.add_partitions(&topic.target, *to).await?,
        }
        // The nodes of a cluster hear of a new topic one after the other.
        let first = TopicPartition::new(Arc::clone(&topic.target), 0);
        let info = Patience::new(&first, self.cancel).ask(|| self.target.topic(&topic.target)).await?;
        let described = || self.target.readable_topic_configs(&topic.target);
        let configs = Patience::new(&first, self.cancel).ask(described).await?.unwrap_or_default();
        let limit = configs.iter().find(|config| config.name == "max.message.bytes");
        let limit = limit.and_then(|config| config.value.as_ref()?.parse::<usize>().ok());
        let batch_bytes =
            limit.map_or(BATCH_BYTES, |limit| BATCH_BYTES.min(limit.saturating_sub(BATCH_OVERHEAD_BYTES)));
        Ok(Made { id: info.id, batch_bytes })
    }

    async fn carry(
        &self,
        topic: &TopicPlan,
        partition: &PartitionPlan,
        made: Made,
    ) -> Result<PartitionOutcome, TransferError> {
        let (source, target) = (
            TopicPartition::new(Arc::clone(&topic.source), partition.id),
            TopicPartition::new(Arc::clone(&topic.target), partition.id),
        );
        let mark = match &partition.mark {
            Some(mark) => mark.clone(),
            None => {
                let end = || self.target.offset(&target, OffsetSpec::Latest);
                let end = Patience::new(&target, self.cancel).ask(end).await?.unwrap_or(0);
                let producer = self.producer.get_or_try_init(|| self.target.new_producer_place()).await?;
                let number = self.request.slice.number();
                Mark::begin((topic.source_id, made.id), number, partition.from, end, *producer)
            }
        };
        let lane = Lane {
            source: self.source,
            target: self.target,
            from: source.clone(),
            into: target.clone(),
            group: &self.request.plan.group,
            slice: &self.request.slice,
            batch_bytes: made.batch_bytes,
            to: partition.to,
            gauge: self.gauge,
            cancel: self.cancel,
        };
        let mark = lane.run(mark).await?;
        Ok(PartitionOutcome { source, target, mark })
    }
}

/// How far all partitions together are.
pub(super) struct Gauge<'a> {
    total: u64,
    done: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
    sink: ProgressSink<'a>,
}

impl<'a> Gauge<'a> {
    pub fn new(total: u64, sink: ProgressSink<'a>) -> Self {
        Self { total, done: AtomicU64::new(0), records: AtomicU64::new(0), bytes: AtomicU64::new(0), sink }
    }

    /// So many offsets of the source are read.
    pub fn passed(&self, offsets: u64) {
        self.done.fetch_add(offsets, Ordering::Relaxed);
        self.show();
    }

    /// So many records are stored.
    pub fn stored(&self, records: u64, bytes: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.show();
    }

    fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn show(&self) {
        let done = self.done.load(Ordering::Relaxed).min(self.total);
        let (records, bytes) = (self.records(), self.bytes());
        (self.sink)(Progress { done, total: Some(self.total), records, bytes, bad_lines: 0 });
    }
}

/// Offsets of a partition that are still to be copied.
pub(super) fn left(partition: &PartitionPlan) -> u64 {
    let from: Offset = partition.mark.as_ref().map_or(partition.from, |mark| mark.from);
    u64::try_from(partition.to - from).unwrap_or(0)
}
