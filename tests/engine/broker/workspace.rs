//! The workspace: one owner, leftovers of a crash, damage beside health.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use kafka_protocol::ResponseError as E;
use millpond::broker::OpenError;

use super::stage::{Stage, batch, values};

fn topic_folder(workspace: &Path, topic: &str) -> PathBuf {
    let entries = fs::read_dir(workspace.join("topics")).unwrap().map(|entry| entry.unwrap().path());
    let starts = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{topic}-"));
    entries.into_iter().find(starts).unwrap()
}

/// Opens again although the first broker was never shut down, as after `kill -9`: its files are copied.
async fn after_a_crash(stage: &Stage) -> Stage {
    let copy = Stage::new().await;
    copy.broker.shutdown().await;
    fs::remove_file(copy.path().join("meta.sqlite")).unwrap();
    copy_folder(stage.path(), copy.path());
    copy.open_again().await.unwrap()
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_workspace_has_one_owner() {
    let stage = Stage::new().await;
    let Err(error) = stage.open_again().await else { panic!("opened twice") };
    let OpenError::Owned { pid, .. } = &error else { panic!("another error: {error}") };
    assert_eq!(*pid, Some(std::process::id()));
    assert!(error.to_string().contains("--data"), "it says what to do: {error}");
    stage.broker.shutdown().await;
    stage.broker.shutdown().await;
    assert!(stage.open_again().await.is_ok());
}

#[tokio::test]
async fn dropping_the_broker_frees_the_workspace() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["v"])).await;
    let (dir, clock) = (stage.dir.clone(), stage.clock.clone());
    drop(stage);
    let options = millpond::broker::BrokerOptions::new(dir.path(), clock.clone());
    // Background tasks may hold it for a moment more.
    let broker = loop {
        match millpond::broker::Broker::open(options.clone()).await {
            Ok(broker) => break broker,
            Err(OpenError::Owned { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    let stage = Stage { broker, clock, dir };
    assert_eq!(values(&stage.fetch("t", 0, 0).await), ["v"]);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[("retention.ms", "-1")]).await;
    stage.produce("t", 0, batch(&["a"])).await;
    stage.produce_with("t", 1, batch(&["b"]), 1).await;
    let again = after_a_crash(&stage).await;
    assert_eq!(values(&again.fetch("t", 0, 0).await), ["a"]);
    assert_eq!(values(&again.fetch("t", 1, 0).await), ["b"]);
    assert!(again.broker.inspector().damage().is_empty());
}

#[tokio::test]
async fn a_damaged_partition_is_set_aside_and_the_rest_goes_on() {
    let stage = Stage::new().await;
    stage.create("t", 5, &[]).await;
    for partition in 0..4 {
        stage.produce("t", partition, batch(&["v"])).await;
    }
    stage.broker.shutdown().await;
    let folder = topic_folder(stage.path(), "t");
    fs::write(folder.join("0.sqlite"), "this is no database at all, but some text").unwrap();
    let whole = fs::read(folder.join("1.sqlite")).unwrap();
    fs::write(folder.join("1.sqlite"), &whole[..whole.len() / 2]).unwrap();
    fs::remove_file(folder.join("2.sqlite")).unwrap();
    let stage = stage.open_again().await.unwrap();
    for partition in 0..3 {
        assert_eq!(stage.fetch("t", partition, 0).await.error_code, E::KafkaStorageError.code(), "{partition}");
        let refused = stage.produce("t", partition, batch(&["v"])).await;
        assert_eq!(refused.error_code, E::KafkaStorageError.code(), "{partition}");
        assert!(refused.error_message.unwrap().contains(&format!("{partition}.sqlite")));
        assert_eq!(stage.offset("t", partition, -1).await.error_code, E::KafkaStorageError.code());
    }
    for partition in 3..5 {
        assert_eq!(stage.produce("t", partition, batch(&["more"])).await.error_code, 0);
    }
    assert_eq!(values(&stage.fetch("t", 3, 0).await), ["v", "more"]);
    let damage = stage.broker.inspector().damage();
    assert_eq!(damage.iter().map(|one| one.partition).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(fs::read(folder.join("0.sqlite")).unwrap(), b"this is no database at all, but some text");
}

#[tokio::test]
async fn damage_is_found_without_anybody_asking_for_the_partition() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["v"])).await;
    stage.broker.shutdown().await;
    let file = topic_folder(stage.path(), "t").join("0.sqlite");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let stage = stage.open_again().await.unwrap();
    let found = async {
        while stage.broker.inspector().damage().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("the broker looks by itself");
}

#[tokio::test]
async fn leftovers_of_a_crash_are_finished_or_undone() {
    let stage = Stage::new().await;
    for topic in ["kept", "renamed", "doomed"] {
        stage.create(topic, 1, &[]).await;
        stage.produce(topic, 0, batch(&[topic])).await;
    }
    stage.broker.shutdown().await;
    let topics = stage.path().join("topics");
    let with = |path: &Path, suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    let renamed = topic_folder(stage.path(), "renamed");
    fs::rename(&renamed, with(&renamed, ".new")).unwrap();
    let doomed = topic_folder(stage.path(), "doomed");
    fs::rename(&doomed, with(&doomed, ".deleted")).unwrap();
    fs::create_dir(topics.join("half-00000000-0000-0000-0000-000000000000.new")).unwrap();
    fs::create_dir(topics.join("somebody's own folder")).unwrap();
    let stage = stage.open_again().await.unwrap();
    assert_eq!(values(&stage.fetch("kept", 0, 0).await), ["kept"]);
    assert_eq!(values(&stage.fetch("renamed", 0, 0).await), ["renamed"]);
    assert_eq!(stage.fetch("doomed", 0, 0).await.error_code, E::UnknownTopicOrPartition.code());
    assert_eq!(fs::read_dir(&topics).unwrap().count(), 3, "two topics, and what is not ours");
    let stage = stage.reopen().await;
    assert_eq!(stage.fetch("doomed", 0, 0).await.error_code, E::UnknownTopicOrPartition.code());
}

#[tokio::test]
async fn topics_are_found_again_when_meta_is_gone_and_a_foreign_meta_is_refused() {
    let stage = Stage::new().await;
    stage.create("t", 3, &[]).await;
    stage.produce("t", 2, batch(&["v"])).await;
    stage.broker.shutdown().await;
    let meta = stage.path().join("meta.sqlite");
    fs::write(&meta, vec![7; 8192]).unwrap();
    let Err(error) = stage.open_again().await else { panic!("opened a foreign file") };
    assert!(matches!(error, OpenError::Meta { .. }), "{error}");
    assert!(error.to_string().contains("move it away"));
    assert_eq!(fs::read(&meta).unwrap(), vec![7; 8192], "it was not touched");
    fs::remove_file(&meta).unwrap();
    let stage = stage.open_again().await.unwrap();
    assert_eq!(values(&stage.fetch("t", 2, 0).await), ["v"]);
    assert_eq!(stage.offset("t", 0, -1).await.offset, 0);
    let stage = stage.reopen().await;
    assert_eq!(values(&stage.fetch("t", 2, 0).await), ["v"]);
}

#[tokio::test]
async fn a_full_disk_refuses_the_append_and_nothing_else() {
    let stage = Stage::with(|options| options.partition_pages_max = Some(30)).await;
    stage.create("t", 1, &[]).await;
    let large = "x".repeat(30_000);
    let mut stored = 0;
    let refused = loop {
        let answer = stage.produce("t", 0, batch(&[&large])).await;
        if answer.error_code != 0 {
            break answer;
        }
        stored += 1;
        assert!(stored < 100, "it never fills");
    };
    assert_eq!(refused.error_code, E::KafkaStorageError.code());
    assert!(refused.error_message.unwrap().contains("free some space"));
    assert!(stored > 0);
    assert_eq!(stage.offset("t", 0, -1).await.offset, stored);
    assert_eq!(values(&stage.fetch("t", 0, stored - 1).await), [large]);
    assert!(stage.broker.inspector().damage().is_empty());
}
