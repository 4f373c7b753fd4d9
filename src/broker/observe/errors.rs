//! Error codes in the answers of all APIs that are served.

use std::sync::Arc;

use kafka_protocol::messages::ResponseKind;

use super::RequestErrors;

/// The error codes of an answer; `None` where there is none.
pub fn errors(response: &ResponseKind) -> Option<RequestErrors> {
    let mut met = Met::default();
    of_records(response, &mut met);
    of_groups(response, &mut met);
    of_topics(response, &mut met);
    of_transactions(response, &mut met);
    of_the_rest(response, &mut met);
    met.0
}

#[derive(Default)]
struct Met(Option<RequestErrors>);

impl Met {
    fn code(&mut self, code: i16) {
        if code != 0 {
            let errors = self.0.get_or_insert(RequestErrors { first: code, count: 0 });
            errors.count += 1;
        }
    }

    fn codes(&mut self, codes: impl Iterator<Item = i16>) {
        codes.for_each(|code| self.code(code));
    }
}

fn of_records(response: &ResponseKind, met: &mut Met) {
    match response {
        ResponseKind::Produce(r) => {
            met.codes(r.responses.iter().flat_map(|t| &t.partition_responses).map(|p| p.error_code));
        }
        ResponseKind::Fetch(r) => {
            met.code(r.error_code);
            met.codes(r.responses.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::ListOffsets(r) => met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code)),
        ResponseKind::OffsetForLeaderEpoch(r) => {
            met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::DeleteRecords(r) => met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code)),
        ResponseKind::ShareFetch(r) => {
            met.code(r.error_code);
            met.codes(r.responses.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::ShareAcknowledge(r) => {
            met.code(r.error_code);
            met.codes(r.responses.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        _ => {}
    }
}

fn of_groups(response: &ResponseKind, met: &mut Met) {
    match response {
        ResponseKind::OffsetCommit(r) => met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code)),
        ResponseKind::OffsetFetch(r) => {
            met.code(r.error_code);
            met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
            for group in &r.groups {
                met.code(group.error_code);
                met.codes(group.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
            }
        }
        ResponseKind::OffsetDelete(r) => {
            met.code(r.error_code);
            met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::FindCoordinator(r) => {
            met.code(r.error_code);
            met.codes(r.coordinators.iter().map(|c| c.error_code));
        }
        ResponseKind::JoinGroup(r) => met.code(r.error_code),
        ResponseKind::SyncGroup(r) => met.code(r.error_code),
        ResponseKind::Heartbeat(r) => met.code(r.error_code),
        ResponseKind::LeaveGroup(r) => {
            met.code(r.error_code);
            met.codes(r.members.iter().map(|m| m.error_code));
        }
        ResponseKind::ConsumerGroupHeartbeat(r) => met.code(r.error_code),
        ResponseKind::ShareGroupHeartbeat(r) => met.code(r.error_code),
        ResponseKind::DescribeGroups(r) => met.codes(r.groups.iter().map(|g| g.error_code)),
        ResponseKind::ConsumerGroupDescribe(r) => met.codes(r.groups.iter().map(|g| g.error_code)),
        ResponseKind::ShareGroupDescribe(r) => met.codes(r.groups.iter().map(|g| g.error_code)),
        ResponseKind::DescribeShareGroupOffsets(r) => {
            for group in &r.groups {
                met.code(group.error_code);
                met.codes(group.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
            }
        }
        ResponseKind::AlterShareGroupOffsets(r) => {
            met.code(r.error_code);
            met.codes(r.responses.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::DeleteShareGroupOffsets(r) => {
            met.code(r.error_code);
            met.codes(r.responses.iter().map(|t| t.error_code));
        }
        ResponseKind::ListGroups(r) => met.code(r.error_code),
        ResponseKind::DeleteGroups(r) => met.codes(r.results.iter().map(|g| g.error_code)),
        _ => {}
    }
}

fn of_topics(response: &ResponseKind, met: &mut Met) {
    match response {
        ResponseKind::Metadata(r) => {
            met.code(r.error_code);
            for topic in &r.topics {
                met.code(topic.error_code);
                met.codes(topic.partitions.iter().map(|p| p.error_code));
            }
        }
        ResponseKind::CreateTopics(r) => met.codes(r.topics.iter().map(|t| t.error_code)),
        ResponseKind::DeleteTopics(r) => met.codes(r.responses.iter().map(|t| t.error_code)),
        ResponseKind::CreatePartitions(r) => met.codes(r.results.iter().map(|t| t.error_code)),
        ResponseKind::DescribeTopicPartitions(r) => {
            for topic in &r.topics {
                met.code(topic.error_code);
                met.codes(topic.partitions.iter().map(|p| p.error_code));
            }
        }
        ResponseKind::DescribeConfigs(r) => met.codes(r.results.iter().map(|c| c.error_code)),
        ResponseKind::AlterConfigs(r) => met.codes(r.responses.iter().map(|c| c.error_code)),
        ResponseKind::IncrementalAlterConfigs(r) => met.codes(r.responses.iter().map(|c| c.error_code)),
        ResponseKind::ListConfigResources(r) => met.code(r.error_code),
        ResponseKind::DescribeLogDirs(r) => {
            met.code(r.error_code);
            met.codes(r.results.iter().map(|d| d.error_code));
        }
        ResponseKind::AlterReplicaLogDirs(r) => {
            met.codes(r.results.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::ElectLeaders(r) => {
            met.code(r.error_code);
            met.codes(r.replica_election_results.iter().flat_map(|t| &t.partition_result).map(|p| p.error_code));
        }
        ResponseKind::AlterPartitionReassignments(r) => {
            met.code(r.error_code);
            met.codes(r.responses.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::ListPartitionReassignments(r) => met.code(r.error_code),
        _ => {}
    }
}

fn of_transactions(response: &ResponseKind, met: &mut Met) {
    match response {
        ResponseKind::InitProducerId(r) => met.code(r.error_code),
        ResponseKind::AddPartitionsToTxn(r) => {
            met.code(r.error_code);
            let older = &r.results_by_topic_v3_and_below;
            let newer = r.results_by_transaction.iter().flat_map(|t| &t.topic_results);
            met.codes(older.iter().chain(newer).flat_map(|t| &t.results_by_partition).map(|p| p.partition_error_code));
        }
        ResponseKind::AddOffsetsToTxn(r) => met.code(r.error_code),
        ResponseKind::EndTxn(r) => met.code(r.error_code),
        ResponseKind::TxnOffsetCommit(r) => {
            met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::WriteTxnMarkers(r) => {
            let topics = r.markers.iter().flat_map(|m| &m.topics);
            met.codes(topics.flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::DescribeProducers(r) => {
            met.codes(r.topics.iter().flat_map(|t| &t.partitions).map(|p| p.error_code));
        }
        ResponseKind::ListTransactions(r) => met.code(r.error_code),
        ResponseKind::DescribeTransactions(r) => met.codes(r.transaction_states.iter().map(|t| t.error_code)),
        _ => {}
    }
}

fn of_the_rest(response: &ResponseKind, met: &mut Met) {
    match response {
        ResponseKind::ApiVersions(r) => met.code(r.error_code),
        ResponseKind::SaslHandshake(r) => met.code(r.error_code),
        ResponseKind::SaslAuthenticate(r) => met.code(r.error_code),
        ResponseKind::DescribeCluster(r) => met.code(r.error_code),
        ResponseKind::DescribeQuorum(r) => met.code(r.error_code),
        ResponseKind::UpdateFeatures(r) => {
            met.code(r.error_code);
            met.codes(r.results.iter().map(|f| f.error_code));
        }
        ResponseKind::DescribeAcls(r) => met.code(r.error_code),
        ResponseKind::CreateAcls(r) => met.codes(r.results.iter().map(|a| a.error_code)),
        ResponseKind::DeleteAcls(r) => met.codes(r.filter_results.iter().map(|a| a.error_code)),
        ResponseKind::DescribeClientQuotas(r) => met.code(r.error_code),
        ResponseKind::AlterClientQuotas(r) => met.codes(r.entries.iter().map(|e| e.error_code)),
        ResponseKind::DescribeUserScramCredentials(r) => {
            met.code(r.error_code);
            met.codes(r.results.iter().map(|u| u.error_code));
        }
        ResponseKind::AlterUserScramCredentials(r) => met.codes(r.results.iter().map(|u| u.error_code)),
        ResponseKind::GetTelemetrySubscriptions(r) => met.code(r.error_code),
        ResponseKind::PushTelemetry(r) => met.code(r.error_code),
        ResponseKind::CreateDelegationToken(r) => met.code(r.error_code),
        ResponseKind::RenewDelegationToken(r) => met.code(r.error_code),
        ResponseKind::ExpireDelegationToken(r) => met.code(r.error_code),
        ResponseKind::DescribeDelegationToken(r) => met.code(r.error_code),
        _ => {}
    }
}

/// The words that go with the first error, in the APIs that have room for some.
pub fn message(response: &ResponseKind) -> Option<Arc<str>> {
    let words = match response {
        ResponseKind::Produce(r) => {
            let mut partitions = r.responses.iter().flat_map(|t| &t.partition_responses);
            partitions.find(|p| p.error_code != 0)?.error_message.as_ref()
        }
        ResponseKind::CreateTopics(r) => r.topics.iter().find(|t| t.error_code != 0)?.error_message.as_ref(),
        ResponseKind::DeleteTopics(r) => r.responses.iter().find(|t| t.error_code != 0)?.error_message.as_ref(),
        ResponseKind::CreatePartitions(r) => r.results.iter().find(|t| t.error_code != 0)?.error_message.as_ref(),
        ResponseKind::DescribeConfigs(r) => r.results.iter().find(|c| c.error_code != 0)?.error_message.as_ref(),
        ResponseKind::AlterConfigs(r) => r.responses.iter().find(|c| c.error_code != 0)?.error_message.as_ref(),
        ResponseKind::IncrementalAlterConfigs(r) => {
            r.responses.iter().find(|c| c.error_code != 0)?.error_message.as_ref()
        }
        ResponseKind::ConsumerGroupHeartbeat(r) => r.error_message.as_ref(),
        ResponseKind::ShareGroupHeartbeat(r) => r.error_message.as_ref(),
        ResponseKind::ShareFetch(r) => r.error_message.as_ref(),
        ResponseKind::ShareAcknowledge(r) => r.error_message.as_ref(),
        ResponseKind::DescribeCluster(r) => r.error_message.as_ref(),
        ResponseKind::SaslAuthenticate(r) => r.error_message.as_ref(),
        _ => None,
    };
    // A copy: the answer itself goes its way.
    words.filter(|words| !words.is_empty()).map(|words| (**words).into())
}
