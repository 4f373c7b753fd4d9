//! `millpond consume`

use std::{collections::BTreeMap, time::Duration};

use super::{Cli, CliError, topics::check_name};
use crate::{
    app::args::{ConsumeArgs, From},
    client::{AutoOffsetReset, Consumer, ConsumerOptions, ConsumerState, OffsetSpec},
    model::{Offset, Record, TopicPartition, check_group_name},
    transfer::{
        line::record_to_line,
        merge::{MergedReader, Stretch},
    },
};

/// How often `--follow` looks for new records.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// How long one poll of a group member waits.
const POLL_WAIT: Duration = Duration::from_millis(500);

impl Cli {
    pub(super) async fn consume(&mut self, args: ConsumeArgs) -> Result<(), CliError> {
        check_name(&args.topic)?;
        match (args.group.clone(), args.share_group.clone()) {
            (Some(group), _) => self.consume_in_group(&args, &group).await,
            (None, Some(group)) => self.consume_in_share_group(&args, &group).await,
            (None, None) => self.consume_alone(&args).await,
        }
    }

    /// Reads partitions without a group; commits nothing.
    async fn consume_alone(&mut self, args: &ConsumeArgs) -> Result<(), CliError> {
        let mut stretches = self.first_stretches(args).await?;
        let mut left = args.max.unwrap_or(u64::MAX);
        loop {
            let mut reader = MergedReader::new(self.client.clone(), stretches.clone());
            while left > 0 {
                let Some(next) = self.cancel.race(reader.next()).await else { return self.out.flush() };
                let Some(record) = next? else { break };
                self.print_record(&args.topic, &record)?;
                left -= 1;
            }
            self.out.flush()?;
            if !args.follow || left == 0 {
                return Ok(());
            }
            if self.cancel.race(tokio::time::sleep(FOLLOW_EVERY)).await.is_none() {
                return Ok(());
            }
            let ends = self.ends(stretches.iter().map(|s| s.partition.clone()).collect()).await?;
            for stretch in &mut stretches {
                let (start, end) = match ends.get(&stretch.partition) {
                    Some(known) => known.clone()?,
                    None => continue,
                };
                stretch.from = stretch.to.max(start);
                stretch.to = end.max(stretch.from);
            }
        }
    }

    async fn first_stretches(&self, args: &ConsumeArgs) -> Result<Vec<Stretch>, CliError> {
        let topic = self.client.topic(&args.topic).await?;
        let all: Vec<_> = topic.partitions.iter().map(|p| p.id).collect();
        if let Some(missing) = args.partitions.iter().find(|id| !all.contains(id)) {
            let count = all.len();
            return Err(CliError::Failed(format!("{} has no partition {missing}; it has {count}, from 0", args.topic)));
        }
        let chosen = if args.partitions.is_empty() { &all } else { &args.partitions };
        let partitions: Vec<_> = chosen.iter().map(|id| TopicPartition::new(&*args.topic, *id)).collect();
        let ends = self.ends(partitions.clone()).await?;
        let mut stretches = Vec::with_capacity(partitions.len());
        let mut out_of_range = Vec::new();
        for partition in partitions {
            let (start, end) = match ends.get(&partition) {
                Some(known) => known.clone()?,
                None => (0, 0),
            };
            let from = match args.from {
                From::Earliest => start,
                From::Latest => end,
                From::Offset(offset) => {
                    if offset < start || offset > end {
                        out_of_range.push(format!("{partition} has {start} to {end}"));
                    }
                    offset.clamp(start, end)
                }
                From::Time(time) => self.client.offset(&partition, OffsetSpec::At(time)).await?.unwrap_or(end),
            };
            stretches.push(Stretch { partition, from, to: end });
        }
        // Partitions are of different lengths; only an offset that none of them has is a mistake.
        match args.from {
            From::Offset(offset) if !stretches.is_empty() && out_of_range.len() == stretches.len() => {
                Err(CliError::Failed(format!(
                    "offset {offset} is out of range: {}; choose an offset in there, earliest or latest",
                    out_of_range.join(", ")
                )))
            }
            _ => Ok(stretches),
        }
    }

    /// Reads as a member of a group and commits what was printed.
    async fn consume_in_group(&mut self, args: &ConsumeArgs, group: &str) -> Result<(), CliError> {
        check_group_name(group).map_err(|e| CliError::Failed(format!("this cannot be a group: {e}")))?;
        let auto_offset_reset = match args.from {
            From::Earliest => AutoOffsetReset::Earliest,
            From::Latest => AutoOffsetReset::Latest,
            From::Offset(_) | From::Time(_) => {
                let why = "with --group, --from is earliest or latest; set offsets with millpond groups reset";
                return Err(CliError::Usage(why.to_owned()));
            }
        };
        let topic = self.client.topic(&args.topic).await?;
        if let Some(error) = topic.error {
            return Err(error.into());
        }
        let partitions = topic.partitions.iter().map(|p| TopicPartition::new(&*args.topic, p.id)).collect();
        let mut goals = BTreeMap::new();
        for (partition, ends) in self.ends(partitions).await? {
            goals.insert(partition, ends?.1);
        }
        let mut options = ConsumerOptions::new(group, [&args.topic]);
        options.auto_offset_reset = auto_offset_reset;
        if let Some(max) = args.max {
            options.max_poll_records = options.max_poll_records.min(usize::try_from(max).unwrap_or(usize::MAX)).max(1);
        }
        let consumer = Consumer::start(self.client.clone(), options);
        let done = self.drain(&consumer, args, &goals).await;
        let left = consumer.leave().await;
        // What went wrong first is what matters.
        done?;
        Ok(left?)
    }

    async fn drain(
        &mut self,
        consumer: &Consumer,
        args: &ConsumeArgs,
        goals: &BTreeMap<TopicPartition, Offset>,
    ) -> Result<(), CliError> {
        let mut left = args.max.unwrap_or(u64::MAX);
        while left > 0 {
            let Some(polled) = self.cancel.race(consumer.poll(POLL_WAIT)).await else { return Ok(()) };
            let mut printed: BTreeMap<TopicPartition, Offset> = BTreeMap::new();
            for (topic, record) in polled?.records {
                if left == 0 {
                    break;
                }
                self.print_record(&topic, &record)?;
                printed.insert(TopicPartition::new(topic, record.partition), record.offset + 1);
                left -= 1;
            }
            if !printed.is_empty() {
                // Only what has left this process counts as processed.
                self.out.flush()?;
                consumer.commit_offsets(printed.into_iter().collect()).await?;
            }
            if !args.follow && at_goal(consumer, goals) {
                break;
            }
        }
        Ok(())
    }

    fn print_record(&mut self, topic: &str, record: &Record) -> Result<(), CliError> {
        let mut line = Vec::new();
        record_to_line(topic, record, &mut line);
        self.out.bytes(&line)
    }
}

/// Whether the member has read all it owns up to where the partitions ended at the start.
fn at_goal(consumer: &Consumer, goals: &BTreeMap<TopicPartition, Offset>) -> bool {
    let positions: BTreeMap<_, _> = consumer.positions().into_iter().collect();
    consumer.state() == ConsumerState::Stable
        && consumer
            .assignment()
            .iter()
            .all(|owned| positions.get(owned).is_some_and(|at| goals.get(owned).is_none_or(|goal| at >= goal)))
}
