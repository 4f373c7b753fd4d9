//! Transactions over the end of the process, at any moment of theirs.

use super::*;

#[tokio::test]
async fn a_transaction_goes_on_after_a_crash() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let who = stage.init("x").await.unwrap();
    stage.send("x", 12, 0, batch(who, 0, true, "a")).await;
    let stage = stage.after_a_crash().await;
    assert_eq!(stage.committed(0, 0).await.last_stable_offset, 0);
    let again = stage.send("x", 12, 0, batch(who, 0, true, "a")).await;
    assert_eq!((again.error_code, again.base_offset), (0, 0), "the batch is there once");
    stage.send("x", 12, 0, batch(who, 1, true, "b")).await;
    let next = stage.end("x", 5, who, true).await.unwrap();
    let stage = stage.after_a_crash().await;
    assert_eq!(stage.seen(0).await, ["a", "b"]);
    assert_eq!(stage.end("x", 5, who, true).await, Ok(next), "the answer was lost with the broker");
}

#[tokio::test]
async fn what_was_decided_before_a_crash_is_finished_after_it() {
    for committed in [true, false] {
        let stage = Stage::new().await;
        stage.create("t", 2, &[]).await;
        let who = stage.init("x").await.unwrap();
        stage.send("x", 12, 0, batch(who, 0, true, "a")).await;
        stage.send("x", 12, 1, batch(who, 0, true, "b")).await;
        stage.pend("x", 5, who, "g", 1).await;
        // As it is when the decision is on disk and no marker is.
        let decided = stage.after_a_crash().await;
        decided.broker.shutdown().await;
        let meta = rusqlite::Connection::open(decided.path().join("meta.sqlite")).unwrap();
        let state = if committed { 2 } else { 3 };
        meta.execute("UPDATE txn SET state = ?1, epoch = epoch + 1, last_epoch = epoch", [state]).unwrap();
        drop(meta);
        let stage = decided.open_again().await.unwrap();
        until(async || stage.state("x").await.starts_with("Complete")).await;
        for (partition, value) in [(0, "a"), (1, "b")] {
            let seen = stage.seen(partition).await;
            assert_eq!(seen, if committed { vec![value] } else { vec![] });
            let data = stage.committed(partition, 0).await;
            assert_eq!((data.last_stable_offset, data.high_watermark), (2, 2));
        }
        assert_eq!(stage.position("g", true).await, (0, if committed { 1 } else { -1 }));
        let next = Who { epoch: who.epoch + 1, ..who };
        assert_eq!(stage.end("x", 5, who, committed).await, Ok(next));
        assert_eq!(stage.send("x", 12, 0, batch(next, 0, true, "c")).await.error_code, 0);
    }
}
