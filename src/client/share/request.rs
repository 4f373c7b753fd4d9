//! ShareFetch and ShareAcknowledge: from what is wanted and to be said to a request, and from the answer to records.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{
        ShareAcknowledgeRequest, ShareFetchRequest,
        share_acknowledge_request::{AcknowledgePartition, AcknowledgeTopic, AcknowledgementBatch as AcknowledgeBatch},
        share_fetch_request::{AcknowledgementBatch, FetchPartition, FetchTopic, ForgottenTopic},
        share_fetch_response::{AcquiredRecords, PartitionData},
    },
};
use uuid::Uuid;

use super::{
    AckType, Acknowledged, ShareRecord,
    acks::{AckRange, Acks, gaps},
    links::{Order, Purpose, Replied},
    shared::{Said, Shared},
};
use crate::{
    client::{
        ClientError,
        fetch::{batch_error, header_of},
        records_from,
        routing::{ANSWER_WAIT_MILLIS, Target},
        wire::{group_id, text},
    },
    codec::{
        DECOMPRESSED_BYTES_MAX_DEFAULT,
        share::{self, ACK_GAP, ACK_REJECT, FetchAdditions},
        split_batches,
    },
    model::{TimestampMillis, TopicPartition},
};

/// Offsets of one acquired range; a broker locks some thousand at once (`share.partition.max.record.locks`).
const ACQUIRED_MAX: i64 = 1_000_000;

/// What a fetch asks of a session.
pub(super) struct SessionStep {
    pub node: i32,
    pub epoch: i32,
    pub added: Vec<(TopicPartition, Uuid)>,
    pub forgotten: Vec<(TopicPartition, Uuid)>,
    /// Partitions that the session has before this.
    pub known: BTreeMap<TopicPartition, Uuid>,
    pub max_wait: Duration,
}

/// What a fetch brought.
#[derive(Default)]
pub(super) struct Brought {
    pub records: Vec<ShareRecord>,
    pub acked: Vec<Acked>,
    /// What is to be said about offsets that have no record, or none that can be read.
    pub said: Vec<(TopicPartition, AckRange)>,
    pub problems: Vec<(TopicPartition, ClientError)>,
}

/// What became of one range, whoever said it.
pub(super) struct Acked {
    pub partition: TopicPartition,
    pub range: AckRange,
    pub outcome: Result<(), ClientError>,
}

impl Acked {
    /// As the user hears it; `None` for gaps and renewals.
    pub fn told(self) -> Option<Acknowledged> {
        let ack = AckType::from_wire(self.range.code)?;
        let Self { partition, range: AckRange { first, last, .. }, outcome } = self;
        Some(Acknowledged { partition, first, last, ack, outcome })
    }
}

/// Fetches once, and says what is to be said.
pub(super) async fn fetch(shared: &Shared, step: &SessionStep, said: &Said) -> Result<Brought, ClientError> {
    let asked = format!("fetch for share group {}", shared.options.group);
    let wait_millis = u64::try_from(step.max_wait.as_millis()).unwrap_or(u64::MAX);
    let build = |version| fetch_request(shared, step, said, wait_millis, version);
    let wait = ANSWER_WAIT_MILLIS.saturating_add(wait_millis);
    let (answer, _) = shared.client.ask_once(Target::Node(step.node), &asked, wait, build).await?;
    ClientError::check(answer.error_code, || asked, answer.error_message.as_deref())?;
    let names: BTreeMap<Uuid, Arc<str>> = step
        .known
        .iter()
        .chain(step.added.iter().map(|(tp, id)| (tp, id)))
        .map(|(tp, id)| (*id, Arc::clone(&tp.topic)))
        .collect();
    let lock_until = shared.client.now() + i64::from(answer.acquisition_lock_timeout_ms.max(0));
    let mut brought = Brought::default();
    let mut answered: BTreeMap<TopicPartition, Result<(), ClientError>> = BTreeMap::new();
    for topic in answer.responses {
        let Some(name) = names.get(&topic.topic_id) else { continue };
        for data in topic.partitions {
            let tp = TopicPartition::new(Arc::clone(name), data.partition_index);
            let about = || format!("acknowledge records of {tp}");
            let message = data.acknowledge_error_message.as_deref();
            answered.insert(tp.clone(), ClientError::check(data.acknowledge_error_code, about, message));
            read_partition(tp, data, lock_until, &mut brought);
        }
    }
    brought.acked = outcomes(said, |tp| answered.get(tp).cloned());
    Ok(brought)
}

fn fetch_request(
    shared: &Shared,
    step: &SessionStep,
    said: &Said,
    wait_millis: u64,
    version: i16,
) -> ShareFetchRequest {
    let options = &shared.options;
    let records = i32::try_from(shared.max_records()).unwrap_or(i32::MAX);
    let mut topics: BTreeMap<Uuid, Vec<FetchPartition>> = BTreeMap::new();
    for (tp, id) in &step.added {
        topics.entry(*id).or_default().push(FetchPartition::default().with_partition_index(tp.partition));
    }
    for (tp, acks) in said {
        let Some(id) = step.known.get(tp) else { continue };
        let batches = acks.ranges().map(|range| {
            AcknowledgementBatch::default()
                .with_first_offset(range.first)
                .with_last_offset(range.last)
                .with_acknowledge_types(vec![range.code])
        });
        let partition = FetchPartition::default().with_partition_index(tp.partition);
        topics.entry(*id).or_default().push(partition.with_acknowledgement_batches(batches.collect()));
    }
    let mut forgotten: BTreeMap<Uuid, Vec<i32>> = BTreeMap::new();
    for (tp, id) in &step.forgotten {
        forgotten.entry(*id).or_default().push(tp.partition);
    }
    let topic = |(id, partitions)| FetchTopic::default().with_topic_id(id).with_partitions(partitions);
    let gone = |(id, partitions)| ForgottenTopic::default().with_topic_id(id).with_partitions(partitions);
    let mut request = ShareFetchRequest::default()
        .with_group_id(Some(group_id(&options.group)))
        .with_member_id(Some(text(&shared.member_id)))
        .with_share_session_epoch(step.epoch)
        .with_max_wait_ms(i32::try_from(wait_millis).unwrap_or(i32::MAX))
        .with_min_bytes(1)
        .with_max_bytes(i32::try_from(options.max_bytes).unwrap_or(i32::MAX))
        .with_max_records(records)
        .with_batch_size(records)
        .with_topics(topics.into_iter().map(topic).collect())
        .with_forgotten_topics_data(forgotten.into_iter().map(gone).collect());
    if version >= 2 {
        let acquire_mode = if options.strict { share::RECORD_LIMIT } else { share::BATCH_OPTIMIZED };
        FetchAdditions { acquire_mode, is_renew_ack: false }.put(&mut request);
    }
    request
}

/// Says something to a node at once, renews locks, or closes the session.
pub(super) async fn acknowledge(
    shared: &Shared,
    order: &Order,
    epoch: i32,
    ids: BTreeMap<TopicPartition, Uuid>,
) -> Result<Replied, ClientError> {
    let group = &shared.options.group;
    let asked = match order.purpose {
        Purpose::Acknowledge => format!("acknowledge records in share group {group}"),
        Purpose::Renew => format!("renew locks in share group {group}"),
        Purpose::Close => format!("close the session of share group {group}"),
    };
    let build = |version| {
        let mut topics: BTreeMap<Uuid, Vec<AcknowledgePartition>> = BTreeMap::new();
        for (tp, acks) in &order.said {
            let Some(id) = ids.get(tp) else { continue };
            topics.entry(*id).or_default().push(acknowledged(tp, acks));
        }
        let topic = |(id, partitions)| AcknowledgeTopic::default().with_topic_id(id).with_partitions(partitions);
        let mut request = ShareAcknowledgeRequest::default()
            .with_group_id(Some(group_id(group)))
            .with_member_id(Some(text(&shared.member_id)))
            .with_share_session_epoch(epoch)
            .with_topics(topics.into_iter().map(topic).collect());
        if version >= 2 {
            share::set_renew_ack(&mut request, order.purpose == Purpose::Renew);
        }
        request
    };
    let (answer, _) = shared.client.ask_once(Target::Node(order.node), &asked, ANSWER_WAIT_MILLIS, build).await?;
    ClientError::check(answer.error_code, || asked, answer.error_message.as_deref())?;
    let mut answered: BTreeMap<(Uuid, i32), Result<(), ClientError>> = BTreeMap::new();
    for topic in &answer.responses {
        for data in &topic.partitions {
            let about = || format!("acknowledge records of partition {}", data.partition_index);
            let outcome = ClientError::check(data.error_code, about, data.error_message.as_deref());
            answered.insert((topic.topic_id, data.partition_index), outcome);
        }
    }
    let outcome_of = |tp: &TopicPartition| answered.get(&(*ids.get(tp)?, tp.partition)).cloned();
    let now = shared.client.now();
    let lock_until = share::lock_timeout_ms(&answer).filter(|ms| *ms > 0).map(|ms| now + i64::from(ms));
    Ok(Replied { outcomes: outcomes(&order.said, outcome_of), lock_until })
}

fn acknowledged(tp: &TopicPartition, acks: &Acks) -> AcknowledgePartition {
    let batches = acks.ranges().map(|range| {
        AcknowledgeBatch::default()
            .with_first_offset(range.first)
            .with_last_offset(range.last)
            .with_acknowledge_types(vec![range.code])
    });
    AcknowledgePartition::default().with_partition_index(tp.partition).with_acknowledgement_batches(batches.collect())
}

/// What became of each range, by what the answer says about its partition.
fn outcomes(said: &Said, answered: impl Fn(&TopicPartition) -> Option<Result<(), ClientError>>) -> Vec<Acked> {
    let mut acked = Vec::new();
    for (tp, acks) in said {
        let outcome = answered(tp).unwrap_or_else(|| {
            Err(ClientError::BadAnswer {
                asked: format!("acknowledge records of {tp}"),
                why: "the answer leaves the partition out".to_owned(),
            })
        });
        acked.extend(acks.ranges().map(|range| Acked { partition: tp.clone(), range, outcome: outcome.clone() }));
    }
    acked
}

/// Nothing of what was said was taken.
pub(super) fn refused(said: &Said, error: &ClientError) -> Vec<Acked> {
    outcomes(said, |_| Some(Err(error.clone())))
}

/// There is no session in which something could be said.
pub(super) fn no_session() -> ClientError {
    let why = "the session was lost, and with it the locks on the records";
    ClientError::kafka(ResponseError::ShareSessionNotFound, "acknowledge records", Some(why))
}

/// The broker does not know the session as we do; a new one is opened.
pub(super) fn is_session_end(error: &ClientError) -> bool {
    use ResponseError as E;
    matches!(error.code(), Some(E::ShareSessionNotFound | E::InvalidShareSessionEpoch | E::ShareSessionLimitReached))
}

fn read_partition(tp: TopicPartition, data: PartitionData, lock_until: TimestampMillis, brought: &mut Brought) {
    let asked = || format!("fetch from {tp}");
    if let Err(error) = ClientError::check(data.error_code, asked, data.error_message.as_deref()) {
        brought.problems.push((tp, error));
        return;
    }
    let batches = data.records.unwrap_or_default();
    for acquired in &data.acquired_records {
        let AcquiredRecords { first_offset, last_offset, .. } = *acquired;
        if !(0..ACQUIRED_MAX).contains(&last_offset.saturating_sub(first_offset)) {
            let why = format!("it gives offsets {first_offset} to {last_offset}");
            brought.problems.push((tp, ClientError::BadAnswer { asked: "fetch for a share group".to_owned(), why }));
            return;
        }
        read_acquired(&tp, &batches, acquired, lock_until, brought);
    }
}

/// The records of one range: batches come whole, what is not acquired is somebody else's.
fn read_acquired(
    tp: &TopicPartition,
    batches: &Bytes,
    acquired: &AcquiredRecords,
    lock_until: TimestampMillis,
    brought: &mut Brought,
) {
    let (first, last) = (acquired.first_offset, acquired.last_offset);
    let from = brought.records.len();
    let mut damaged = Vec::new();
    for batch in split_batches(batches.clone()) {
        let batch = match batch {
            Ok((_, batch)) => batch,
            Err(error) => {
                brought.problems.push((tp.clone(), batch_error(tp, first, &error)));
                break;
            }
        };
        let Ok(header) = header_of(tp, &batch, first) else { continue };
        let (begin, end) = (header.base_offset.max(first), header.last_offset().min(last));
        if begin > end {
            continue;
        }
        match records_from(tp, std::slice::from_ref(&batch), begin, DECOMPRESSED_BYTES_MAX_DEFAULT) {
            Ok(records) => {
                let ours = records.into_iter().filter(|record| record.offset <= end);
                brought.records.extend(ours.map(|record| ShareRecord {
                    topic: Arc::clone(&tp.topic),
                    record,
                    delivery_count: u16::try_from(acquired.delivery_count).unwrap_or(0),
                    lock_until,
                }));
            }
            Err(error) => {
                // It will never be read: rejected, as Kafka's client does, so that it does not come for ever.
                damaged.push((begin, end));
                brought.problems.push((tp.clone(), error));
            }
        }
    }
    let mut say = |first, last, code| brought.said.push((tp.clone(), AckRange { first, last, code }));
    damaged.iter().for_each(|(first, last)| say(*first, *last, ACK_REJECT));
    let mut covered: Vec<i64> = brought.records[from..].iter().map(|record| record.record.offset).collect();
    covered.extend(damaged.iter().flat_map(|(first, last)| *first..=*last));
    covered.sort_unstable();
    gaps(first, last, covered.into_iter()).into_iter().for_each(|(first, last)| say(first, last, ACK_GAP));
}
