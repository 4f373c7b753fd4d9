//! The life of one hand-started member of a share group: take records, work on each for as long as the user said, say what
//! became of it, and leave or vanish.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use kafka_protocol::ResponseError;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    AckChoice, ConsumerKind, ConsumerPlan, POLL_RECORDS_MAX, Shared, StartAt,
    member::{Delivered, Ending, Member, Orders, Phase, QueueCounts, ReceivedRecord},
    ownership::Cause,
    worker::{BEHIND_MILLIS_MAX, POLL_WAIT, piece_len, problem_of},
};
use crate::{
    client::{
        AckMode, AckType, Acknowledged, Client, ClientError, ShareConsumer, ShareConsumerEventKind,
        ShareConsumerOptions, ShareRecord, ShareStart,
    },
    session::Problem,
};

/// Runs a member of a queue until it is told to end or cannot go on.
pub(super) async fn run(client: Client, member: Arc<Member>, shared: Arc<Shared>) {
    let mut orders = member.orders.subscribe();
    if let Err(error) = make_group(&client, &member.plan).await {
        // The group decides itself what is wrong with it.
        member.set_trouble(Some(Problem::why_of(&error)));
    }
    let consumer = ShareConsumer::start(client, options_of(&member.plan));
    let mut worker =
        Worker { consumer: &consumer, member: &member, shared: &shared, due: Instant::now(), held: VecDeque::new() };
    let ended = tokio::select! {
        biased;
        // Checked at every point where the work waits: a kill leaves what it was doing undone, and locked.
        _ = orders.wait_for(|o| o.ending == Some(Ending::Kill)) => None,
        ended = worker.work(member.orders.subscribe()) => Some(ended),
    };
    let (phase, cause) = match ended {
        None => {
            consumer.kill();
            (Phase::Killed, Cause::Killed)
        }
        Some(ended) => {
            // What it still holds is released; the broker misses it anyway when its session runs out.
            let _ = consumer.leave().await;
            let phase = match ended {
                Ok(()) => Phase::Stopped,
                Err(error) => Phase::Failed(problem_of(&member, &error)),
            };
            (phase, Cause::Left)
        }
    };
    shared.ended(&member, phase, cause);
}

/// A group that is not there yet is made, so that it starts where the plan says.
async fn make_group(client: &Client, plan: &ConsumerPlan) -> Result<(), ClientError> {
    let start = match plan.start {
        StartAt::Earliest => ShareStart::Earliest,
        StartAt::Latest => ShareStart::Latest,
    };
    let topics: Vec<&str> = plan.topics.iter().map(String::as_str).collect();
    client.share_group_or_new(&plan.group, &topics, start).await
}

fn options_of(plan: &ConsumerPlan) -> ShareConsumerOptions {
    ShareConsumerOptions {
        // As many as are worked on in one piece, and no more: what is locked, others must wait for.
        max_records: piece_len(plan.processing_millis, POLL_RECORDS_MAX),
        strict: true,
        ack_mode: AckMode::Explicit,
        heartbeat_interval_ms: Some(super::HEARTBEAT_MILLIS),
        ..ShareConsumerOptions::new(plan.group.clone(), plan.topics.clone())
    }
}

struct Worker<'a> {
    consumer: &'a ShareConsumer,
    member: &'a Member,
    shared: &'a Shared,
    /// When the work on the current record ends; counted on from record to record so that rounding never adds up.
    due: Instant,
    /// Given to it and not yet worked on, oldest first. Bounded by what one poll hands over.
    held: VecDeque<ShareRecord>,
}

/// A record that was worked on.
struct Worked {
    record: ShareRecord,
    ack: AckChoice,
    failed: bool,
    /// The lock was still there when it said so.
    in_time: bool,
}

impl Worker<'_> {
    /// Until told to stop.
    async fn work(&mut self, mut orders: watch::Receiver<Orders>) -> Result<(), ClientError> {
        let mut was_paused = false;
        loop {
            let now = *orders.borrow_and_update();
            if now.ending.is_some() {
                self.member.set_phase(Phase::Stopping);
                self.shared.touch(true);
                return Ok(());
            }
            if now.paused != was_paused {
                was_paused = now.paused;
                self.member.set_phase(if was_paused { Phase::Paused } else { Phase::Running });
                self.shared.touch(true);
            }
            self.take_events(was_paused);
            if was_paused {
                // Its locks run on; a member that stands still too long loses them.
                let _ = tokio::time::timeout(POLL_WAIT, orders.changed()).await;
                self.due = Instant::now();
                continue;
            }
            if self.held.is_empty() {
                self.consumer.set_max_records(piece_len(now.processing_millis, POLL_RECORDS_MAX));
                self.held.extend(self.consumer.poll(POLL_WAIT).await?);
            }
            if self.held.is_empty() {
                self.due = Instant::now();
                self.shared.touch_rest();
            } else {
                self.work_on_piece(&mut orders).await;
            }
        }
    }

    /// Works on as many as make up a piece, says what became of them, and hears what the broker says to that.
    async fn work_on_piece(&mut self, orders: &mut watch::Receiver<Orders>) {
        let most = piece_len(orders.borrow().processing_millis, self.held.len());
        let mut worked = Vec::with_capacity(most);
        while worked.len() < most
            && let Some(record) = self.held.pop_front()
        {
            if orders.borrow().processing_millis > 0 && !self.work_slowly(&record, orders).await {
                self.held.push_front(record);
                break;
            }
            worked.push(self.answer_for(record, orders.borrow().kind));
        }
        if worked.is_empty() {
            return;
        }
        match self.consumer.commit().await {
            Ok(outcomes) => self.count(&worked, &outcomes),
            Err(error) => self.member.set_trouble(Some(Problem::why_of(&error))),
        }
        let now = self.shared.now();
        self.member.finish(worked.iter().map(|worked| worked.received(now)), now);
        self.shared.touch(false);
    }

    /// The time that the work takes; `false` when an order broke in.
    async fn work_slowly(&mut self, record: &ShareRecord, orders: &mut watch::Receiver<Orders>) -> bool {
        self.member.begin(received(record, self.shared.now()));
        self.shared.touch(false);
        let from = self.due.max(Instant::now() - Duration::from_millis(BEHIND_MILLIS_MAX));
        loop {
            let current = *orders.borrow_and_update();
            if current.ending.is_some() || current.paused {
                self.member.abandon();
                return false;
            }
            self.due = from + Duration::from_millis(current.processing_millis);
            tokio::select! {
                () = sleep_until(self.due) => return true,
                _ = orders.changed() => {}
            }
        }
    }

    /// Says what became of a record, by the user's choice and by chance.
    fn answer_for(&self, record: ShareRecord, kind: ConsumerKind) -> Worked {
        let ConsumerKind::Queue { ack, failure_percent, on_failure } = kind else {
            // A plan's kind never changes.
            return Worked { record, ack: AckChoice::Release, failed: false, in_time: false };
        };
        let failed = failure_percent > rand::random_range(0..100);
        let ack = if failed { on_failure } else { ack };
        let wire = match ack {
            AckChoice::Accept => AckType::Accept,
            AckChoice::Release => AckType::Release,
            AckChoice::Reject => AckType::Reject,
        };
        let in_time = self.consumer.acknowledge(&record, wire).is_ok();
        Worked { record, ack, failed, in_time }
    }

    fn count(&self, worked: &[Worked], outcomes: &[Acknowledged]) {
        let mut now = QueueCounts::default();
        let mut trouble = None;
        for one in worked {
            let outcome = outcomes.iter().find(|outcome| outcome.covers(&one.record)).map(|outcome| &outcome.outcome);
            now.again += u64::from(one.record.delivery_count > 1);
            match outcome {
                Some(Ok(())) if one.in_time => {
                    now.failed += u64::from(one.failed);
                    match one.ack {
                        AckChoice::Accept => now.accepted += 1,
                        AckChoice::Release => now.released += 1,
                        AckChoice::Reject => now.rejected += 1,
                    }
                }
                Some(Err(error)) if error.code() != Some(ResponseError::InvalidRecordState) => {
                    trouble = Some(Problem::why_of(error));
                }
                _ => now.too_late += 1,
            }
        }
        self.member.set_trouble(trouble);
        self.member.count(now);
    }

    fn take_events(&mut self, paused: bool) {
        for event in self.consumer.take_events() {
            match event.kind {
                ShareConsumerEventKind::Joining { .. } => {
                    let first = self.member.view(event.at).generation < 0;
                    self.member.set_phase(if first { Phase::Joining } else { Phase::Rebalancing });
                }
                ShareConsumerEventKind::Assigned { epoch, assignment, .. } => {
                    self.member.set_owned(assignment, epoch);
                    self.member.set_phase(if paused { Phase::Paused } else { Phase::Running });
                }
                ShareConsumerEventKind::Problem(error) => self.member.set_trouble(Some(Problem::why_of(&error))),
                // What was said is committed here, and its outcome counted; a lock that is gone shows when it is missed.
                ShareConsumerEventKind::Acknowledged(_)
                | ShareConsumerEventKind::LocksLost { .. }
                | ShareConsumerEventKind::Left
                | ShareConsumerEventKind::Failed(_) => {}
            }
            self.shared.touch(true);
        }
    }
}

impl Worked {
    fn received(&self, now: i64) -> ReceivedRecord {
        let mut received = received(&self.record, now);
        if let Some(delivered) = &mut received.queue {
            (delivered.ack, delivered.failed) = (Some(self.ack), self.failed);
        }
        received
    }
}

fn received(record: &ShareRecord, now: i64) -> ReceivedRecord {
    let mut received = ReceivedRecord::new(&record.topic, &record.record, now);
    received.queue =
        Some(Delivered { count: record.delivery_count, lock_until: record.lock_until, ack: None, failed: false });
    received
}
