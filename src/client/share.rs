//! A member of a share group (KIP-932), which is Kafka's queue: it is given single records, locked for a while, and
//! answers for each: done with, to be tried again, not to be tried again.
//!
//! [`ShareConsumer::poll`] hands records over; as in Kafka's own client nothing is fetched ahead, because locks begin to
//! run when the broker hands out. Two tasks work behind it: `member` keeps it in the group, `links` keeps a session with
//! each leader; what they share is in `shared`.

mod acks;
mod links;
mod member;
mod request;
mod shared;
mod types;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use kafka_protocol::messages::ShareAcknowledgeRequest;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

use self::{
    acks::{AckRange, Acks},
    links::{Links, Order, Purpose, Replied},
    member::Member,
    request::Acked,
    shared::{Said, Shared},
};
use super::{Client, ClientError, ConsumerState};
use crate::{
    codec::share::ACK_RENEW,
    model::{TimestampMillis, TopicPartition},
};

pub use types::{
    AckMode, AckType, Acknowledged, ShareConsumerEvent, ShareConsumerEventKind, ShareConsumerOptions, ShareRecord,
};

/// Orders that wait for the task with the sessions.
const ORDERS_MAX: usize = 64;
/// First version of ShareAcknowledge that renews locks (KIP-1222).
const RENEW_FROM_VERSION: i16 = 2;

/// A member of a share group. Dropping it without [`ShareConsumer::leave`] is [`ShareConsumer::kill`].
pub struct ShareConsumer {
    shared: Arc<Shared>,
    orders: mpsc::Sender<Order>,
    member: JoinHandle<()>,
    links: JoinHandle<()>,
}

impl ShareConsumer {
    /// Starts to join the group in the background; needs a tokio runtime.
    pub fn start(client: Client, options: ShareConsumerOptions) -> Self {
        let shared = Arc::new(Shared::new(client, options));
        let (orders, waiting) = mpsc::channel(ORDERS_MAX);
        let member = tokio::spawn(Member::new(Arc::clone(&shared)).run());
        let links = tokio::spawn(Links::new(Arc::clone(&shared)).run(waiting));
        Self { shared, orders, member, links }
    }

    /// Waits up to `max_wait` for records; empty when none came. Cancel safe: what was not handed over waits for the next
    /// poll, while its lock runs.
    ///
    /// # Errors
    /// What the caller must decide, as that it may not read the topic; given up.
    pub async fn poll(&self, max_wait: Duration) -> Result<Vec<ShareRecord>, ClientError> {
        let deadline = Instant::now() + max_wait;
        let _poll = self.shared.begin_poll(deadline);
        loop {
            if let Some(outcome) = self.shared.take_records() {
                return outcome;
            }
            tokio::select! {
                biased;
                () = self.shared.delivered.notified() => {}
                () = tokio::time::sleep_until(deadline) => return Ok(Vec::new()),
            }
        }
    }

    /// Changes how many records a poll hands over at most.
    pub fn set_max_records(&self, most: usize) {
        self.shared.max_records.store(most, Ordering::Relaxed);
    }

    /// Answers for a record that was handed over. It is told to the broker by the next [`ShareConsumer::commit`] or poll,
    /// whichever comes first.
    ///
    /// # Errors
    /// INVALID_RECORD_STATE for a record that was answered for already, or of which the lock is known to be gone.
    pub fn acknowledge(&self, record: &ShareRecord, ack: AckType) -> Result<(), ClientError> {
        self.shared.acknowledge(record, ack)
    }

    /// Tells the broker at once what was said about records, and answers what it says to that.
    ///
    /// # Errors
    /// When the consumer has given up. What the broker refuses stands in the answer.
    pub async fn commit(&self) -> Result<Vec<Acknowledged>, ClientError> {
        let parts = self.shared.take_pending();
        let replies = self.carry_out(parts, Purpose::Acknowledge).await?;
        Ok(links::told(replies.into_iter().flat_map(|(_, replied)| replied.outcomes).collect()))
    }

    /// Lets the locks of records that were handed over run from anew; answers until when.
    ///
    /// # Errors
    /// Where the broker does not serve it (before Kafka 4.2), where the group's `share.renew.acknowledge.enable` is off, or
    /// where one of the locks is gone.
    pub async fn renew(&self, records: &[&ShareRecord]) -> Result<TimestampMillis, ClientError> {
        let asked = format!("renew locks in share group {}", self.shared.options.group);
        let holders = self.shared.holders(records);
        let mut parts: BTreeMap<i32, Said> = BTreeMap::new();
        for (node, held) in &holders {
            let version = self.shared.client.version_of::<ShareAcknowledgeRequest>(*node, &asked).await?;
            if version < RENEW_FROM_VERSION {
                let (ours, peer) = (RENEW_FROM_VERSION.to_string(), format!("up to {version}"));
                return Err(ClientError::Unsupported { asked, ours, peer });
            }
            let said = parts.entry(*node).or_default();
            for (tp, offset) in held {
                let acks: &mut Acks = said.entry(tp.clone()).or_default();
                acks.say(AckRange { first: *offset, last: *offset, code: ACK_RENEW });
            }
        }
        let found: usize = holders.values().map(Vec::len).sum();
        let mut until = TimestampMillis::MAX;
        for (node, Replied { outcomes, lock_until }) in self.carry_out(parts, Purpose::Renew).await? {
            outcomes.into_iter().try_for_each(|Acked { outcome, .. }| outcome)?;
            let Some(lock_until) = lock_until else { continue };
            until = until.min(lock_until);
            self.shared.renewed(&holders[&node], lock_until);
        }
        if found < records.len() || until == TimestampMillis::MAX {
            return Err(request::no_session().during(asked));
        }
        Ok(until)
    }

    /// Partitions that it reads, ascending; other members may read them too.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.assignment()
    }

    /// Where it stands in its group.
    pub fn state(&self) -> ConsumerState {
        self.shared.inner.lock().state
    }

    /// The id that it has chosen.
    pub fn member_id(&self) -> &str {
        &self.shared.member_id
    }

    /// Its epoch in the group; -1 outside of it.
    pub fn member_epoch(&self) -> i32 {
        self.shared.inner.lock().member_epoch
    }

    /// What happened since the last call, oldest first (bounded: the oldest are dropped).
    pub fn take_events(&self) -> Vec<ShareConsumerEvent> {
        self.shared.take_events()
    }

    /// Leaves the group in order: tells what was said about records and releases all others that it was given, so that
    /// another member gets them at once.
    pub async fn leave(mut self) -> Result<(), ClientError> {
        self.member.abort();
        // Waited for, because an aborted task still runs up to its next pause: it could join again after the leaving.
        let _ = (&mut self.member).await;
        let mut parts: BTreeMap<i32, Said> = {
            let inner = self.shared.inner.lock();
            inner.sessions.iter().map(|node| (*node, Said::default())).collect()
        };
        for (node, said) in &mut parts {
            *said = self.shared.take_pending_of(*node);
        }
        let closed = self.carry_out(parts, Purpose::Close).await;
        self.links.abort();
        let was_member = self.member_epoch() >= 0;
        self.shared.left();
        if was_member {
            self.shared.send_leave().await?;
        }
        let outcomes = closed?.into_iter().flat_map(|(_, replied)| replied.outcomes);
        outcomes.into_iter().try_for_each(|acked| acked.outcome)
    }

    /// Vanishes without a word, like a process that was killed: others get its records when the locks have run out, or when
    /// the broker sees that the connection is gone.
    pub fn kill(self) {
        drop(self);
    }

    /// Says something to each node, one after the other in what it is asked, all at once.
    async fn carry_out(
        &self,
        parts: BTreeMap<i32, Said>,
        purpose: Purpose,
    ) -> Result<Vec<(i32, Replied)>, ClientError> {
        let closed = || ClientError::Closed { asked: format!("acknowledge in {}", self.shared.options.group) };
        let mut replies = Vec::with_capacity(parts.len());
        for (node, said) in parts {
            let (reply, answer) = oneshot::channel();
            self.orders.send(Order { node, said, purpose, reply }).await.map_err(|_| closed())?;
            replies.push(async move { answer.await.map(|replied| (node, replied)) });
        }
        join_all(replies).await.into_iter().map(|reply| reply.map_err(|_| closed())).collect()
    }
}

impl Drop for ShareConsumer {
    fn drop(&mut self) {
        self.member.abort();
        self.links.abort();
    }
}
