//! A test that runs beside everything else, for a window that looks at it whenever it draws.

use std::{sync::Arc, thread};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{Profile, Secrets, WalkStage, WalkState, WalkStep, walk};
use crate::session::{Phrase, Problem};

/// A test of a connection on a thread of its own. Dropped, it ends.
pub struct TestRun {
    shared: Arc<Mutex<Shared>>,
    /// Its end tells the thread to stop.
    _stop: oneshot::Sender<()>,
}

#[derive(Default)]
struct Shared {
    steps: Vec<WalkStep>,
    is_done: bool,
}

impl TestRun {
    /// Starts. `wake` is called, from another thread, whenever there is something new.
    pub fn start(profile: Profile, secrets: Secrets, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let (slot, told) = (Arc::clone(&shared), Arc::clone(&shared));
        let spawned = thread::Builder::new().name("test connection".to_owned()).spawn(move || {
            let ended = run(&profile, &secrets, stopped, |step| {
                slot.lock().put(step);
                wake();
            });
            if let Err(error) = ended {
                slot.lock().put(no_thread(&error));
            }
            slot.lock().is_done = true;
            wake();
        });
        if let Err(error) = spawned {
            let mut shared = told.lock();
            shared.put(no_thread(&error));
            shared.is_done = true;
        }
        Self { shared, _stop: stop }
    }

    /// The steps so far, each once, in their order.
    pub fn steps(&self) -> Vec<WalkStep> {
        self.shared.lock().steps.clone()
    }

    /// Whether it is over.
    pub fn is_done(&self) -> bool {
        self.shared.lock().is_done
    }

    /// Whether it is over and every step went well.
    pub fn passed(&self) -> bool {
        let shared = self.shared.lock();
        shared.is_done
            && shared.steps.len() == WalkStage::ALL.len()
            && shared.steps.iter().all(|step| matches!(step.state, WalkState::Passed | WalkState::Skipped))
    }
}

impl Shared {
    /// In the place of what was told of the same stage before.
    fn put(&mut self, step: WalkStep) {
        match self.steps.iter_mut().find(|known| known.stage == step.stage) {
            Some(known) => *known = step,
            None => self.steps.push(step),
        }
    }
}

fn run(
    profile: &Profile,
    secrets: &Secrets,
    stopped: oneshot::Receiver<()>,
    mut told: impl FnMut(WalkStep) + Send,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            _ = walk(profile, secrets, &mut told) => {}
            // Also when the handle is dropped.
            _ = stopped => {}
        }
    });
    // A look-up of a name cannot be interrupted, and nobody waits for it.
    runtime.shutdown_background();
    Ok(())
}

fn no_thread(error: &std::io::Error) -> WalkStep {
    WalkStep {
        stage: WalkStage::Name,
        state: WalkState::Failed,
        found: None,
        problem: Some(Problem::new(Phrase::new("walk-failed-name"), error.to_string())),
        took: std::time::Duration::ZERO,
    }
}
