//! The browser against a topic made up in memory: the order, the windows and the tail must agree with a plain model.

mod fake;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::runtime::Runtime;

use self::fake::{FakeTopic, Told};
use super::order::Order;
use super::{BrowseRequest, BrowseView, Browser, Phase, Row, SearchState, SearchText, Start};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn browser(topic: &Arc<FakeTopic>) -> Browser {
    Browser::with_source(Arc::clone(topic) as _, tokio::runtime::Handle::current(), Arc::new(|| ()), "fake".into())
}

/// Waits until the view is as wanted; the fake never fails, so a view that fails ends the test.
async fn until(browser: &Browser, wanted: impl Fn(&BrowseView) -> bool) -> Arc<BrowseView> {
    for _ in 0..20_000 {
        let view = browser.view();
        assert!(!matches!(view.phase, Phase::Failed(_)), "{:?}", view.phase);
        if wanted(&view) {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the view never came to be: {:?}", browser.view());
}

fn told(row: &Row) -> Told {
    (row.partition, row.offset, row.record().map(|record| record.value.clone().unwrap_or_default()))
}

/// Every row of the list, by scrolling through it in steps of a screen.
async fn scroll_through(browser: &Browser, generation: u64) -> Vec<Told> {
    let first = until(browser, |view| view.generation == generation && view.phase == Phase::Ready).await;
    let mut rows = Vec::new();
    let mut at = 0;
    while at < first.len() {
        let end = (at + 40).min(first.len());
        browser.show(at..end);
        let view = until(browser, |view| (at..end).all(|index| view.row(index).is_some())).await;
        rows.extend((at..end).map(|index| told(view.row(index).unwrap())));
        at = end;
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_list_shows_every_offset_once_in_the_models_order(topic in fake::topics(), newest in any::<bool>()) {
        runtime().block_on(async {
            let topic = Arc::new(topic);
            let mut expected = topic.in_order();
            if newest {
                expected.reverse();
            }
            let browser = browser(&topic);
            let start = if newest { Start::Newest } else { Start::Oldest };
            let generation = browser.request(BrowseRequest { start, ..Default::default() });
            let shown = scroll_through(&browser, generation).await;
            assert_eq!(shown, expected);
        });
    }

    #[test]
    fn every_rank_is_found_and_every_record_knows_its_rank(topic in fake::topics()) {
        runtime().block_on(async {
            let topic = Arc::new(topic);
            let expected = topic.in_order();
            let mut order = Order::new(Arc::clone(&topic) as _, topic.spans()).await.unwrap();
            assert_eq!(order.total(), expected.len() as u64);
            for (rank, (partition, offset, _)) in expected.iter().enumerate().rev().step_by(7) {
                let cursor = order.locate(rank as u64).await.unwrap();
                let below: i64 = order.spans().iter().zip(&cursor.offsets).map(|(span, offset)| offset - span.lo).sum();
                assert_eq!(below, rank as i64);
                assert_eq!(order.rank_of(*partition, *offset).await.unwrap(), rank as u64);
            }
        });
    }

    #[test]
    fn a_search_finds_what_a_plain_filter_finds_in_the_same_order(topic in fake::topics(), newest in any::<bool>()) {
        runtime().block_on(async {
            let topic = Arc::new(topic);
            let mut expected: Vec<Told> = topic.in_order();
            expected.retain(|(.., value)| value.as_ref().is_some_and(|value| value.windows(2).any(|two| two.eq_ignore_ascii_case(b"a7"))));
            if newest {
                expected.reverse();
            }
            let browser = browser(&topic);
            let search = Some(SearchText { text: "A7".into(), exact_case: false });
            let start = if newest { Start::Newest } else { Start::Oldest };
            let generation = browser.request(BrowseRequest { start, search, ..Default::default() });
            let view = until(&browser, |view| {
                view.generation == generation && view.search.is_some_and(|search| search.state == SearchState::Done)
            }).await;
            let found: Vec<Told> = (0..view.len()).map(|index| told(view.row(index).unwrap())).collect();
            assert_eq!(found, expected);
            let search = view.search.unwrap();
            assert_eq!((search.searched, search.hits), (search.total, expected.len() as u64));
        });
    }

    #[test]
    fn a_range_of_time_and_the_bars_count_the_same_records(topic in fake::topics()) {
        runtime().block_on(async {
            let topic = Arc::new(topic);
            let spans = topic.spans();
            let bars = super::histogram::compute(&*topic, &spans, 1).await.unwrap();
            let timed = topic.in_order().len() as u64;
            assert_eq!(bars.counts.iter().sum::<u64>(), timed, "{bars:?}");
            let Some(fullest) = (0..bars.counts.len()).max_by_key(|bar| bars.counts[*bar]) else { return };
            let from = bars.from + bars.width * fullest as i64;
            let browser = browser(&topic);
            let time_range = Some((from, from + bars.width));
            let generation = browser.request(BrowseRequest { time_range, ..Default::default() });
            let view = until(&browser, |view| view.generation == generation && view.phase == Phase::Ready).await;
            assert_eq!(view.len(), bars.counts[fullest]);
        });
    }
}

#[test]
fn a_tail_with_pauses_shows_every_record_once() {
    runtime().block_on(async {
        let topic = Arc::new(FakeTopic::new(3));
        topic.append(0, &[(5, "before".into())]);
        let browser = browser(&topic);
        let generation = browser.request(BrowseRequest { start: Start::Live, ..Default::default() });
        until(&browser, |view| view.generation == generation && view.len() == 1).await;
        let mut sent = 1;
        for round in 0..6_i64 {
            for partition in 0..3 {
                let batch: Vec<_> = (0..7).map(|n| (round * 10 + n, format!("{round}-{partition}-{n}"))).collect();
                topic.append(partition, &batch);
                sent += 7;
            }
            if round % 2 == 1 {
                browser.pause(false);
                until(&browser, |view| view.len() == sent && view.live.as_ref().is_some_and(|live| live.waiting == 0))
                    .await;
                browser.pause(true);
                until(&browser, |view| view.live.as_ref().is_some_and(|live| live.paused)).await;
            } else if round > 0 {
                let view = until(&browser, |view| view.live.as_ref().is_some_and(|live| live.waiting == 21)).await;
                assert_eq!(view.len(), sent - 21, "a pause shows nothing new");
            }
        }
        browser.pause(false);
        let view = until(&browser, |view| view.len() == sent).await;
        let mut seen: Vec<_> = (0..view.len()).map(|index| told(view.row(index).unwrap())).collect();
        for partition in 0..3 {
            let offsets: Vec<i64> = seen.iter().filter(|row| row.0 == partition).map(|row| row.1).collect();
            assert!(offsets.is_sorted_by(|newer, older| newer > older), "newest on top: {offsets:?}");
        }
        seen.sort_by_key(|row| (row.0, row.1));
        let mut expected = topic.in_order();
        expected.sort_by_key(|row| (row.0, row.1));
        assert_eq!(seen, expected);
    });
}

#[test]
fn late_results_of_an_older_request_are_dropped() {
    runtime().block_on(async {
        let topic = Arc::new(FakeTopic::new(2));
        for n in 0..400_usize {
            topic.append(n % 2, &[(n as i64, format!("record {n}"))]);
        }
        topic.delay(Duration::from_millis(20));
        let browser = browser(&topic);
        let search = Some(SearchText { text: "record 7".into(), exact_case: false });
        browser.request(BrowseRequest { search, ..Default::default() });
        tokio::time::sleep(Duration::from_millis(30)).await;
        let newest = browser.request(BrowseRequest { start: Start::Oldest, ..Default::default() });
        topic.delay(Duration::ZERO);
        let view = until(&browser, |view| view.generation == newest && view.phase == Phase::Ready).await;
        assert_eq!(view.len(), 400);
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(browser.view().generation, newest);
            assert!(browser.view().search.is_none());
        }
    });
}

#[test]
fn the_window_is_bounded_and_goes_anywhere_at_once() {
    runtime().block_on(async {
        let topic = Arc::new(FakeTopic::new(2));
        for partition in 0..2 {
            for n in 0..70_i64 {
                let batch: Vec<_> = (0..1_000).map(|i| (n * 1_000 + i, format!("{n}/{i}"))).collect();
                topic.append(partition, &batch);
            }
        }
        let browser = browser(&topic);
        let generation = browser.request(BrowseRequest { start: Start::Oldest, ..Default::default() });
        until(&browser, |view| view.generation == generation && view.phase == Phase::Ready).await;
        browser.go_to(1, 69_999);
        let view = until(&browser, |view| view.anchor.is_some_and(|anchor| view.row(anchor.row).is_some())).await;
        assert_eq!(view.anchor.map(|anchor| anchor.row), Some(139_999));
        assert_eq!(told(view.row(139_999).unwrap()).1, 69_999);
        for at in (0..140_000).step_by(700) {
            browser.show(at..at + 30);
            let view = until(&browser, |view| view.row(at).is_some() && view.row(at + 29).is_some()).await;
            let (rows, bytes) = view.loaded();
            assert!(rows <= super::WINDOW_ROWS_MAX && bytes <= super::WINDOW_BYTES_MAX);
        }
    });
}

#[test]
fn a_place_in_a_large_topic_is_found_with_few_questions() {
    runtime().block_on(async {
        let topic = Arc::new(FakeTopic::new(3));
        for n in 0..90_000_usize {
            let spread = (n * 7_919) % 5_000;
            if n % 1_000 == 0 {
                let batch: Vec<_> = (0..1_000).map(|i| ((n + i) as i64 * 40 + spread as i64, String::new())).collect();
                topic.append(n / 1_000 % 3, &batch);
            }
        }
        for rank in [1, 4_321, 45_000, 77_777, 89_999] {
            let mut order = Order::new(Arc::clone(&topic) as _, topic.spans()).await.unwrap();
            let before = topic.asked.load(std::sync::atomic::Ordering::SeqCst);
            let cursor = order.locate(rank).await.unwrap();
            let asked = topic.asked.load(std::sync::atomic::Ordering::SeqCst) - before;
            assert!(cursor.rank == rank && asked <= 12, "{asked} questions for rank {rank}");
        }
    });
}
