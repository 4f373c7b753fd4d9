//! DescribeLogDirs: the one folder with the sizes of its partitions.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use kafka_protocol::messages::{
    DescribeLogDirsRequest, DescribeLogDirsResponse, TopicName,
    describe_log_dirs_response::{DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic},
};

use super::text;
use crate::{
    broker::{inner::Inner, topics::Topic},
    model::PartitionId,
};

pub async fn answer(broker: &Arc<Inner>, request: DescribeLogDirsRequest) -> DescribeLogDirsResponse {
    let asked: Vec<(Arc<Topic>, Option<HashSet<PartitionId>>)> = match request.topics {
        None => broker.topics.all().into_iter().map(|topic| (topic, None)).collect(),
        // What does not exist has no place in any folder.
        Some(asked) => asked
            .into_iter()
            .filter_map(|asked| {
                Some((broker.topics.by_name(&asked.topic)?, Some(asked.partitions.into_iter().collect())))
            })
            .collect(),
    };
    let mut topics = Vec::new();
    for (topic, wanted) in asked {
        let mut partitions = Vec::new();
        for slot in topic.slots().iter().filter(|slot| wanted.as_ref().is_none_or(|ids| ids.contains(&slot.id))) {
            let size = match slot.existing(&broker.store).await {
                Ok(log) => log.map_or(0, |log| log.size_bytes()),
                // Set aside: Metadata tells it as an offline replica.
                Err(_) => continue,
            };
            partitions.push(
                DescribeLogDirsPartition::default()
                    .with_partition_index(slot.id)
                    .with_partition_size(i64::try_from(size).unwrap_or(i64::MAX)),
            );
        }
        if !partitions.is_empty() {
            let name = TopicName(text(&topic.name));
            topics.push(DescribeLogDirsTopic::default().with_name(name).with_partitions(partitions));
        }
    }
    let (total, usable) = disk_bytes(broker.options.data_dir.clone()).await;
    let folder = DescribeLogDirsResult::default()
        .with_log_dir(text(&broker.options.data_dir.display().to_string()))
        .with_topics(topics)
        .with_total_bytes(total)
        .with_usable_bytes(usable);
    DescribeLogDirsResponse::default().with_results(vec![folder])
}

/// Size of the disk that a folder is on and what is left of it for this user, in bytes (KIP-827); -1 is "not known".
async fn disk_bytes(folder: PathBuf) -> (i64, i64) {
    // Off the runtime's threads: a network file system may take its time.
    tokio::task::spawn_blocking(move || disk_bytes_now(&folder)).await.ok().flatten().unwrap_or((-1, -1))
}

#[cfg(unix)]
fn disk_bytes_now(folder: &Path) -> Option<(i64, i64)> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(disk.f_frsize)).unwrap_or(i64::MAX);
    Some((bytes(disk.f_blocks), bytes(disk.f_bavail)))
}

/// The standard library does not tell, and a whole crate for two numbers is not worth it.
#[cfg(not(unix))]
fn disk_bytes_now(_: &Path) -> Option<(i64, i64)> {
    None
}
