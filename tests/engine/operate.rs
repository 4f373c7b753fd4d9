//! What who runs a cluster asks of it, against the embedded broker: brokers, disks, settings, elections, moves of replicas,
//! rules and quotas. Runs over the in-process transport and over TCP.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{Client, ClientError, ConfigChange, NewTopic, ProduceOptions},
    model::{
        Acl, AclOperation, AclPattern, AclPreset, AclResource, ConfigSource, Election, NewRecord, QuotaEntity, Role,
        TopicPartition,
    },
    session::SystemClock,
};
use tempfile::TempDir;

async fn opened(topic: &str, partitions: i32) -> (Client, Broker, TempDir) {
    let dir = TempDir::new().unwrap();
    let broker = Broker::open(BrokerOptions::new(dir.path(), Arc::new(SystemClock))).await.unwrap();
    let client = super::reach(&broker, "operator");
    client.create_topic(&NewTopic::new(topic, partitions)).await.unwrap();
    (client, broker, dir)
}

fn code(error: &ClientError) -> ResponseError {
    error.code().unwrap()
}

#[tokio::test]
async fn a_broker_tells_what_it_is_and_has() {
    let (client, _broker, dir) = opened("orders", 2).await;
    let record = NewRecord { value: Some("x".repeat(1_000).into()), ..NewRecord::default() };
    client.produce("orders", vec![record], ProduceOptions::default()).await.unwrap();
    let nodes = client.brokers().await.unwrap();
    assert_eq!((nodes.len(), nodes[0].fenced), (1, false));
    let id = nodes[0].id;
    assert_eq!(client.quorum().await.unwrap().leader, Some(id));
    assert!(client.node_versions(id).await.unwrap().release().is_some_and(|release| release.starts_with("4.")));
    let dirs = client.log_dirs(id, None).await.unwrap();
    assert_eq!((dirs.len(), dirs[0].error.as_deref()), (1, None));
    assert!(dirs[0].path.starts_with(&*dir.path().to_string_lossy()));
    assert!(dirs[0].used_bytes() > 0, "{dirs:?}");
    assert!(dirs[0].usable_bytes.unwrap() <= dirs[0].total_bytes.unwrap());
    let asked = [TopicPartition::new("orders", 1)];
    let only = client.log_dirs(id, Some(&asked)).await.unwrap();
    assert_eq!(only[0].replicas.iter().map(|replica| replica.tp.clone()).collect::<Vec<_>>(), asked);
    let topic = client.topic("orders").await.unwrap();
    assert!(topic.partitions.iter().all(|p| *p.replicas == [id] && *p.isr == [id] && p.offline.is_empty()));
    assert_eq!(client.eligible_leaders("orders").await.unwrap().len(), 2);
}

#[tokio::test]
async fn settings_of_a_broker_are_changed_while_it_runs_and_taken_back() {
    const NAME: &str = "message.max.bytes";
    let (client, _broker, _dir) = opened("orders", 1).await;
    let id = client.brokers().await.unwrap()[0].id;
    let read = async || {
        let all = client.describe_broker_configs(id).await.unwrap();
        all.into_iter().find(|config| config.name == NAME).unwrap()
    };
    let before = read().await;
    assert!(
        !before.read_only && before.source == ConfigSource::Default && before.documentation.is_some(),
        "{before:?}"
    );
    let set = |value: &str| vec![ConfigChange::Set(NAME.to_owned(), value.to_owned())];
    client.alter_broker_configs(None, set("2000000")).await.unwrap();
    let for_all = read().await;
    assert_eq!((for_all.value.as_deref(), for_all.source), (Some("2000000"), ConfigSource::Cluster));
    assert_eq!(client.describe_cluster_configs().await.unwrap().len(), 1);
    client.alter_broker_configs(Some(id), set("3000000")).await.unwrap();
    let own = read().await;
    assert_eq!((own.value.as_deref(), own.source), (Some("3000000"), ConfigSource::Broker));
    let sources: Vec<_> = own.synonyms.iter().map(|synonym| synonym.source).collect();
    assert_eq!(sources, [ConfigSource::Broker, ConfigSource::Cluster, ConfigSource::Default]);
    for node in [Some(id), None] {
        client.alter_broker_configs(node, vec![ConfigChange::Reset(NAME.to_owned())]).await.unwrap();
    }
    assert_eq!(read().await, before);
    let fixed = vec![ConfigChange::Set("node.id".to_owned(), "7".to_owned())];
    assert!(client.alter_broker_configs(Some(id), fixed).await.is_err());
}

#[tokio::test]
async fn one_broker_leads_everything_and_has_nowhere_to_move_it() {
    let (client, _broker, _dir) = opened("orders", 2).await;
    let id = client.brokers().await.unwrap()[0].id;
    let tp = TopicPartition::new("orders", 0);
    let one = client.elect_leaders(Election::Preferred, Some(std::slice::from_ref(&tp))).await.unwrap();
    assert_eq!(code(one[0].1.as_ref().unwrap_err()), ResponseError::ElectionNotNeeded);
    assert!(client.elect_leaders(Election::Preferred, None).await.unwrap().is_empty());
    let outcomes = client.reassign(vec![(tp.clone(), Some(vec![id]))]).await.unwrap();
    assert_eq!(outcomes[0].1, Ok(()));
    let outcomes = client.reassign(vec![(tp.clone(), Some(vec![id + 1]))]).await.unwrap();
    assert_eq!(code(outcomes[0].1.as_ref().unwrap_err()), ResponseError::InvalidReplicaAssignment);
    let outcomes = client.reassign(vec![(tp, None)]).await.unwrap();
    assert_eq!(code(outcomes[0].1.as_ref().unwrap_err()), ResponseError::NoReassignmentInProgress);
    assert!(client.reassignments(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn rules_are_what_roles_amount_to_and_quotas_there_are_none() {
    let (client, _broker, _dir) = opened("orders", 1).await;
    assert_eq!(code(&client.acls().await.unwrap_err()), ResponseError::SecurityDisabled);
    client.add_user("ann", "secret", Role::Read).await.unwrap();
    let rules = client.acls().await.unwrap();
    let read = Acl::allow("User:ann", AclResource::Topic, AclPattern::Literal, "*", AclOperation::Read);
    assert!(rules.contains(&read), "{rules:?}");
    let preset = AclPreset::Producer { transactional_id: None }.rules("User:ann", "orders", AclPattern::Literal);
    assert_eq!(code(&client.create_acls(&preset).await.unwrap_err()), ResponseError::InvalidRequest);
    assert_eq!(code(&client.delete_acls(&[read]).await.unwrap_err()), ResponseError::InvalidRequest);
    assert!(client.quotas().await.unwrap().is_empty());
    let ann = QuotaEntity::of("user", Some("ann"));
    let key = "producer_byte_rate".to_owned();
    let refused = client.alter_quotas(&ann, &[(key.clone(), Some(1_024.0))]).await.unwrap_err();
    assert_eq!(code(&refused), ResponseError::InvalidRequest);
    client.alter_quotas(&ann, &[(key, None)]).await.unwrap();
}
