//! Runs the transactions: one event after another for each transactional id, every state stored before it is told.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use kafka_protocol::ResponseError;
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

use super::{
    machine::{Change, Event},
    markers, offsets,
    producer_ids::ProducerIds,
    transaction::{Flow, Place, ProducerId, Transaction, TransactionState},
};
use crate::{
    broker::{
        TRANSACTION_TIMEOUT_MAX_MS,
        inner::Inner,
        meta::{self, LoadedTransactions, Meta},
        observe::TransactionEnd,
        on_the_spot::timer_ms_max,
    },
    model::{Clock, PartitionId},
};

/// How often timeouts, expiry and markers that could not be written are looked at.
const TIMER_MS: i64 = 500;
/// No transaction times out sooner after the opening. Its producer may have waited for the broker and can still end it;
/// Kafka gives it the same time, because it looks at timeouts for the first time after
/// `transaction.abort.timed.out.transaction.cleanup.interval.ms`.
const TIMEOUTS_AFTER_OPENING_MS: i64 = 10_000;
/// Transactional ids that are known at once; a further one is refused until others expire.
const TRANSACTIONAL_IDS_MAX: usize = 100_000;

/// All transactional ids of the broker.
pub struct Transactions {
    clock: Arc<dyn Clock>,
    meta: Arc<Meta>,
    ids: ProducerIds,
    /// From when on transactions time out, in steady milliseconds.
    timeouts_from: i64,
    cells: Mutex<HashMap<Arc<str>, Arc<Cell>>>,
}

/// One transactional id. Who holds `turn` may change it; a look at it needs no turn.
pub(super) struct Cell {
    pub id: Arc<str>,
    turn: Arc<tokio::sync::Mutex<()>>,
    now: Mutex<Transaction>,
    /// Partitions that have the marker of the end that is decided.
    marked: Mutex<BTreeSet<Place>>,
}

impl Cell {
    fn new(id: Arc<str>, transaction: Transaction) -> Arc<Self> {
        Arc::new(Self { id, turn: Arc::default(), now: Mutex::new(transaction), marked: Mutex::default() })
    }

    pub fn look(&self) -> Transaction {
        self.now.lock().clone()
    }
}

/// A transactional id whose turn it is; others wait until it is dropped.
pub struct Turn {
    pub(super) cell: Arc<Cell>,
    _turn: OwnedMutexGuard<()>,
}

impl Transactions {
    /// The transactions as `meta.sqlite` has them.
    pub fn new(clock: Arc<dyn Clock>, meta: Arc<Meta>, loaded: LoadedTransactions) -> Self {
        let cells = loaded.transactions.into_iter().map(|(id, transaction)| (id.clone(), Cell::new(id, transaction)));
        let ids = ProducerIds::new(meta.clone(), loaded.next_producer_id);
        let timeouts_from = clock.steady().saturating_add(TIMEOUTS_AFTER_OPENING_MS);
        Self { clock, meta, ids, timeouts_from, cells: Mutex::new(cells.collect()) }
    }

    /// An id for a producer that is idempotent and no more.
    pub async fn new_producer_id(&self) -> Result<i64, ResponseError> {
        self.ids.next().await.map_err(|error| {
            tracing::warn!("no producer id could be given out: {error}");
            ResponseError::CoordinatorNotAvailable
        })
    }

    /// InitProducerId for a transactional id.
    pub async fn init(
        &self,
        broker: &Inner,
        id: &str,
        timeout_ms: i32,
        expected: Option<ProducerId>,
    ) -> Result<ProducerId, ResponseError> {
        if id.is_empty() {
            return Err(ResponseError::InvalidRequest);
        }
        if timeout_ms <= 0 || timeout_ms > TRANSACTION_TIMEOUT_MAX_MS {
            return Err(ResponseError::InvalidTransactionTimeout);
        }
        let turn = match self.turn(id).await {
            Some(turn) => turn,
            None => self.begin(id, timeout_ms).await?,
        };
        let spare = self.spare(&turn).await?;
        self.apply(broker, &turn, Event::Init { timeout_ms, expected, spare }).await
    }

    /// Lets partitions and groups take part.
    pub async fn add(
        &self,
        broker: &Inner,
        id: &str,
        producer: ProducerId,
        partitions: Vec<Place>,
        groups: Vec<Arc<str>>,
        flow: Flow,
    ) -> Result<Turn, ResponseError> {
        let turn = self.known_turn(id).await?;
        self.apply(broker, &turn, Event::Add { producer, partitions, groups, flow }).await?;
        Ok(turn)
    }

    /// Checks that something takes part already. What is done before the turn is dropped is done before the transaction
    /// ends.
    pub async fn verify(
        &self,
        id: &str,
        producer: ProducerId,
        takes_part: impl Fn(&Transaction) -> bool,
    ) -> Result<Turn, ResponseError> {
        let turn = self.known_turn(id).await?;
        turn.cell.now.lock().verify(producer, takes_part)?;
        Ok(turn)
    }

    /// EndTxn: returns when the markers are written, or when they must be written later but the end is decided.
    pub async fn end(
        &self,
        broker: &Inner,
        id: &str,
        producer: ProducerId,
        committed: bool,
        flow: Flow,
    ) -> Result<ProducerId, ResponseError> {
        let turn = self.known_turn(id).await?;
        let spare = match flow {
            Flow::Explicit => None,
            Flow::Implicit => self.spare(&turn).await?,
        };
        self.apply(broker, &turn, Event::End { producer, committed, flow, spare }).await
    }

    /// Lets the time pass: timeouts, expiry, and markers that are still to be written.
    pub async fn tick(&self, broker: &Inner) {
        let now = self.clock.now();
        let is_early = self.clock.steady() < self.timeouts_from;
        let due = |cell: &Arc<Cell>| {
            let transaction = cell.now.lock();
            let may_time_out = !is_early || transaction.state != TransactionState::Ongoing;
            transaction.state.is_prepared() || (may_time_out && transaction.on(Event::Tick, now).next.is_some())
        };
        let due: Vec<_> = self.cells.lock().values().filter(|cell| due(cell)).cloned().collect();
        for cell in due {
            // Whoever has the turn is at it.
            let Ok(guard) = cell.turn.clone().try_lock_owned() else { continue };
            let turn = Turn { cell, _turn: guard };
            if turn.cell.look().state.is_prepared() {
                self.finish(broker, &turn).await;
            } else if let Err(error) = self.apply(broker, &turn, Event::Tick).await {
                tracing::warn!("the timeout of transactional id {} was not stored: {error}", turn.cell.id);
            }
        }
    }

    /// Ticks for ever; the first time at once, which ends what a crash cut short.
    pub async fn run(broker: std::sync::Weak<Inner>) {
        loop {
            let Some(inner) = broker.upgrade() else { return };
            inner.transactions.tick(&inner).await;
            drop(inner);
            tokio::time::sleep(Duration::from_millis(timer_ms_max(TIMER_MS).unsigned_abs())).await;
        }
    }

    /// All that are known, by id.
    pub fn list(&self) -> BTreeMap<Arc<str>, Transaction> {
        self.cells.lock().iter().map(|(id, cell)| (id.clone(), cell.look())).collect()
    }

    /// One of them.
    pub fn describe(&self, id: &str) -> Option<Transaction> {
        self.cells.lock().get(id).map(|cell| cell.look())
    }

    async fn turn(&self, id: &str) -> Option<Turn> {
        let cell = self.cells.lock().get(id).cloned()?;
        let guard = cell.turn.clone().lock_owned().await;
        // It may have expired meanwhile.
        let alive = cell.now.lock().state != TransactionState::Dead;
        alive.then_some(Turn { cell, _turn: guard })
    }

    async fn known_turn(&self, id: &str) -> Result<Turn, ResponseError> {
        if id.is_empty() {
            return Err(ResponseError::InvalidRequest);
        }
        self.turn(id).await.ok_or(ResponseError::InvalidProducerIdMapping)
    }

    /// A transactional id that is new; whoever is first makes it.
    async fn begin(&self, id: &str, timeout_ms: i32) -> Result<Turn, ResponseError> {
        let producer_id = self.new_producer_id().await?;
        let cell = {
            let mut cells = self.cells.lock();
            if cells.len() >= TRANSACTIONAL_IDS_MAX {
                tracing::warn!("{TRANSACTIONAL_IDS_MAX} transactional ids are in use; {id:?} is refused");
                return Err(ResponseError::PolicyViolation);
            }
            let id: Arc<str> = id.into();
            let fresh = || Cell::new(id.clone(), Transaction::new(producer_id, timeout_ms, self.clock.now()));
            cells.entry(id.clone()).or_insert_with(fresh).clone()
        };
        let guard = cell.turn.clone().lock_owned().await;
        Ok(Turn { cell, _turn: guard })
    }

    /// A fresh producer id where the present one may be used up by what comes.
    async fn spare(&self, turn: &Turn) -> Result<Option<i64>, ResponseError> {
        let exhausted = turn.cell.now.lock().is_exhausted();
        if exhausted { self.new_producer_id().await.map(Some) } else { Ok(None) }
    }

    async fn apply(&self, broker: &Inner, turn: &Turn, event: Event) -> Result<ProducerId, ResponseError> {
        let aborts = match event {
            Event::Tick => Some(TransactionEnd::TimedOut),
            Event::Init { .. } => Some(TransactionEnd::Fenced),
            _ => None,
        };
        let before = turn.cell.look().producer;
        let Change { next, answer } = turn.cell.now.lock().on(event, self.clock.now());
        let Some(next) = next else { return answer };
        let aborts = aborts.filter(|_| next.state == TransactionState::PrepareAbort);
        let prepared = next.state.is_prepared();
        let id = turn.cell.id.clone();
        let write = match next.state {
            TransactionState::Dead => meta::delete_transaction(id.clone()),
            _ => meta::put_transaction(id.clone(), next.clone()),
        };
        self.meta.write(write).await.map_err(|error| {
            tracing::warn!("the transaction {id} was not stored: {error}");
            ResponseError::CoordinatorNotAvailable
        })?;
        if next.state == TransactionState::Dead {
            self.cells.lock().remove(&id);
        }
        *turn.cell.now.lock() = next;
        if let Some(how) = aborts {
            broker.observer.transaction_aborted(before.id, how);
        }
        if prepared {
            // Seldom, and large: kept out of the future of every Produce.
            Box::pin(self.finish(broker, turn)).await;
        }
        answer
    }

    /// Writes the markers of a transaction that is decided and settles its offsets. What fails is tried again by the
    /// timer.
    async fn finish(&self, broker: &Inner, turn: &Turn) {
        let (cell, transaction) = (&turn.cell, turn.cell.look());
        if let Err(why) = markers::write_all(broker, &transaction, &cell.marked, self.clock.now()).await {
            tracing::warn!("transaction {} is decided, but not all of its markers are written: {why}", cell.id);
            return;
        }
        if let Err(error) = offsets::settle(broker, &transaction).await {
            tracing::warn!("transaction {} is decided, but not all of its offsets are settled: {error}", cell.id);
            return;
        }
        let Some(next) = transaction.on(Event::Finished, self.clock.now()).next else { return };
        if let Err(error) = self.meta.write(meta::put_transaction(cell.id.clone(), next.clone())).await {
            tracing::warn!("the end of transaction {} was not stored: {error}", cell.id);
            return;
        }
        cell.marked.lock().clear();
        *cell.now.lock() = next;
    }
}

impl Transactions {
    /// Lets a producer append to a partition; the batch must be queued before the turn is dropped. `version` of Produce:
    /// from 12 on writing adds the partition, before it must have been added (KIP-890).
    pub async fn admit(
        &self,
        broker: &Inner,
        id: &str,
        producer: ProducerId,
        (topic, partition): (&Arc<str>, PartitionId),
        version: i16,
    ) -> Result<Turn, ResponseError> {
        use ResponseError as E;
        let place = (topic.clone(), partition);
        let outcome = if version >= IMPLICIT_FROM {
            self.add(broker, id, producer, vec![place], Vec::new(), Flow::Implicit).await
        } else {
            self.verify(id, producer, |transaction| transaction.partitions.contains(&place)).await
        };
        outcome.map_err(|error| match error {
            E::ProducerFenced => E::InvalidProducerEpoch,
            E::TransactionAbortable if version < ABORTABLE_FROM => E::InvalidTxnState,
            // These clients do not expect it of Produce; they try again.
            E::ConcurrentTransactions if version < IMPLICIT_FROM => E::NotEnoughReplicas,
            other => other,
        })
    }
}

/// The first version of Produce that adds its partitions to the transaction.
pub const IMPLICIT_FROM: i16 = 12;
/// The first version of Produce that knows TRANSACTION_ABORTABLE.
const ABORTABLE_FROM: i16 = 11;
