//! `millpond consume --share-group`: reads as a member of a queue.

use std::time::{Duration, Instant};

use super::{Cli, CliError};
use crate::{
    app::args::{Ack, ConsumeArgs, From},
    client::{AckMode, AckType, ConsumerState, ShareConsumer, ShareConsumerOptions, ShareRecord, ShareStart},
    model::check_group_name,
    transfer::line::record_to_line,
};

/// How long one poll waits; a member that was given nothing for so long is at the end.
const POLL_WAIT: Duration = Duration::from_secs(1);
/// How long a member waits to be given partitions. Apache Kafka gives the first ones with a later heartbeat, some seconds
/// after it has let the member in.
const ASSIGNMENT_WAIT: Duration = Duration::from_secs(30);

impl Cli {
    /// Reads what nobody else works on, and says what became of it once it is printed.
    pub(super) async fn consume_in_share_group(&mut self, args: &ConsumeArgs, group: &str) -> Result<(), CliError> {
        check_group_name(group).map_err(|e| CliError::Failed(format!("this cannot be a group: {e}")))?;
        let start = match args.from {
            From::Earliest => ShareStart::Earliest,
            From::Latest => ShareStart::Latest,
            From::Offset(_) | From::Time(_) => {
                let why = "with --share-group, --from is earliest or latest; set offsets with millpond groups reset";
                return Err(CliError::Usage(why.to_owned()));
            }
        };
        self.client.topic(&args.topic).await?;
        self.client.share_group_or_new(group, &[&args.topic], start).await?;
        let options = ShareConsumerOptions {
            // What is locked and not printed, others would wait for.
            strict: true,
            ack_mode: AckMode::Explicit,
            ..ShareConsumerOptions::new(group, [&args.topic])
        };
        let consumer = ShareConsumer::start(self.client.clone(), options);
        let done = self.drain_queue(&consumer, args).await;
        // Gives back what nothing was said about: with --ack release, everything.
        let left = consumer.leave().await;
        // What went wrong first is what matters.
        done?;
        Ok(left?)
    }

    async fn drain_queue(&mut self, consumer: &ShareConsumer, args: &ConsumeArgs) -> Result<(), CliError> {
        let most = ShareConsumerOptions::new("", [""]).max_records;
        let mut left = args.max.unwrap_or(u64::MAX);
        let began = Instant::now();
        while left > 0 {
            let has_partitions = !consumer.assignment().is_empty() || began.elapsed() > ASSIGNMENT_WAIT;
            consumer.set_max_records(most.min(usize::try_from(left).unwrap_or(usize::MAX)));
            let Some(polled) = self.cancel.race(consumer.poll(POLL_WAIT)).await else { return Ok(()) };
            let records = polled?;
            for record in &records {
                self.print_shared(record)?;
                left -= 1;
            }
            // Only what has left this process counts as processed.
            self.out.flush()?;
            match args.ack {
                Ack::Accept => answer(consumer, &records, AckType::Accept).await?,
                Ack::Reject => answer(consumer, &records, AckType::Reject).await?,
                // Kept until the end: given back now, the same ones would come again.
                Ack::Release => {}
            }
            if records.is_empty() && has_partitions && !args.follow && consumer.state() == ConsumerState::Stable {
                break;
            }
        }
        Ok(())
    }

    /// As [`record_to_line`] has it, with the number of deliveries behind.
    fn print_shared(&mut self, record: &ShareRecord) -> Result<(), CliError> {
        let mut line = Vec::new();
        record_to_line(&record.topic, &record.record, &mut line);
        line.truncate(line.len().saturating_sub(b"}\n".len()));
        line.extend_from_slice(format!(",\"delivery_count\":{}}}\n", record.delivery_count).as_bytes());
        self.out.bytes(&line)
    }
}

async fn answer(consumer: &ShareConsumer, records: &[ShareRecord], ack: AckType) -> Result<(), CliError> {
    for record in records {
        consumer.acknowledge(record, ack)?;
    }
    for said in consumer.commit().await? {
        said.outcome?;
    }
    Ok(())
}
