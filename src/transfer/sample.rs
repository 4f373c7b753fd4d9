//! The stream that comes with Millpond: earthquakes of one week (`assets/sample/README.md` says where they come from).

use super::{
    Cancel, CreateTopic, Pace, ProgressSink, ReplayOutcome, ReplayRequest, ReplayTimes, TransferError,
    error::BadLine,
    line::{record_from_line, shortened},
    replay::{ReplayFrom, replay},
};
use crate::client::{Client, ProduceOptions};
use crate::model::NewRecord;

/// The topic that it goes to unless another is named.
pub const TOPIC: &str = "earthquakes";
/// Partitions of that topic: enough to share among consumers, few enough to see at a glance.
pub const PARTITIONS: i32 = 4;
/// Records of the sample.
pub const RECORDS: u64 = 1_707;

const LINES: &str = include_str!("../../assets/sample/earthquakes.jsonl");

/// The records, in the order of time: key = seismic network, timestamp = event time, value = JSON.
pub fn records() -> Result<Vec<NewRecord>, TransferError> {
    LINES
        .lines()
        .zip(1..)
        .map(|(text, line)| {
            record_from_line(text.as_bytes())
                .map_err(|problem| TransferError::BadLine(BadLine { line, problem, text: shortened(text) }))
        })
        .collect()
}

/// Loads the sample into `topic`, at once or as a replay; makes the topic when it is missing. At once it keeps the times of
/// 2018, replayed it happens now, so that tail, rates and lag in seconds move.
pub async fn load(
    client: &Client,
    topic: &str,
    pace: Pace,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<ReplayOutcome, TransferError> {
    let times = if pace == Pace::AtOnce { ReplayTimes::Keep } else { ReplayTimes::Now };
    let request = ReplayRequest {
        topic: topic.to_owned(),
        // The events are older than Kafka's default retention of seven days, which would delete them.
        create: Some(CreateTopic::keeping(PARTITIONS)),
        pace,
        times,
        produce: ProduceOptions::default(),
    };
    replay(client, request, ReplayFrom::Records(records()?), progress, cancel).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole_and_in_order() {
        let records = records().unwrap();
        assert_eq!(records.len() as u64, RECORDS);
        assert!(records.iter().all(|r| r.key.is_some() && r.value.is_some() && r.timestamp.is_some()));
        assert!(records.is_sorted_by_key(|r| r.timestamp));
    }
}
