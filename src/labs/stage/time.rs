//! The time of a stage: a runtime of one thread whose clock is paused, and the clock of its broker in lockstep.
//!
//! tokio's paused clock goes forward by itself, from one timer to the next, whenever nothing is left to do ("auto-advance",
//! `tokio::time::pause`); the driver does so while it parks. Before it parks the hook `on_thread_park` runs, after it has
//! moved the clock and before any task is polled `on_thread_unpark`: there the broker's clock is stepped by as much. As the
//! broker waits on the spot for its disk (`broker::wait_on_the_spot`), "nothing left to do" means just that, so one seed
//! gives one story, however fast it is played.

use std::{
    future::poll_fn,
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
    },
    task::{Poll, Waker},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    runtime::{Builder, Runtime},
    time::{Instant, sleep_until},
};

use crate::model::{ManualClock, TimestampMillis};

/// A runtime and its time.
pub struct StageTime {
    runtime: Runtime,
    lockstep: Arc<Lockstep>,
    idle: Arc<Idle>,
}

struct Lockstep {
    clock: Arc<ManualClock>,
    began: OnceLock<Instant>,
    passed_ms: AtomicI64,
}

impl Lockstep {
    /// Takes the broker's clock to where the runtime's is.
    fn follow(&self) {
        let Some(began) = self.began.get() else { return };
        let passed = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let before = self.passed_ms.swap(passed, SeqCst);
        if passed > before {
            self.clock.step(passed - before);
        }
    }
}

/// Tells when nothing is left to do at this moment.
#[derive(Default)]
struct Idle {
    waker: Mutex<Option<Waker>>,
    reached: AtomicBool,
}

impl Idle {
    fn parking(&self) {
        if let Some(waker) = self.waker.lock().take() {
            self.reached.store(true, SeqCst);
            waker.wake();
        }
    }

    async fn reached(&self) {
        self.reached.store(false, SeqCst);
        poll_fn(|context| {
            if self.reached.load(SeqCst) {
                return Poll::Ready(());
            }
            *self.waker.lock() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl StageTime {
    /// A time that begins at `epoch_ms`.
    ///
    /// # Errors
    /// When the runtime does not start.
    pub fn new(epoch_ms: TimestampMillis) -> io::Result<Self> {
        let clock = Arc::new(ManualClock::new(epoch_ms));
        let lockstep = Arc::new(Lockstep { clock, began: OnceLock::new(), passed_ms: AtomicI64::new(0) });
        let idle = Arc::new(Idle::default());
        let (following, parking) = (Arc::clone(&lockstep), Arc::clone(&idle));
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .on_thread_unpark(move || following.follow())
            .on_thread_park(move || parking.parking())
            .build()?;
        let began = runtime.block_on(async { Instant::now() });
        // Never set before.
        let _ = lockstep.began.set(began);
        Ok(Self { runtime, lockstep, idle })
    }

    /// The clock for broker and clients.
    pub fn clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.lockstep.clock)
    }

    /// Milliseconds since the beginning.
    pub fn now_ms(&self) -> i64 {
        self.lockstep.passed_ms.load(SeqCst)
    }

    /// Lets so many milliseconds pass, and all that is due in them happen.
    pub fn pass(&self, millis: i64) {
        let Some(began) = self.lockstep.began.get().copied() else { return };
        let target = self.now_ms().saturating_add(millis.max(0));
        let until = began + Duration::from_millis(target.unsigned_abs());
        self.runtime.block_on(async {
            sleep_until(until).await;
            self.idle.reached().await;
        });
    }

    /// Runs something on the stage. Time passes only where it waits for time.
    pub fn run<T>(&self, doing: impl Future<Output = T>) -> T {
        self.runtime.block_on(async {
            let done = doing.await;
            self.idle.reached().await;
            done
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock as _;

    #[test]
    fn the_clocks_go_in_lockstep_and_stop_between() {
        let time = StageTime::new(1_000_000).unwrap();
        let clock = time.clock();
        let seen: Arc<Mutex<Vec<(i64, i64)>>> = Arc::default();
        let (noted, told) = (Arc::clone(&seen), time.clock());
        time.run(async move {
            let began = Instant::now();
            tokio::spawn(async move {
                for wait in [3, 0, 50, 1] {
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                    noted.lock().push((began.elapsed().as_millis() as i64, told.now() - 1_000_000));
                }
            });
        });
        assert_eq!(time.now_ms(), 0);
        time.pass(10);
        assert_eq!((time.now_ms(), clock.now()), (10, 1_000_010));
        assert_eq!(seen.lock().len(), 2);
        std::thread::sleep(Duration::from_millis(5));
        time.pass(3_600_000);
        assert_eq!(clock.now(), 4_600_010);
        let seen = seen.lock().clone();
        assert!(seen.iter().all(|(runtime, broker)| runtime == broker), "{seen:?}");
        assert_eq!(seen[2..], [(53, 53), (54, 54)]);
    }
}
