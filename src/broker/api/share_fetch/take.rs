//! Hands out what is there, or waits until there is something.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::future::select_all;
use kafka_protocol::ResponseError;
use tokio::time::{Instant, timeout_at};

use crate::broker::{
    api::{
        Fault,
        share_acks::{self, Key},
    },
    groups::share::Wish,
    inner::Inner,
    observe,
    share::{Asking, Session, Shared, TakeError, Taken, refuse_second},
};

/// What a partition has for the member.
pub struct Outcome {
    pub key: Key,
    pub result: Result<Taken, Fault>,
}

/// Takes at once if there is something, otherwise when there is, or when the time is over.
pub async fn take_or_wait(broker: &Arc<Inner>, session: &Arc<Session>, asking: Asking, wait: Duration) -> Vec<Outcome> {
    let places: Vec<_> = session.partitions().into_iter().map(|key| (key, place(broker, session, key))).collect();
    let deadline = Instant::now() + wait;
    loop {
        // Registered before looking: what becomes free between the look and the waiting must not be missed.
        let mut rings: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = Vec::new();
        for shared in places.iter().filter_map(|(_, place)| place.as_ref().ok()) {
            for bell in [&shared.changed, &shared.topic.changed] {
                let mut ring = Box::pin(bell.notified());
                ring.as_mut().enable();
                rings.push(ring);
            }
        }
        let outcomes = take_all(broker, session, &places, asking).await;
        let done = outcomes.iter().any(|outcome| match &outcome.result {
            Ok(taken) => !taken.acquired.is_empty(),
            Err(_) => true,
        });
        if done || rings.is_empty() || session.is_closed() || Instant::now() >= deadline {
            return outcomes;
        }
        if observe::wait(timeout_at(deadline, select_all(rings))).await.is_err() {
            return outcomes;
        }
    }
}

fn place(broker: &Inner, session: &Session, key: Key) -> Result<Arc<Shared>, Fault> {
    let topic = share_acks::find(broker, key)?;
    if let Some(message) = refuse_second(broker, &session.group, std::iter::once(&*topic.name)) {
        return Err(Fault::new(ResponseError::InvalidRequest, message));
    }
    Ok(broker.shares.open(&session.group, &topic, key.1))
}

/// One partition after another, until the answer is full.
async fn take_all(
    broker: &Arc<Inner>,
    session: &Session,
    places: &[(Key, Result<Arc<Shared>, Fault>)],
    asking: Asking,
) -> Vec<Outcome> {
    let mut left = asking;
    let mut outcomes = Vec::with_capacity(places.len());
    for (key, place) in places {
        let result = match place {
            Err(fault) => Err(fault.clone()),
            Ok(_) if left.wish.max_records == 0 || left.max_bytes == 0 => Ok(Taken::default()),
            Ok(shared) => broker.shares.take(broker, shared, session, left).await.map_err(Fault::from),
        };
        if let (Ok(taken), Ok(shared)) = (&result, place) {
            let max_records = left.wish.max_records.saturating_sub(taken.count());
            let wish = Wish { max_records, ..left.wish };
            left = Asking { wish, max_bytes: left.max_bytes.saturating_sub(taken.records.len()) };
            tell(shared, taken);
        }
        outcomes.push(Outcome { key: *key, result });
    }
    outcomes
}

/// Counts and notes what goes out.
fn tell(shared: &Shared, taken: &Taken) {
    let Some(last) = taken.acquired.last().map(|range| range.last) else { return };
    let (records, bytes) = (taken.count(), taken.records.len());
    shared.topic.tally.add_out(records as u64, bytes as u64);
    observe::read(observe::Read {
        topic: shared.topic.name.clone(),
        topic_id: shared.topic.id,
        partition: shared.key.partition,
        from: taken.from,
        last,
        records: u32::try_from(records).unwrap_or(u32::MAX),
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
    });
}

impl From<TakeError> for Fault {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Slot(error) => error.into(),
            TakeError::Log(error) => error.into(),
            TakeError::Meta(error) => Self::new(ResponseError::KafkaStorageError, error.to_string()),
        }
    }
}
