//! What asks the process to end from outside: the window closes as by its button, a command finishes what it does.

/// The signals that mean "end in order".
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes them over from the system, which would end the process at once. Call inside a tokio runtime with I/O.
    ///
    /// # Errors
    /// When the system does not let the process listen.
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// The signals that mean "end in order".
#[cfg(windows)]
pub(super) struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    /// Takes them over from the system, which would end the process at once. Call inside a tokio runtime.
    ///
    /// # Errors
    /// When the system does not let the process listen.
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self { ctrl_c: ctrl_c()?, ctrl_break: ctrl_break()?, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
    }

    /// Waits for the next one.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.ctrl_break.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}

/// Exit status after a second signal, as after Ctrl+C in a shell.
const IMPATIENT: i32 = 130;

/// Calls `close` at the first signal; a second one ends the process at once, should closing take too long. Waits on a
/// thread of its own; a window that cannot listen is only closed less gently.
pub(super) fn on_first(close: impl FnOnce() + Send + 'static) {
    let listening = std::thread::Builder::new().name("signals".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut signals = Signals::listen()?;
            signals.wait().await;
            close();
            signals.wait().await;
            std::process::exit(IMPATIENT)
        })
    });
    let _: Option<std::thread::JoinHandle<std::io::Result<()>>> =
        listening.inspect_err(|error| tracing::warn!(%error, "signals are not listened to")).ok();
}
