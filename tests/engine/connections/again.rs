//! Logins that count for some time only (KIP-368): the user logs in anew on the same connection, in the midst of the work.

use std::time::{Duration, Instant};

use millpond::{
    client::{Client, NewTopic, OffsetSpec, ProduceOptions},
    model::{NewRecord, TopicPartition},
    session::connections::SecretKind,
};

use super::{Bed, SECRET, as_ann, knowing};

/// More than the client leaves between two logins at least: one that comes too late would be the end of the connection.
const SESSION_MILLIS: u64 = 1_300;
/// Several sessions.
const WORK: Duration = Duration::from_millis(4_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_goes_on_over_many_sessions_on_the_same_connections() {
    let bed = Bed::new(|options, _| {
        options.authentication = true;
        options.limits.reauthenticate_ms = SESSION_MILLIS;
    })
    .await;
    let clients = ["SCRAM-SHA-256", "PLAIN"].map(|mechanism| {
        let transport = as_ann(bed.profile(), mechanism).transports(&knowing(SecretKind::Password, SECRET));
        (Client::new(transport.unwrap()(mechanism), mechanism), mechanism)
    });
    let until = Instant::now() + WORK;
    futures_util::future::join_all(clients.iter().map(|(client, topic)| work(client, topic, until))).await;
    let ended = bed.broker.inspector().departed();
    assert!(ended.is_empty(), "{ended:?}");
    bed.end().await;
}

/// Produces and looks until then, several at once, so that there is hardly a moment at which nothing waits for its answer.
async fn work(client: &Client, topic: &str, until: Instant) {
    client.create_topic(&NewTopic::new(topic, 1)).await.unwrap();
    let produce = |_| async {
        let mut sent = 0;
        while Instant::now() < until {
            let record = NewRecord { value: Some("x".into()), ..NewRecord::default() };
            client.produce(topic, vec![record], ProduceOptions::default()).await.unwrap();
            sent += 1;
        }
        sent
    };
    let look = |_| async {
        while Instant::now() < until {
            client.cluster().await.unwrap();
        }
    };
    let (sent, _) = futures_util::join!(
        futures_util::future::join_all((0..4).map(produce)),
        futures_util::future::join_all((0..4).map(look))
    );
    let kept = client.offset(&TopicPartition::new(topic, 0), OffsetSpec::Latest).await.unwrap();
    assert_eq!(kept.unwrap(), sent.into_iter().sum::<i64>(), "each once");
}
