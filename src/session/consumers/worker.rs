//! The life of one hand-started consumer: join, take records, work on them for as long as the user said, commit when the
//! user said, and leave or vanish.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    CommitWhen, Shared,
    member::{Ending, Member, Orders, Phase, ReceivedRecord},
    ownership::Cause,
};
use crate::{
    client::{ClientError, Consumer, ConsumerEventKind},
    model::{Offset, Record, TopicPartition},
    session::{Phrase, Problem},
};

/// How long one poll waits for records; also how late an order may be noticed.
pub(super) const POLL_WAIT: Duration = Duration::from_millis(200);
/// Work taken on at once: between two such pieces the group can rebalance, and there is one commit for each.
const WORK_MILLIS: u64 = 500;
/// A consumer that was held up (a sleeping laptop) does not hurry through what it missed.
pub(super) const BEHIND_MILLIS_MAX: u64 = 1_000;

type Taken = (Arc<str>, Record);

/// Runs a consumer until it is told to end or cannot go on.
pub(super) async fn run(consumer: Consumer, member: Arc<Member>, shared: Arc<Shared>) {
    let mut orders = member.orders.subscribe();
    let mut worker = Worker {
        consumer: &consumer,
        member: &member,
        shared: &shared,
        due: Instant::now(),
        paused: false,
        held: VecDeque::new(),
    };
    let ended = tokio::select! {
        biased;
        // Checked at every point where the work waits: a kill leaves what it was doing undone.
        _ = orders.wait_for(|o| o.ending == Some(Ending::Kill)) => None,
        ended = worker.work(member.orders.subscribe()) => Some(ended),
    };
    let (phase, cause) = match ended {
        None => {
            consumer.kill();
            (Phase::Killed, Cause::Killed)
        }
        Some(Ok(())) => {
            // The broker misses it anyway when its session runs out, so a good-bye that fails is not worth a word.
            let _ = consumer.leave().await;
            (Phase::Stopped, Cause::Left)
        }
        Some(Err(error)) => {
            let _ = consumer.leave().await;
            (Phase::Failed(problem_of(&member, &error)), Cause::Left)
        }
    };
    shared.ended(&member, phase, cause);
}

pub(super) fn problem_of(member: &Member, error: &ClientError) -> Problem {
    let what = Phrase::new("consume-failed").with("name", &*member.name);
    Problem::from_client(what, error)
}

struct Worker<'a> {
    consumer: &'a Consumer,
    member: &'a Member,
    shared: &'a Shared,
    /// When the work on the current record ends; counted on from record to record so that rounding never adds up.
    due: Instant,
    paused: bool,
    /// Polled and not yet worked on, oldest first; nothing further is fetched meanwhile. Bounded by what one poll hands
    /// over.
    held: VecDeque<Taken>,
}

impl Worker<'_> {
    /// Until told to stop.
    async fn work(&mut self, mut orders: watch::Receiver<Orders>) -> Result<(), ClientError> {
        loop {
            let now = *orders.borrow_and_update();
            if now.ending.is_some() {
                self.member.set_phase(Phase::Stopping);
                self.shared.touch(true);
                return Ok(());
            }
            self.tell_paused(now.paused);
            let polled = self.poll(now.paused).await;
            self.take_events();
            self.held.extend(polled?);
            let paused = orders.borrow().paused;
            if paused || self.held.is_empty() {
                self.member.set_positions(self.positions());
                self.due = Instant::now();
                self.shared.touch_rest();
            } else {
                let len = piece_len(orders.borrow().processing_millis, self.held.len());
                let piece: Vec<Taken> = self.held.drain(..len).collect();
                self.work_on(piece, &mut orders).await;
            }
        }
    }

    /// Takes part in the group's life, and takes new records while there are none to work on.
    async fn poll(&self, paused: bool) -> Result<Vec<Taken>, ClientError> {
        let owned = self.consumer.assignment();
        let full = !self.held.is_empty();
        if paused || full {
            self.consumer.pause(&owned);
        } else {
            self.consumer.resume(&owned);
        }
        let wait = if full && !paused { Duration::from_millis(1) } else { POLL_WAIT };
        Ok(self.consumer.poll(wait).await?.records)
    }

    /// Tells the window when the user paused or resumed it.
    fn tell_paused(&mut self, paused: bool) {
        if paused != self.paused {
            self.paused = paused;
            self.member.set_phase(if paused { Phase::Paused } else { Phase::Running });
            self.shared.touch(true);
        }
    }

    /// The next offset of each owned partition that was not worked on: what is held was not.
    fn positions(&self) -> Vec<(TopicPartition, Offset)> {
        let mut positions = self.consumer.positions();
        for (held, first) in first_offsets(self.held.iter()) {
            if let Some((_, position)) = positions.iter_mut().find(|(tp, _)| *tp == held) {
                *position = first;
            }
        }
        positions
    }

    /// Works on a piece of what was polled.
    async fn work_on(&mut self, records: Vec<Taken>, orders: &mut watch::Receiver<Orders>) {
        if self.member.plan.commit == CommitWhen::Before {
            self.commit(positions_after(&records)).await;
        }
        let done = if orders.borrow().processing_millis == 0 {
            self.finish(&records);
            records.len()
        } else {
            self.work_slowly(&records, orders).await
        };
        if self.member.plan.commit == CommitWhen::After {
            self.commit(positions_after(&records[..done])).await;
        }
        self.take_back(records, done).await;
        self.member.set_positions(self.positions());
        self.shared.touch(false);
    }

    /// What was taken on and not finished is held again. Where it was committed before the work, the commit is taken back
    /// too: only a consumer that dies loses records.
    async fn take_back(&mut self, mut records: Vec<Taken>, done: usize) {
        let rest = records.split_off(done);
        if !rest.is_empty() && self.member.plan.commit == CommitWhen::Before {
            self.commit(first_offsets(rest.iter())).await;
        }
        for record in rest.into_iter().rev() {
            self.held.push_front(record);
        }
    }

    /// One record after the other; returns how many were finished before an order or the clock broke in.
    async fn work_slowly(&mut self, records: &[Taken], orders: &mut watch::Receiver<Orders>) -> usize {
        let began = Instant::now();
        for (done, (topic, record)) in records.iter().enumerate() {
            let now = self.shared.now();
            self.member.begin(ReceivedRecord::new(topic, record, now));
            self.shared.touch(false);
            let from = self.due.max(Instant::now() - Duration::from_millis(BEHIND_MILLIS_MAX));
            loop {
                let current = *orders.borrow_and_update();
                if current.ending.is_some() || current.paused {
                    self.member.abandon();
                    return done;
                }
                self.due = from + Duration::from_millis(current.processing_millis);
                tokio::select! {
                    () = sleep_until(self.due) => break,
                    _ = orders.changed() => {}
                }
            }
            self.finish(&records[done..=done]);
            // The user made the work slower in the middle of a piece that was cut for faster work.
            if began.elapsed() > Duration::from_millis(2 * WORK_MILLIS) && done + 1 < records.len() {
                return done + 1;
            }
        }
        records.len()
    }

    fn finish(&self, records: &[Taken]) {
        let now = self.shared.now();
        self.member.finish(records.iter().map(|(topic, record)| ReceivedRecord::new(topic, record, now)), now);
        self.shared.touch(false);
    }

    async fn commit(&self, offsets: Vec<(TopicPartition, Offset)>) {
        if offsets.is_empty() {
            return;
        }
        match self.consumer.commit_offsets(offsets).await {
            Ok(()) => self.member.committed(),
            // The next commit says the same and more; the group's own rules decide until then.
            Err(error) => self.member.set_trouble(Some(Problem::why_of(&error))),
        }
    }

    fn take_events(&mut self) {
        for event in self.consumer.take_events() {
            let at = event.at;
            match event.kind {
                ConsumerEventKind::Joining { .. } => {
                    let first = self.member.view(at).generation < 0;
                    self.member.set_phase(if first { Phase::Joining } else { Phase::Rebalancing });
                }
                ConsumerEventKind::Assigned { generation, assignment, .. } => {
                    self.shared.assigned(self.member, &assignment, at);
                    self.member.set_owned(assignment, generation);
                    self.member.set_phase(if self.paused { Phase::Paused } else { Phase::Running });
                }
                ConsumerEventKind::Revoked { partitions } => self.revoked(&partitions, None, at),
                ConsumerEventKind::Lost { partitions, .. } => self.revoked(&partitions, Some(Cause::Lost), at),
                ConsumerEventKind::Problem(error) => self.member.set_trouble(Some(Problem::why_of(&error))),
                ConsumerEventKind::OffsetReset { .. } | ConsumerEventKind::Left | ConsumerEventKind::Failed(_) => {}
            }
            self.shared.touch(true);
        }
    }

    fn revoked(&mut self, partitions: &[TopicPartition], cause: Option<Cause>, at: i64) {
        // Their next owner starts from the commit, and so does this one if they come back to it.
        self.held.retain(|(topic, record)| {
            !partitions.iter().any(|tp| tp.topic == *topic && tp.partition == record.partition)
        });
        self.shared.revoked(self.member, partitions, cause, at);
        let kept = self.member.owned().iter().filter(|tp| !partitions.contains(tp)).cloned().collect();
        self.member.set_owned(kept, self.consumer.generation());
    }
}

/// How many of `len` records are taken on at once.
pub(super) fn piece_len(processing_millis: u64, len: usize) -> usize {
    match WORK_MILLIS.checked_div(processing_millis) {
        None => len,
        Some(fit) => usize::try_from(fit).unwrap_or(len).clamp(1, len.max(1)).min(len),
    }
}

/// The offset after the last record of each partition.
fn positions_after(records: &[Taken]) -> Vec<(TopicPartition, Offset)> {
    let mut after = BTreeMap::new();
    for (topic, record) in records {
        after.insert((topic, record.partition), record.offset + 1);
    }
    after.into_iter().map(|((topic, partition), o)| (TopicPartition::new(Arc::clone(topic), partition), o)).collect()
}

/// The offset of the first record of each partition.
fn first_offsets<'a>(records: impl Iterator<Item = &'a Taken>) -> Vec<(TopicPartition, Offset)> {
    let mut first = BTreeMap::new();
    for (topic, record) in records {
        first.entry((topic, record.partition)).or_insert(record.offset);
    }
    first.into_iter().map(|((topic, partition), o)| (TopicPartition::new(Arc::clone(topic), partition), o)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_work_is_taken_on_in_small_pieces() {
        assert_eq!(piece_len(0, 500), 500);
        assert_eq!(piece_len(5, 500), 100);
        assert_eq!(piece_len(5, 30), 30);
        assert_eq!(piece_len(60_000, 30), 1);
        assert_eq!(piece_len(10, 0), 0);
    }
}
