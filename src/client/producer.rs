//! A producer for records that arrive one by one: generators and imports.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot},
    task::AbortHandle,
    time::Instant,
};

use super::{
    BoxFuture, Client, ClientError, Partitioner, Produced,
    idempotence::Idempotence,
    produce::{NewBatch, StoredBatch},
};
use crate::codec::ProducerStamp;
use crate::model::{Acks, Compression, NewRecord, TopicPartition};

/// What a record counts in the buffer beyond its key, value and headers, in bytes.
const RECORD_OVERHEAD_BYTES: usize = 100;

/// How a [`Producer`] batches and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerOptions {
    pub acks: Acks,
    pub compression: Compression,
    /// How long a batch that is not full waits for more records, in milliseconds.
    pub linger_ms: u64,
    /// Upper bound of a batch before compression, in bytes.
    pub batch_bytes: usize,
    /// Records waiting or in flight, in bytes; `send` waits when it is reached.
    pub buffer_bytes: usize,
    /// Produce requests in flight at once, over all partitions; one partition never has more than one, which keeps order.
    pub in_flight_max: usize,
    /// Batches carry sequence numbers: one whose answer is lost is sent again and stored once. Needs acks=all, without
    /// which it is off.
    pub idempotent: bool,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            compression: Compression::None,
            linger_ms: 5,
            batch_bytes: 256 * 1024,
            buffer_bytes: 16 * 1024 * 1024,
            in_flight_max: 5,
            idempotent: false,
        }
    }
}

/// What a producer has done so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProducerStats {
    /// Records taken in.
    pub sent: u64,
    /// Records acknowledged.
    pub acknowledged: u64,
    /// Records refused for good.
    pub failed: u64,
    /// Bytes of keys, values and headers acknowledged.
    pub acknowledged_bytes: u64,
    /// The first failure.
    pub first_error: Option<ClientError>,
}

/// Batches records by partition and sends them in the background. Dropping it gives up what was not sent; call
/// [`Producer::flush`] first.
pub struct Producer {
    client: Client,
    options: ProducerOptions,
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
    task: AbortHandle,
}

/// The outcome of one record, to be awaited.
pub struct Delivery {
    outcome: oneshot::Receiver<Result<Produced, ClientError>>,
}

impl Delivery {
    /// Waits until the record is stored or refused.
    pub async fn outcome(self) -> Result<Produced, ClientError> {
        let closed = |_| Err(ClientError::Closed { asked: "produce a record".to_owned() });
        self.outcome.await.unwrap_or_else(closed)
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Something to send, or to look at again.
    work: Notify,
    /// A batch was answered.
    answered: Notify,
}

#[derive(Default)]
struct State {
    queues: BTreeMap<TopicPartition, Queue>,
    partitioners: HashMap<Arc<str>, Partitioner>,
    stats: ProducerStats,
    /// Records not answered yet.
    open: u64,
    /// Callers inside `flush`: linger is over for everybody.
    flushing: usize,
    error_since_flush: Option<ClientError>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    in_flight: bool,
    /// When the oldest waiting record must go.
    due: Option<Instant>,
}

struct Waiting {
    record: NewRecord,
    /// Of key, value and headers.
    bytes: usize,
    /// What it takes of the buffer.
    cost: usize,
    reply: Option<oneshot::Sender<Result<Produced, ClientError>>>,
    _room: OwnedSemaphorePermit,
}

impl Producer {
    /// Starts a producer; needs a tokio runtime.
    pub fn start(client: Client, options: ProducerOptions) -> Self {
        let shared = Arc::new(Shared::default());
        let idempotence = (options.idempotent && options.acks == Acks::All).then(Idempotence::default);
        let sender = Sender { client: client.clone(), options, shared: Arc::clone(&shared), idempotence };
        let task = tokio::spawn(sender.run()).abort_handle();
        // A semaphore counts in 32 bits on some targets; more than 1 GiB of waiting records is never wanted.
        let room = Arc::new(Semaphore::new(options.buffer_bytes.clamp(1, 1 << 30)));
        Self { client, options, shared, room, task }
    }

    /// Takes a record in, waiting while the buffer is full. The outcome is in the returned [`Delivery`].
    pub async fn send(&self, topic: &str, record: NewRecord) -> Result<Delivery, ClientError> {
        let (reply, outcome) = oneshot::channel();
        self.enqueue(topic, record, Some(reply)).await?;
        Ok(Delivery { outcome })
    }

    /// Like `send`, for callers that look at [`Producer::stats`] instead of each outcome.
    pub async fn post(&self, topic: &str, record: NewRecord) -> Result<(), ClientError> {
        self.enqueue(topic, record, None).await
    }

    async fn enqueue(
        &self,
        topic: &str,
        record: NewRecord,
        reply: Option<oneshot::Sender<Result<Produced, ClientError>>>,
    ) -> Result<(), ClientError> {
        let partitions = self.client.partition_count(topic).await?;
        let headers: usize = record.headers.iter().map(|h| h.key.len() + h.value.as_ref().map_or(0, |v| v.len())).sum();
        let payload = record.key.as_ref().map_or(0, |k| k.len()) + record.value.as_ref().map_or(0, |v| v.len());
        let bytes = payload + headers;
        let cost = (bytes + RECORD_OVERHEAD_BYTES).min(self.options.buffer_bytes.clamp(1, 1 << 30));
        let room = Arc::clone(&self.room).acquire_many_owned(cost as u32).await;
        let room = room.map_err(|_| ClientError::Closed { asked: format!("produce to {topic}") })?;
        let mut state = self.shared.state.lock();
        let name = match state.partitioners.get_key_value(topic) {
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(topic),
        };
        let partition = state.partitioners.entry(Arc::clone(&name)).or_default().partition(&record, partitions);
        let queue = state.queues.entry(TopicPartition::new(name, partition)).or_default();
        let first = queue.waiting.is_empty();
        queue.due.get_or_insert_with(|| Instant::now() + Duration::from_millis(self.options.linger_ms));
        queue.waiting_bytes += cost;
        let full = queue.waiting_bytes >= self.options.batch_bytes;
        queue.waiting.push_back(Waiting { record, bytes, cost, reply, _room: room });
        state.stats.sent += 1;
        state.open += 1;
        drop(state);
        if first || full {
            self.shared.work.notify_one();
        }
        Ok(())
    }

    /// Sends what waits and returns when all is answered; fails with the first failure since the last flush.
    pub async fn flush(&self) -> Result<(), ClientError> {
        self.shared.state.lock().flushing += 1;
        let done = FlushGuard(&self.shared);
        self.shared.work.notify_one();
        loop {
            let answered = self.shared.answered.notified();
            tokio::pin!(answered);
            // Registered before looking, so that an answer in between is not missed.
            answered.as_mut().enable();
            if self.shared.state.lock().open == 0 {
                break;
            }
            answered.await;
        }
        drop(done);
        self.shared.state.lock().error_since_flush.take().map_or(Ok(()), Err)
    }

    /// Counters so far.
    pub fn stats(&self) -> ProducerStats {
        self.shared.state.lock().stats.clone()
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Counts a caller of `flush` out, also when it gave up waiting.
struct FlushGuard<'a>(&'a Shared);

impl Drop for FlushGuard<'_> {
    fn drop(&mut self) {
        self.0.state.lock().flushing -= 1;
    }
}

/// The background half: takes batches out of the queues and sends them.
struct Sender {
    client: Client,
    options: ProducerOptions,
    shared: Arc<Shared>,
    idempotence: Option<Idempotence>,
}

/// The records of a batch in flight.
struct Sent {
    partition: TopicPartition,
    records: Vec<Waiting>,
    outcome: Result<StoredBatch, ClientError>,
}

impl Sender {
    async fn run(self) {
        let mut in_flight: FuturesUnordered<BoxFuture<'_, Sent>> = FuturesUnordered::new();
        loop {
            let mut next_due = None;
            while in_flight.len() < self.options.in_flight_max.max(1) {
                match self.take_batch() {
                    Take::Batch(partition, records, batch) => {
                        in_flight.push(Box::pin(self.send(partition, records, batch)));
                    }
                    Take::Nothing(due) => {
                        next_due = due;
                        break;
                    }
                }
            }
            tokio::select! {
                biased;
                Some(sent) = in_flight.next(), if !in_flight.is_empty() => self.settle(sent),
                () = self.shared.work.notified() => {}
                () = until(next_due) => {}
            }
        }
    }

    async fn send(&self, partition: TopicPartition, records: Vec<Waiting>, batch: NewBatch) -> Sent {
        let Some(idempotence) = &self.idempotence else {
            let outcome = self.client.produce_batch(&partition, batch, self.options.acks, ProducerStamp::NONE).await;
            return Sent { partition, records, outcome };
        };
        let outcome = idempotence.send(&self.client, &partition, batch, records.len()).await;
        Sent { partition, records, outcome }
    }

    /// The batch that has waited longest of those that may go: full, due, or flushed.
    fn take_batch(&self) -> Take {
        let mut state = self.shared.state.lock();
        let now = Instant::now();
        let flushing = state.flushing > 0;
        let mut oldest: Option<(Instant, TopicPartition)> = None;
        let mut next_due: Option<Instant> = None;
        for (tp, queue) in &state.queues {
            let Some(due) = queue.due.filter(|_| !queue.in_flight) else { continue };
            let ready = flushing || due <= now || queue.waiting_bytes >= self.options.batch_bytes;
            if ready && oldest.as_ref().is_none_or(|(other, _)| due < *other) {
                oldest = Some((due, tp.clone()));
            } else if !ready && next_due.is_none_or(|other| due < other) {
                next_due = Some(due);
            }
        }
        let Some((_, tp)) = oldest else { return Take::Nothing(next_due) };
        let Some(queue) = state.queues.get_mut(&tp) else { return Take::Nothing(next_due) };
        let mut batch = NewBatch::new(self.options.compression, self.options.batch_bytes, self.client.now());
        let mut records = Vec::new();
        while let Some(waiting) = queue.waiting.pop_front() {
            if !batch.push(&waiting.record) {
                queue.waiting.push_front(waiting);
                break;
            }
            queue.waiting_bytes -= waiting.cost;
            records.push(waiting);
        }
        queue.in_flight = true;
        // What did not fit has waited as long as what did.
        queue.due = queue.due.filter(|_| !queue.waiting.is_empty());
        Take::Batch(tp, records, batch)
    }

    fn settle(&self, sent: Sent) {
        let mut state = self.shared.state.lock();
        state.open -= sent.records.len() as u64;
        match &sent.outcome {
            Ok(_) => {
                state.stats.acknowledged += sent.records.len() as u64;
                state.stats.acknowledged_bytes += sent.records.iter().map(|w| w.bytes as u64).sum::<u64>();
            }
            Err(error) => {
                state.stats.failed += sent.records.len() as u64;
                state.stats.first_error.get_or_insert_with(|| error.clone());
                state.error_since_flush.get_or_insert_with(|| error.clone());
            }
        }
        // Queues of partitions that are not used any more go away.
        if let Some(queue) = state.queues.get_mut(&sent.partition) {
            queue.in_flight = false;
            if queue.waiting.is_empty() {
                state.queues.remove(&sent.partition);
            }
        }
        drop(state);
        for (nth, waiting) in sent.records.into_iter().enumerate() {
            if let Some(reply) = waiting.reply {
                let outcome = sent.outcome.as_ref().map(|stored| stored.record(nth)).map_err(Clone::clone);
                // Nobody hears it when the delivery was dropped.
                let _ = reply.send(outcome);
            }
        }
        self.shared.answered.notify_waiters();
    }
}

enum Take {
    Batch(TopicPartition, Vec<Waiting>, NewBatch),
    /// Nothing may go before this moment.
    Nothing(Option<Instant>),
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
