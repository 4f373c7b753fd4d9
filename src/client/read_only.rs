//! A way to a cluster over which nothing can be changed, whatever asks.

use std::sync::Arc;

use kafka_protocol::messages::{RequestKind, ResponseKind};

use super::{BoxFuture, ClientError, Connection, Timeouts, Transport};

/// Lets through what reads, and refuses everything else with [`ClientError::ReadOnly`]: an API that is not known to read
/// only is taken for one that changes.
///
/// To be a member of a group counts as change: a member takes partitions away from others.
pub struct ReadOnly(Arc<dyn Transport>);

impl ReadOnly {
    /// The same cluster, to look at.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }
}

impl Transport for ReadOnly {
    fn timeouts(&self) -> Timeouts {
        self.0.timeouts()
    }

    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let connection: Arc<dyn Connection> = Arc::new(Guarded(self.0.connect(node).await?));
            Ok(connection)
        })
    }
}

struct Guarded(Arc<dyn Connection>);

impl Connection for Guarded {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        if !only_reads(&request) {
            return Box::pin(async { Err(ClientError::ReadOnly { asked: String::new() }) });
        }
        self.0.call(version, request)
    }

    fn node_id(&self) -> i32 {
        self.0.node_id()
    }

    fn give_up(&self) {
        self.0.give_up();
    }
}

fn only_reads(request: &RequestKind) -> bool {
    use RequestKind as R;
    match request {
        // It makes topics that are missing, where it is let.
        R::Metadata(request) => !request.allow_auto_topic_creation,
        R::ApiVersions(_)
        | R::SaslHandshake(_)
        | R::SaslAuthenticate(_)
        | R::Fetch(_)
        | R::ListOffsets(_)
        | R::OffsetForLeaderEpoch(_)
        | R::OffsetFetch(_)
        | R::FindCoordinator(_)
        | R::ListGroups(_)
        | R::DescribeGroups(_)
        | R::ConsumerGroupDescribe(_)
        | R::ShareGroupDescribe(_)
        | R::DescribeShareGroupOffsets(_)
        | R::DescribeCluster(_)
        | R::DescribeTopicPartitions(_)
        | R::DescribeConfigs(_)
        | R::DescribeLogDirs(_)
        | R::DescribeAcls(_)
        | R::DescribeClientQuotas(_)
        | R::DescribeUserScramCredentials(_)
        | R::DescribeProducers(_)
        | R::DescribeTransactions(_)
        | R::ListTransactions(_)
        | R::ListPartitionReassignments(_)
        | R::DescribeQuorum(_) => true,
        _ => false,
    }
}
