//! What each role may do, over a socket: an answer of every kind that refuses, and the bits that say so beforehand.

use bytes::Bytes;
use kafka_protocol::{
    ResponseError as E,
    messages::{
        ApiKey, CreateAclsRequest, CreateTopicsRequest, DeleteAclsRequest, DeleteGroupsRequest, DescribeAclsRequest,
        DescribeClusterRequest, DescribeGroupsRequest, IncrementalAlterConfigsRequest, InitProducerIdRequest,
        MetadataRequest, RequestKind, ResponseKind, TransactionalId, create_acls_request::AclCreation,
        create_topics_request::CreatableTopic, delete_acls_request::DeleteAclsFilter,
        describe_acls_response::DescribeAclsResource, incremental_alter_configs_request::AlterConfigsResource,
        metadata_request::MetadataRequestTopic,
    },
    protocol::StrBytes,
};
use millpond::{
    codec::{apis::SERVED, frame::decode_request},
    model::Role,
};

use super::raw::{Listening, Raw};
use crate::broker::stage::{batch, name, produce_request};

/// Numbers of operations in rules.
const READ: i8 = 3;
const WRITE: i8 = 4;

macro_rules! ask {
    ($client:expr, $api:ident, $version:expr, $request:expr) => {
        match $client.ask(ApiKey::$api, $version, $request).await {
            ResponseKind::$api(answer) => answer,
            other => panic!("another answer: {other:?}"),
        }
    };
}

async fn may_auto_create(client: &mut Raw, topic: &str) -> i16 {
    let asked = MetadataRequestTopic::default().with_name(Some(name(topic)));
    let request = MetadataRequest::default().with_topics(Some(vec![asked])).with_allow_auto_topic_creation(true);
    ask!(client, Metadata, 12, request).topics[0].error_code
}

#[tokio::test]
async fn every_role_may_what_it_says_and_no_more() {
    let listening = Listening::asking(|_| {}).await;
    listening.stage.create("t", 1, &[]).await;
    for role in Role::ALL {
        let mut client = listening.logged_in(role.name()).await;
        let fails_below = |needed: Role, error: E| if role < needed { error.code() } else { 0 };
        let produced = ask!(client, Produce, 9, produce_request("t", 0, batch(&["v"]), 1));
        let code = produced.responses[0].partition_responses[0].error_code;
        assert_eq!(code, fails_below(Role::Write, E::TopicAuthorizationFailed), "{role}");
        let of_nobody = ask!(client, InitProducerId, 4, InitProducerIdRequest::default().with_transactional_id(None));
        assert_eq!(of_nobody.error_code, fails_below(Role::Write, E::ClusterAuthorizationFailed), "{role}");
        let id = Some(TransactionalId(StrBytes::from_static_str("x")));
        let request = InitProducerIdRequest::default().with_transactional_id(id).with_transaction_timeout_ms(60_000);
        let transactional = ask!(client, InitProducerId, 4, request);
        assert_eq!(transactional.error_code, fails_below(Role::Write, E::TransactionalIdAuthorizationFailed), "{role}");
        let topic = CreatableTopic::default().with_name(name(role.name())).with_num_partitions(1);
        let request = CreateTopicsRequest::default().with_topics(vec![topic.with_replication_factor(1)]);
        let created = ask!(client, CreateTopics, 7, request);
        assert_eq!(created.topics[0].error_code, fails_below(Role::Admin, E::TopicAuthorizationFailed), "{role}");
        let wanted = fails_below(Role::Admin, E::TopicAuthorizationFailed);
        assert_eq!(may_auto_create(&mut client, "auto").await, wanted, "{role}");
        let request = DeleteGroupsRequest::default().with_groups_names(vec!["g".to_owned().into_group()]);
        let deleted = ask!(client, DeleteGroups, 2, request);
        let wanted = if role < Role::Admin { E::GroupAuthorizationFailed } else { E::GroupIdNotFound };
        assert_eq!(deleted.results[0].error_code, wanted.code(), "{role}");
        let resource = |kind: i8, name: &str| {
            let name = StrBytes::from_string(name.to_owned());
            AlterConfigsResource::default().with_resource_type(kind).with_resource_name(name)
        };
        let all = vec![resource(2, "t"), resource(4, "1"), resource(32, "g")];
        let altered =
            ask!(client, IncrementalAlterConfigs, 1, IncrementalAlterConfigsRequest::default().with_resources(all));
        let codes: Vec<_> = altered.responses.iter().map(|one| one.error_code).collect();
        let refused = [E::TopicAuthorizationFailed, E::ClusterAuthorizationFailed, E::GroupAuthorizationFailed];
        assert_eq!(codes, refused.map(|error| fails_below(Role::Admin, error)), "{role}");
    }
}

trait IntoGroup {
    fn into_group(self) -> kafka_protocol::messages::GroupId;
}

impl IntoGroup for String {
    fn into_group(self) -> kafka_protocol::messages::GroupId {
        kafka_protocol::messages::GroupId(StrBytes::from_string(self))
    }
}

/// READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE.
fn bits(of: &[u32]) -> i32 {
    of.iter().map(|bit| 1 << bit).sum()
}

#[tokio::test]
async fn what_one_may_do_is_told_beforehand() {
    let listening = Listening::asking(|_| {}).await;
    listening.stage.create("t", 1, &[]).await;
    let wanted = [
        (Role::Read, bits(&[3, 8, 10]), bits(&[8, 10])),
        (Role::Write, bits(&[3, 4, 8, 10]), bits(&[8, 10, 12])),
        (Role::Admin, bits(&[3, 4, 5, 6, 7, 8, 10, 11]), bits(&[5, 7, 8, 9, 10, 11, 12])),
    ];
    for (role, topic, cluster) in wanted {
        let mut client = listening.logged_in(role.name()).await;
        let request = MetadataRequest::default()
            .with_topics(Some(vec![MetadataRequestTopic::default().with_name(Some(name("t")))]))
            .with_include_topic_authorized_operations(true);
        assert_eq!(ask!(client, Metadata, 12, request).topics[0].topic_authorized_operations, topic, "{role}");
        let request = DescribeClusterRequest::default().with_include_cluster_authorized_operations(true);
        assert_eq!(ask!(client, DescribeCluster, 1, request).cluster_authorized_operations, cluster, "{role}");
        let request = DescribeGroupsRequest::default().with_groups(vec!["g".to_owned().into_group()]);
        ask!(client, DescribeGroups, 5, request.with_include_authorized_operations(true));
    }
}

/// Every API in every version, empty: what a role may not is answered in the form of the API, and the connection goes on.
#[tokio::test]
async fn a_refusal_of_every_api_and_version_can_be_read() {
    let listening = Listening::asking(|_| {}).await;
    let mut client = listening.logged_in("read").await;
    for api in SERVED {
        // Waits for others, or is part of the conversation itself.
        if matches!(api.key, ApiKey::JoinGroup | ApiKey::SaslHandshake | ApiKey::SaslAuthenticate) {
            continue;
        }
        for version in api.min..=api.max {
            let request = (0..64).find_map(|length| decode_request(api.key as i16, version, zeros(length)).ok());
            // A version that wants more than zeros is tried by the others.
            let Some(request) = request else { continue };
            let request = match request {
                // Zeros ask for no answer.
                RequestKind::Produce(request) => request.with_acks(1).into(),
                other => other,
            };
            client.ask(api.key, version, request).await;
        }
    }
    client.works().await;
}

fn zeros(length: usize) -> Bytes {
    Bytes::from(vec![0; length])
}

/// Everything that a filter lets through, as (resource type, principal, operation).
async fn rules(client: &mut Raw, asked: DescribeAclsRequest) -> Vec<(i8, String, i8)> {
    let answer = ask!(client, DescribeAcls, 3, asked);
    assert_eq!(answer.error_code, 0, "{:?}", answer.error_message);
    let of = |resource: &DescribeAclsResource| {
        let rules =
            resource.acls.iter().map(|rule| (resource.resource_type, rule.principal.to_string(), rule.operation));
        rules.collect::<Vec<_>>()
    };
    answer.resources.iter().flat_map(of).collect()
}

#[tokio::test]
async fn roles_are_listed_as_the_rules_that_they_amount_to_and_change_by_no_rule() {
    let listening = Listening::asking(|_| {}).await;
    let mut client = listening.logged_in("admin").await;
    let any = DescribeAclsRequest::default()
        .with_resource_type_filter(1)
        .with_resource_name_filter(None)
        .with_pattern_type_filter(1)
        .with_principal_filter(None)
        .with_host_filter(None)
        .with_operation(1)
        .with_permission_type(1);
    let all = rules(&mut client, any.clone()).await;
    for (user, may_write) in [("read", false), ("write", true), ("admin", true)] {
        let principal = format!("User:{user}");
        assert!(all.contains(&(2, principal.clone(), READ)), "{user}");
        assert_eq!(all.contains(&(2, principal.clone(), WRITE)), may_write, "{user}");
        assert_eq!(all.contains(&(5, principal, WRITE)), may_write, "{user}");
    }
    let of_writer = any.clone().with_principal_filter(Some(StrBytes::from_static_str("User:write")));
    let of_writer = of_writer.with_operation(WRITE).with_resource_type_filter(2).with_pattern_type_filter(2);
    let of_writer = of_writer.with_resource_name_filter(Some(StrBytes::from_static_str("orders")));
    assert_eq!(rules(&mut client, of_writer.clone()).await, [(2, "User:write".to_owned(), WRITE)]);
    assert!(rules(&mut client, of_writer.with_pattern_type_filter(3)).await.is_empty(), "no rule names that topic");
    let odd = ask!(client, DescribeAcls, 3, any.with_operation(0));
    assert_eq!(odd.error_code, E::InvalidRequest.code());
    let rule = AclCreation::default().with_principal(StrBytes::from_static_str("User:read"));
    let made = ask!(client, CreateAcls, 3, CreateAclsRequest::default().with_creations(vec![rule]));
    assert_eq!(made.results[0].error_code, E::InvalidRequest.code());
    assert!(made.results[0].error_message.as_ref().unwrap().contains("set-role"));
    let gone = DeleteAclsRequest::default().with_filters(vec![DeleteAclsFilter::default()]);
    assert_eq!(ask!(client, DeleteAcls, 3, gone).filter_results[0].error_code, E::InvalidRequest.code());
}
