//! `millpond topics ...`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Cli, CliError,
    output::counted,
    table::{Table, print_json},
};
use crate::{
    client::{Client, ClientError, NewTopic, TopicInfo},
    model::{ConfigSource, Offset, TopicPartition},
    transfer::ends,
};

/// How long a list waits for partitions that nobody leads: a leader that moves is found within it.
const LIST_PATIENCE_MS: u64 = 5_000;

/// Start and end of partitions; an error where the broker could not tell.
type Ends = BTreeMap<TopicPartition, Result<(Offset, Offset), ClientError>>;

impl Cli {
    pub(super) async fn list_topics(&mut self, json: bool) -> Result<(), CliError> {
        let topics = self.client.topics().await?;
        let ends = self.ends_to_show(topics.iter().flat_map(partitions_of).collect()).await?;
        let mut table = Table::new(&["name", "partitions", "records"]);
        for topic in &topics {
            let counts = partitions_of(topic).map(|p| ends.get(&p).and_then(|e| e.as_ref().ok()).map(|(s, e)| e - s));
            // One unknown part makes the sum unknown.
            let records: Option<i64> = if topic.error.is_some() { None } else { counts.sum() };
            table.row([json!(&*topic.name), json!(topic.partitions.len()), json!(records)]);
        }
        if json {
            return print_json(&table.to_json(), &mut self.out);
        }
        if topics.is_empty() {
            return self.out.line("No topics yet. Make one: millpond topics create NAME");
        }
        table.print(&mut self.out)
    }

    pub(super) async fn create_topic(
        &mut self,
        name: String,
        partitions: i32,
        configs: Vec<(String, String)>,
    ) -> Result<(), CliError> {
        check_name(&name)?;
        let topic = NewTopic { name, partitions: Some(partitions), configs };
        self.client.create_topic(&topic).await?;
        let partitions = counted(u64::from(partitions.unsigned_abs()), "partition", "partitions");
        self.out.line(&format!("Created {} with {partitions}", topic.name))
    }

    pub(super) async fn describe_topic(&mut self, name: &str, json: bool) -> Result<(), CliError> {
        check_name(name)?;
        let topic = self.client.topic(name).await?;
        if let Some(error) = topic.error {
            return Err(error.into());
        }
        let ends = self.ends_to_show(partitions_of(&topic).collect()).await?;
        let mut partitions = Table::new(&["partition", "leader", "start", "end", "records"]);
        for partition in &topic.partitions {
            let place = TopicPartition::new(&*topic.name, partition.id);
            let end = ends.get(&place).and_then(|e| e.as_ref().ok());
            let (start, end, records) = (end.map(|e| e.0), end.map(|e| e.1), end.map(|e| e.1 - e.0));
            partitions.row([json!(partition.id), json!(partition.leader), json!(start), json!(end), json!(records)]);
        }
        let mut settings = Table::new(&["setting", "value", "source"]);
        let readable = self.client.readable_topic_configs(name).await?;
        for entry in readable.iter().flatten() {
            settings.row([json!(entry.name), json!(entry.value), json!(source_word(entry.source))]);
        }
        if json {
            let id = (!topic.id.is_nil()).then(|| topic.id.to_string());
            let whole: Value = json!({
                "name": &*topic.name, "id": id,
                "partitions": partitions.to_json(), "settings": readable.is_some().then(|| settings.to_json()),
            });
            return print_json(&whole, &mut self.out);
        }
        partitions.print(&mut self.out)?;
        self.out.line("")?;
        match readable {
            Some(_) => settings.print(&mut self.out)?,
            None => self.out.line("settings: this user may not read them (DescribeConfigs)")?,
        }
        // A partition that cannot be read should not hide behind a dash.
        for (partition, error) in ends.iter().filter_map(|(p, e)| e.as_ref().err().map(|e| (p, e))) {
            self.out.line(&format!("\n{partition}: {error}"))?;
        }
        Ok(())
    }

    pub(super) async fn delete_topic(&mut self, name: &str) -> Result<(), CliError> {
        check_name(name)?;
        self.client.delete_topic(name).await?;
        self.out.line(&format!("Deleted {name} with all of its records"))
    }

    /// Kafka's protocol has no request for it, so the workspace must be open here.
    pub(super) async fn compact_topic(&mut self, name: &str, json: bool) -> Result<(), CliError> {
        check_name(name)?;
        let Some(broker) = self.broker.clone() else {
            let why = format!(
                "{name} cannot be compacted from here: Kafka's protocol has no request for it. In Millpond's window it is \
                 Partitions > Compact now; or end the process that has the workspace open and try again"
            );
            return Err(CliError::Failed(why));
        };
        if let Some(error) = self.client.topic(name).await?.error {
            return Err(error.into());
        }
        if broker.inspector().compaction(name).is_none() {
            let why = format!("{name} is not compacted: set cleanup.policy to compact, or to delete,compact, first");
            return Err(CliError::Failed(why));
        }
        let mut table = Table::new(&["partition", "upto", "records_removed", "bytes_removed"]);
        for (partition, outcome) in broker.compact(name).await {
            let done = outcome.map_err(|e| CliError::Failed(format!("{name}-{partition} was not compacted: {e}")))?;
            table.row([json!(partition), json!(done.upto), json!(done.records_removed), json!(done.bytes_removed)]);
        }
        if json {
            return print_json(&table.to_json(), &mut self.out);
        }
        if table.is_empty() {
            return self.out.line("Nothing to compact: the last batch of a partition always stays");
        }
        table.print(&mut self.out)
    }

    /// Start and end offset of each partition.
    pub(super) async fn ends(&self, partitions: Vec<TopicPartition>) -> Result<Ends, CliError> {
        ends_by(&self.client, partitions).await
    }

    /// The same for a list, which one partition without a leader must not keep back for the minute that others wait.
    pub(super) async fn ends_to_show(&self, partitions: Vec<TopicPartition>) -> Result<Ends, CliError> {
        let patience = self.client.timeouts().api.min(LIST_PATIENCE_MS);
        ends_by(&self.client.with_patience_ms(patience), partitions).await
    }
}

async fn ends_by(client: &Client, partitions: Vec<TopicPartition>) -> Result<Ends, CliError> {
    let ends = ends(client, &partitions).await?;
    Ok(partitions.into_iter().zip(ends).collect())
}

/// Refuses names that Kafka refuses before anything is asked.
pub(super) fn check_name(name: &str) -> Result<(), CliError> {
    crate::model::check_topic_name(name)
        .map_err(|error| CliError::Failed(format!("{name:?} cannot be the name of a topic: {error}")))
}

fn partitions_of(topic: &TopicInfo) -> impl Iterator<Item = TopicPartition> {
    topic.partitions.iter().map(|p| TopicPartition::new(topic.name.clone(), p.id))
}

fn source_word(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Topic => "topic",
        ConfigSource::Group => "group",
        ConfigSource::Broker | ConfigSource::Cluster | ConfigSource::File => "broker",
        ConfigSource::Default => "default",
        ConfigSource::Unknown => "unknown",
    }
}
