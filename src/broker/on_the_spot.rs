//! Waiting for other threads without letting go of this one, for who owns time.
//!
//! A lab runs its broker on one thread whose time stands still while something is to be done. A log's writer thread lives
//! outside of that time: were its answer awaited as usual, the runtime would be idle meanwhile and time would pass, and the
//! order of answers would be that of the disk. On a thread that has called [`wait_on_the_spot`] the thread itself waits.

use std::{
    cell::Cell,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use tokio::task::coop::unconstrained;

/// So many times longer timers sleep where time is the runtime's own.
const SLEEPS_LONGER: i64 = 20;

thread_local! {
    static ON_THE_SPOT: Cell<bool> = const { Cell::new(false) };
}

/// From now on brokers that are run by this thread, which must be the only one of its runtime, hold it while disk work is
/// done for them. Never for a thread that serves anybody else.
pub fn wait_on_the_spot() {
    ON_THE_SPOT.set(true);
}

/// Whether this thread waits itself.
pub(super) fn is_on_the_spot() -> bool {
    ON_THE_SPOT.get()
}

/// How long a timer sleeps at most that looks at the clock every `usual` milliseconds because the clock may go its own way.
/// Here time is the runtime's own: nothing is due before its deadline, and a jump over days need not stop at each second.
pub(super) fn timer_ms_max(usual: i64) -> i64 {
    if is_on_the_spot() { usual.saturating_mul(SLEEPS_LONGER) } else { usual }
}

/// Waits for what another thread of the broker does.
pub(super) async fn outside<T>(work: impl Future<Output = T>) -> T {
    if is_on_the_spot() { held(work) } else { work.await }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits and holds the thread. (The runtime's own ways refuse this inside a task.)
fn held<T>(work: impl Future<Output = T>) -> T {
    // A task whose budget is used up would never be woken here.
    let mut work = pin!(unconstrained(work));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match work.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn time_stands_still_while_another_thread_works() {
        let work = || {
            let (done, answer) = tokio::sync::oneshot::channel();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(20));
                let _ = done.send(7);
            });
            outside(answer)
        };
        let run = move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                let sleeper = tokio::spawn(tokio::time::sleep(Duration::from_millis(1)));
                let began = tokio::time::Instant::now();
                assert_eq!(work().await.unwrap(), 7);
                let passed = began.elapsed();
                sleeper.await.unwrap();
                passed
            })
        };
        let held = thread::spawn(move || {
            wait_on_the_spot();
            run()
        });
        assert_eq!(held.join().unwrap(), Duration::ZERO);
    }
}
