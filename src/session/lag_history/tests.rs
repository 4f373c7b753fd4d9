//! The history through its door: restarts, falling resolution, bad files.
#![allow(clippy::unwrap_used)]

use super::*;

const DAY_MILLIS: i64 = 24 * 3_600_000;

fn key(partition: PartitionId) -> SeriesKey {
    SeriesKey { group: "billing".into(), topic: "orders".into(), partition }
}

fn seen(lag: u64) -> Seen {
    Seen { committed: Some(100), end: Some(100 + lag as i64), lag: Some(lag), first_unread_at: Some(0) }
}

fn query(now: i64, range_millis: i64, summed: bool) -> LagQuery {
    LagQuery { group: "billing".into(), topic: None, now, range_millis, summed }
}

fn ask(history: &LagHistory, query: LagQuery) -> LagChart {
    futures_block(history.query(query)).unwrap()
}

fn futures_block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Notes without loss: the queue is bounded, so wait for the thread by asking it something now and then.
fn fill(history: &LagHistory, times: impl Iterator<Item = i64>, lag: impl Fn(i64) -> u64) {
    for (count, at) in times.enumerate() {
        history.note(at, vec![(key(0), seen(lag(at))), (key(1), seen(1))]);
        if count % 64 == 63 {
            ask(history, query(at, 1_000, true));
        }
    }
}

#[test]
fn a_restart_keeps_the_past_and_the_time_between_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let (history, thread, _) = LagHistory::open(folder.path()).unwrap();
    fill(&history, (0..60).map(|s| s * 1_000), |_| 7);
    drop((history, thread));

    let (history, _thread, _) = LagHistory::open(folder.path()).unwrap();
    fill(&history, (120..180).map(|s| s * 1_000), |_| 9);
    let chart = ask(&history, query(179_000, 180_000, false));
    assert_eq!(chart.series.len(), 2);
    let lag_at = |second: i64| {
        let index = chart.times.iter().position(|t| *t == second * 1_000).unwrap();
        chart.series[0].points[index].lag
    };
    assert_eq!((lag_at(10), lag_at(90), lag_at(150), lag_at(179)), (Some(7), None, Some(9), Some(9)));
    let summed = ask(&history, query(179_000, 180_000, true));
    assert_eq!(summed.series.len(), 1);
    assert_eq!(summed.series[0].points.last().unwrap().lag, Some(10));
}

#[test]
fn resolution_falls_with_age_and_a_week_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (history, thread, _) = LagHistory::open(folder.path()).unwrap();
    // A sight every half minute of eight days is enough: coarse tiers fill the same way.
    let end = 9 * DAY_MILLIS;
    fill(&history, (0..end / 300_000).map(|n| n * 300_000), |at| (at / DAY_MILLIS) as u64);
    fill(&history, (0..60).map(|n| end + n * 1_000), |_| 50);
    drop((history, thread));
    let (history, _thread, _) = LagHistory::open(folder.path()).unwrap();
    let now = end + 60_000;
    history.note(now, vec![(key(0), seen(50))]);
    let week = ask(&history, query(now, 7 * DAY_MILLIS, false));
    assert!(week.step_millis >= 60_000 && week.times.len() as i64 <= LAG_POINTS_MAX);
    assert_eq!(week.series[0].points.first().unwrap().lag, Some(2));
    let quarter = ask(&history, query(now, 15 * 60_000, false));
    assert!(quarter.step_millis <= 2_000);
    assert_eq!(quarter.series[0].points.last().unwrap().lag, Some(50));
}

#[test]
fn old_rows_go_and_forgotten_series_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("lag.sqlite")).unwrap();
    let (old, new) = (store.add_series(&key(0)).unwrap(), store.add_series(&key(1)).unwrap());
    let now = 20 * DAY_MILLIS;
    let row = |tier, series, at| Row { tier, series, run: tiers::Run { at, until: at, seen: seen(1) } };
    let rows: Vec<_> = (0..3).flat_map(|tier| [row(tier, old, 0), row(tier, new, now - 3_600_000)]).collect();
    store.write(&rows).unwrap();
    assert_eq!(store.compact(now, |_| false).unwrap(), [old]);
    let left: Vec<usize> = (0..3).map(|tier| store.runs(tier, new, 0, now).unwrap().len()).collect();
    assert_eq!(left, [0, 1, 1]);
}

#[test]
fn a_foreign_file_is_set_aside_and_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lag.sqlite");
    std::fs::write(&path, b"these are somebody's notes, not a database at all, and quite long too").unwrap();
    let (history, _thread, _) = LagHistory::open(folder.path()).unwrap();
    history.note(1_000, vec![(key(0), seen(3))]);
    let chart = ask(&history, query(1_000, 60_000, true));
    assert_eq!(chart.series[0].points.last().unwrap().lag, Some(3));
    assert!(folder.path().join("lag.sqlite.set-aside").exists());
}
