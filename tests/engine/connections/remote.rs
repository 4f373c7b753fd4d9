//! A session on a cluster of a profile: it works, nothing can be changed when it is read-only, and no secret is shown.

use std::time::Duration;

use millpond::{
    client::{ClientError, Consumer, ConsumerOptions, NewTopic, ProduceOptions},
    model::NewRecord,
    session::{
        OpenSessionOptions, Session,
        connections::{ConnectionBook, Profile, SecretKind, Secrets},
    },
};

use super::{Bed, SECRET, as_ann, knowing, trusting};

const PATIENCE: Duration = Duration::from_secs(20);

fn open(profile: Profile, secrets: Secrets, folder: std::path::PathBuf) -> Session {
    std::thread::spawn(move || Session::open_remote(&profile, &secrets, &folder, OpenSessionOptions::quiet()).unwrap())
        .join()
        .unwrap()
}

async fn close(session: Session) {
    tokio::task::spawn_blocking(move || session.close()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_is_opened_and_its_history_kept() {
    let (bed, certificate) = Bed::encrypted(&["127.0.0.1"], true).await;
    let profile = as_ann(trusting(bed.profile(), certificate), "SCRAM-SHA-512");
    let secrets = knowing(SecretKind::Password, SECRET);
    let session = open(profile.clone(), secrets, bed.folder.path().to_owned());
    assert!(session.inspector().is_none() && session.broker().is_none() && !session.is_read_only());
    assert_eq!(session.profile().unwrap().name, "bed");
    session.client().create_topic(&NewTopic::new("orders", 1)).await.unwrap();
    let record = NewRecord { value: Some("v".into()), ..NewRecord::default() };
    session.client().produce("orders", vec![record], ProduceOptions::default()).await.unwrap();
    assert!(bed.folder.path().join(profile.id.to_string()).join("lag.sqlite").exists());
    close(session).await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_read_only_connection_nothing_is_changed() {
    let bed = Bed::new(|_, _| {}).await;
    let writer = open(bed.profile(), Secrets::default(), bed.folder.path().to_owned());
    writer.client().create_topic(&NewTopic::new("orders", 1)).await.unwrap();
    let record = || vec![NewRecord { value: Some("v".into()), ..NewRecord::default() }];
    writer.client().produce("orders", record(), ProduceOptions::default()).await.unwrap();
    let profile = Profile { read_only: true, ..bed.profile() };
    let session = open(profile, Secrets::default(), bed.folder.path().to_owned());
    assert!(session.is_read_only());
    let client = session.client().clone();
    assert_eq!(client.topics().await.unwrap().len(), 1);
    assert!(client.describe_topic_configs("orders").await.is_ok());
    let refused = |result: Result<(), ClientError>| {
        let error = result.unwrap_err();
        assert!(matches!(error, ClientError::ReadOnly { .. }), "{error}");
        assert!(error.to_string().contains("read-only") && !error.is_retriable());
    };
    refused(client.create_topic(&NewTopic::new("more", 1)).await.map(drop));
    refused(client.delete_topic("orders").await.map(drop));
    refused(client.delete_group("g").await.map(drop));
    refused(client.add_user("bob", "secret", millpond::model::Role::Read).await);
    refused(client.produce("orders", record(), ProduceOptions::default()).await.map(drop));
    // Nor is a group joined: a member takes partitions away from others.
    let consumer = Consumer::start(client.clone(), ConsumerOptions::new("g", ["orders"]));
    // A poll also comes back, empty, when the member begins to join.
    let refusal = async {
        loop {
            if let Err(error) = consumer.poll(PATIENCE).await {
                return error;
            }
        }
    };
    refused(Err(tokio::time::timeout(PATIENCE, refusal).await.unwrap()));
    consumer.kill();
    assert!(writer.client().groups().await.unwrap().is_empty());
    assert_eq!(writer.client().topics().await.unwrap().len(), 1);
    close(session).await;
    close(writer).await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_a_cluster_closed_is_said_without_secrets() {
    let bed = Bed::new(|options, _| options.authentication = true).await;
    let profile = as_ann(bed.profile(), "PLAIN");
    let open = |profile: &Profile, secrets: Secrets| {
        let (profile, folder) = (profile.clone(), bed.folder.path().to_owned());
        let opened = std::thread::spawn(move || {
            let opened = Session::open_remote(&profile, &secrets, &folder, OpenSessionOptions::quiet());
            opened.map(|session| session.close()).map_err(|error| format!("{error} {error:?}"))
        });
        opened.join().unwrap()
    };
    assert!(open(&profile, Secrets::default()).unwrap_err().contains("password of the connection is not known"));
    let wrong = format!("{SECRET}-wrong");
    let error = open(&profile, knowing(SecretKind::Password, &wrong)).unwrap_err();
    assert!(error.contains("\"ann\"") && !error.contains(SECRET), "{error}");
    let shown = format!("{:?}", knowing(SecretKind::Password, SECRET));
    assert!(shown.contains("***") && !shown.contains(SECRET), "{shown}");
    // Nor is it in the file of the connections.
    let path = bed.folder.path().join("connections.json");
    ConnectionBook::load(&path).0.put(profile).unwrap();
    assert!(!std::fs::read_to_string(&path).unwrap().contains(SECRET));
    bed.end().await;
}
