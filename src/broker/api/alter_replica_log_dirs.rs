//! AlterReplicaLogDirs: there is one folder, and every partition is in it.

use std::{path::Path, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse,
        alter_replica_log_dirs_response::{AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult},
    },
};

use crate::broker::inner::Inner;

pub fn answer(broker: &Arc<Inner>, request: AlterReplicaLogDirsRequest) -> AlterReplicaLogDirsResponse {
    let mut results = Vec::new();
    for folder in request.dirs {
        let ours = Path::new(folder.path.as_str()) == broker.options.data_dir;
        for asked in folder.topics {
            let topic = broker.topics.by_name(&asked.name);
            let partitions = asked.partitions.into_iter().map(|partition| {
                let error = if !ours {
                    Some(ResponseError::LogDirNotFound)
                } else if topic.as_ref().is_none_or(|topic| topic.slot(partition).is_none()) {
                    Some(ResponseError::UnknownTopicOrPartition)
                } else {
                    None
                };
                AlterReplicaLogDirPartitionResult::default()
                    .with_partition_index(partition)
                    .with_error_code(error.map_or(0, |error| error.code()))
            });
            let partitions = partitions.collect();
            results
                .push(AlterReplicaLogDirTopicResult::default().with_topic_name(asked.name).with_partitions(partitions));
        }
    }
    AlterReplicaLogDirsResponse::default().with_results(results)
}
