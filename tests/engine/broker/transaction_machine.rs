//! The state machine of transactions with a stepped clock: single rules, and random events against what must always hold.

use std::sync::Arc;

use kafka_protocol::ResponseError as E;
use millpond::broker::transactions::{
    Flow, ProducerId, Transaction, TransactionState as S,
    machine::{Event, ID_EXPIRATION_MS},
};
use proptest::prelude::*;

const TIMEOUT: i32 = 60_000;

struct Machine {
    transaction: Transaction,
    now: i64,
    next_id: i64,
}

impl Machine {
    fn new() -> Self {
        Self { transaction: Transaction::new(7, TIMEOUT, 0), now: 0, next_id: 100 }
    }

    fn on(&mut self, event: Event) -> Result<ProducerId, E> {
        let change = self.transaction.on(event, self.now);
        if let Some(next) = change.next {
            self.transaction = next;
        }
        change.answer
    }

    fn spare(&mut self) -> Option<i64> {
        self.next_id += 1;
        Some(self.next_id)
    }

    fn init(&mut self, expected: Option<ProducerId>) -> Result<ProducerId, E> {
        let spare = self.spare();
        self.on(Event::Init { timeout_ms: TIMEOUT, expected, spare })
    }

    fn add(&mut self, producer: ProducerId, partition: i32, flow: Flow) -> Result<ProducerId, E> {
        let partitions = vec![(Arc::from("t"), partition)];
        self.on(Event::Add { producer, partitions, groups: Vec::new(), flow })
    }

    fn end(&mut self, producer: ProducerId, committed: bool, flow: Flow) -> Result<ProducerId, E> {
        let spare = self.spare();
        self.on(Event::End { producer, committed, flow, spare })
    }

    fn finish(&mut self) {
        self.on(Event::Finished).unwrap();
    }
}

fn of(id: i64, epoch: i16) -> ProducerId {
    ProducerId { id, epoch }
}

#[test]
fn the_old_flow_keeps_its_epoch() {
    let mut machine = Machine::new();
    let producer = machine.init(None).unwrap();
    assert_eq!(producer, of(7, 0));
    assert_eq!(machine.end(producer, true, Flow::Explicit), Err(E::InvalidTxnState));
    for (committed, state) in [(true, S::CompleteCommit), (false, S::CompleteAbort)] {
        machine.add(producer, 1, Flow::Explicit).unwrap();
        assert_eq!(machine.end(producer, committed, Flow::Explicit), Ok(producer));
        assert_eq!(machine.add(producer, 2, Flow::Explicit), Err(E::ConcurrentTransactions));
        assert_eq!(machine.end(producer, committed, Flow::Explicit), Err(E::ConcurrentTransactions));
        assert_eq!(machine.end(producer, !committed, Flow::Explicit), Err(E::InvalidTxnState));
        machine.finish();
        assert_eq!(machine.transaction.state, state);
        assert_eq!(machine.end(producer, committed, Flow::Explicit), Ok(producer), "again");
        assert_eq!(machine.end(producer, !committed, Flow::Explicit), Err(E::InvalidTxnState));
    }
}

#[test]
fn the_new_flow_raises_the_epoch_and_a_late_end_touches_nothing() {
    let mut machine = Machine::new();
    let first = machine.init(None).unwrap();
    machine.add(first, 1, Flow::Implicit).unwrap();
    let second = machine.end(first, true, Flow::Implicit).unwrap();
    assert_eq!(second, of(7, 1));
    assert_eq!(machine.end(first, true, Flow::Implicit), Err(E::ConcurrentTransactions));
    machine.finish();
    assert_eq!(machine.end(first, true, Flow::Implicit), Ok(second), "the answer was lost");
    assert_eq!(machine.end(first, false, Flow::Implicit), Err(E::InvalidTxnState));
    machine.add(second, 1, Flow::Implicit).unwrap();
    assert_eq!(machine.end(first, true, Flow::Implicit), Err(E::ProducerFenced), "a late end of the one before");
    assert_eq!(machine.transaction.state, S::Ongoing);
    let third = machine.end(second, false, Flow::Implicit).unwrap();
    machine.finish();
    assert_eq!(machine.end(third, true, Flow::Implicit), Err(E::InvalidTxnState), "nothing to commit");
    assert_eq!(machine.end(third, false, Flow::Implicit), Ok(of(7, 3)), "but it may be aborted");
}

#[test]
fn the_next_one_fences_the_one_before() {
    for flow in [Flow::Explicit, Flow::Implicit] {
        let mut machine = Machine::new();
        let old = machine.init(None).unwrap();
        machine.add(old, 1, flow).unwrap();
        assert_eq!(machine.init(None), Err(E::ConcurrentTransactions));
        assert_eq!(machine.transaction.state, S::PrepareAbort);
        assert_eq!(machine.init(None), Err(E::ConcurrentTransactions));
        machine.finish();
        let new = machine.init(None).unwrap();
        assert_eq!(new, of(7, 2), "the epoch that fenced was given to nobody");
        assert_eq!(machine.add(old, 1, flow), Err(E::ProducerFenced));
        assert_eq!(machine.end(old, true, flow), Err(E::ProducerFenced));
        assert_eq!(machine.init(Some(old)), Err(E::ProducerFenced));
        assert_eq!(machine.add(of(8, 2), 1, flow), Err(E::InvalidProducerIdMapping));
    }
}

#[test]
fn who_comes_back_is_known() {
    let mut machine = Machine::new();
    let first = machine.init(None).unwrap();
    let second = machine.init(Some(first)).unwrap();
    assert_eq!(second, of(7, 1));
    assert_eq!(machine.init(Some(first)), Ok(second), "the answer was lost");
    assert_eq!(machine.init(Some(of(9, 1))), Err(E::ProducerFenced));
    let other = machine.init(None).unwrap();
    assert_eq!(machine.init(Some(first)), Err(E::ProducerFenced), "another one came between");
    assert_eq!(other, of(7, 2));
}

#[test]
fn epochs_that_are_used_up_bring_another_id() {
    let mut machine = Machine::new();
    machine.transaction.producer.epoch = i16::MAX - 1;
    let last = machine.transaction.producer;
    assert_eq!(machine.init(Some(last)).map(|new| (new.id > 100, new.epoch)), Ok((true, 0)));
    let renewed = machine.transaction.producer;
    assert_eq!(machine.init(Some(last)), Ok(renewed), "the answer was lost");

    let mut machine = Machine::new();
    machine.transaction.producer.epoch = i16::MAX - 1;
    machine.add(last, 1, Flow::Implicit).unwrap();
    let next = machine.end(last, true, Flow::Implicit).unwrap();
    assert_eq!((next.id > 100, next.epoch), (true, 0));
    assert_eq!(machine.transaction.producer, of(7, i16::MAX), "what the markers carry");
    machine.finish();
    assert_eq!(machine.transaction.producer, next);
    assert_eq!(machine.end(last, true, Flow::Implicit), Ok(next), "the answer was lost");

    let mut machine = Machine::new();
    machine.transaction.producer.epoch = i16::MAX - 1;
    machine.add(last, 1, Flow::Explicit).unwrap();
    machine.now += i64::from(TIMEOUT);
    machine.on(Event::Tick).unwrap();
    machine.finish();
    assert_eq!(machine.init(None).map(|new| new.epoch), Ok(0));
}

#[test]
fn time_aborts_fences_and_forgets() {
    let mut machine = Machine::new();
    let producer = machine.init(None).unwrap();
    machine.now = 1_000;
    machine.add(producer, 1, Flow::Explicit).unwrap();
    machine.now += i64::from(TIMEOUT) - 1;
    machine.add(producer, 2, Flow::Explicit).unwrap();
    machine.on(Event::Tick).unwrap();
    assert_eq!(machine.transaction.state, S::Ongoing);
    machine.now += 1;
    machine.on(Event::Tick).unwrap();
    assert_eq!((machine.transaction.state, machine.transaction.producer), (S::PrepareAbort, of(7, 1)));
    machine.finish();
    assert_eq!(machine.end(producer, true, Flow::Explicit), Err(E::ProducerFenced));
    machine.now += ID_EXPIRATION_MS - 1;
    machine.on(Event::Tick).unwrap();
    assert_eq!(machine.transaction.state, S::CompleteAbort);
    machine.now += 1;
    machine.on(Event::Tick).unwrap();
    assert_eq!(machine.transaction.state, S::Dead);
}

#[test]
fn a_producer_that_was_too_slow_goes_on_with_the_next_epoch() {
    let mut machine = Machine::new();
    let producer = machine.init(None).unwrap();
    machine.add(producer, 1, Flow::Implicit).unwrap();
    machine.now += i64::from(TIMEOUT);
    machine.on(Event::Tick).unwrap();
    machine.finish();
    for committed in [true, false] {
        assert_eq!(machine.end(producer, committed, Flow::Explicit), Err(E::ProducerFenced));
    }
    assert_eq!(machine.end(producer, true, Flow::Implicit), Err(E::InvalidTxnState));
    assert_eq!(machine.end(producer, false, Flow::Implicit), Ok(of(7, 1)), "it learns of the abort by its own");
    assert_eq!(machine.init(Some(producer)), Ok(of(7, 1)));
    assert_eq!(machine.init(None), Ok(of(7, 2)), "somebody new");
    assert_eq!(machine.init(Some(producer)), Err(E::ProducerFenced));
}

/// Two programs with the same transactional id, each with what it was told last.
#[derive(Debug, Clone, Copy)]
enum Move {
    Init { who: usize, back: bool },
    Add { who: usize, partition: i32 },
    End { who: usize, committed: bool },
    Finish,
    Wait { ms: i64 },
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        2 => (0usize..2, any::<bool>()).prop_map(|(who, back)| Move::Init { who, back }),
        5 => (0usize..2, 0i32..3).prop_map(|(who, partition)| Move::Add { who, partition }),
        4 => (0usize..2, any::<bool>()).prop_map(|(who, committed)| Move::End { who, committed }),
        4 => Just(Move::Finish),
        1 => (0i64..50_000).prop_map(|ms| Move::Wait { ms }),
    ]
}

/// Where each state may lead (Kafka's `validPreviousStates`, turned around).
fn may_become(from: S, to: S) -> bool {
    match from {
        _ if from == to => from != S::PrepareCommit && from != S::PrepareAbort,
        S::Empty => matches!(to, S::Ongoing | S::PrepareAbort | S::Dead),
        S::Ongoing => matches!(to, S::PrepareCommit | S::PrepareAbort),
        S::PrepareCommit => to == S::CompleteCommit,
        S::PrepareAbort => to == S::CompleteAbort,
        S::CompleteCommit | S::CompleteAbort => matches!(to, S::Empty | S::Ongoing | S::PrepareAbort | S::Dead),
        S::Dead => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn one_producer_at_a_time(flow in prop_oneof![Just(Flow::Explicit), Just(Flow::Implicit)],
                              start in prop_oneof![Just(-1i16), Just(i16::MAX - 4)],
                              moves in prop::collection::vec(any_move(), 1..80)) {
        let mut machine = Machine::new();
        machine.transaction.producer.epoch = start;
        let mut told: [Option<ProducerId>; 2] = [None; 2];
        for one in moves {
            let before = machine.transaction.clone();
            let mut decided = None;
            match one {
                Move::Init { who, back } => {
                    if let Ok(producer) = machine.init(told[who].filter(|_| back)) {
                        told[who] = Some(producer);
                    }
                }
                Move::Add { who, partition } => {
                    if let Some(producer) = told[who] && machine.add(producer, partition, flow).is_ok() {
                        prop_assert_eq!(producer, before.producer, "only the newest producer writes");
                        prop_assert!(machine.transaction.partitions.contains(&(Arc::from("t"), partition)));
                    }
                }
                Move::End { who, committed } => {
                    if let Some(producer) = told[who] && let Ok(next) = machine.end(producer, committed, flow) {
                        told[who] = Some(next);
                        decided = Some(committed);
                    }
                }
                Move::Finish => machine.finish(),
                Move::Wait { ms } => {
                    machine.now += ms;
                    machine.on(Event::Tick).unwrap();
                }
            }
            let after = &machine.transaction;
            let (id, epoch) = (after.producer.id, after.producer.epoch);
            prop_assert!(*after == before || may_become(before.state, after.state), "{:?} {:?}", before.state, after.state);
            prop_assert!(id > before.producer.id || (id == before.producer.id && epoch >= before.producer.epoch));
            prop_assert_eq!(after.partitions.is_empty() && after.state == S::Ongoing, false);
            if after.state.is_prepared() {
                prop_assert!(after.partitions.is_superset(&before.partitions), "every partition gets its marker");
            }
            // A commit is told to nobody but who asked for one, and no commit turns into an abort.
            match (before.state, after.state) {
                (S::Ongoing, S::PrepareCommit) => prop_assert_eq!(decided, Some(true)),
                (S::PrepareCommit, state) => prop_assert!(matches!(state, S::PrepareCommit | S::CompleteCommit)),
                _ => {}
            }
        }
    }
}
