//! Long works: each has a title, progress, a way to cancel it, and an end that is told.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{Phrase, Problem};
use crate::model::{Clock, TimestampMillis};

/// Finished jobs that stay in the list; the oldest go first.
const JOBS_FINISHED_KEPT_MAX: usize = 100;
/// Jobs that run at the same time at most; more are refused, as nothing sensible starts that many.
pub const JOBS_RUNNING_MAX: usize = 64;
/// The rate is a mean over about this long.
const RATE_WINDOW_MILLIS: i64 = 3_000;

/// Number of a job in its session, from 1.
pub type JobId = u64;

/// What a job works on; decides its icon and where it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    Topic,
    Group,
    Import,
    Export,
    Generate,
    Sample,
    Copy,
    Other,
}

impl JobKind {
    /// Whether it moves records between files and topics, and stands in the list of those.
    pub fn is_transfer(self) -> bool {
        matches!(self, Self::Import | Self::Export | Self::Sample | Self::Copy)
    }
}

/// What a job counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobUnit {
    Records,
    Bytes,
    Steps,
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq)]
pub enum JobState {
    Running,
    /// With what to say about it.
    Done(Phrase),
    Failed(Problem),
    Cancelled,
}

/// A job as a screen shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    pub id: JobId,
    pub kind: JobKind,
    pub title: Phrase,
    pub unit: JobUnit,
    pub done: u64,
    /// `None`: not known how much there is.
    pub total: Option<u64>,
    /// Units a second over the last seconds.
    pub rate: Option<f64>,
    /// Milliseconds that are left at that rate.
    pub eta_millis: Option<i64>,
    pub state: JobState,
    pub started_at: TimestampMillis,
    pub finished_at: Option<TimestampMillis>,
    /// Cancel was asked for and it has not stopped yet.
    pub cancelling: bool,
    /// Something worth saying while it runs: lines skipped, the file it writes.
    pub note: Option<Phrase>,
}

/// Held by the work itself: reports progress and learns of cancelling. Cheap to clone.
#[derive(Clone)]
pub struct JobHandle(Arc<JobCell>);

struct JobCell {
    id: JobId,
    kind: JobKind,
    title: Phrase,
    unit: JobUnit,
    started_at: TimestampMillis,
    done: AtomicU64,
    cancelled: AtomicBool,
    cancel: Notify,
    inner: Mutex<Inner>,
}

struct Inner {
    total: Option<u64>,
    note: Option<Phrase>,
    state: JobState,
    finished_at: Option<TimestampMillis>,
    /// (time, done) over the last [`RATE_WINDOW_MILLIS`].
    marks: VecDeque<(TimestampMillis, u64)>,
}

/// The table of a session's jobs.
pub(crate) struct Jobs {
    clock: Arc<dyn Clock>,
    next: AtomicU64,
    /// Oldest first.
    table: Mutex<Vec<JobHandle>>,
}

impl JobHandle {
    pub fn id(&self) -> JobId {
        self.0.id
    }

    pub fn kind(&self) -> JobKind {
        self.0.kind
    }

    /// How much there is in all.
    pub fn set_total(&self, total: Option<u64>) {
        self.0.inner.lock().total = total;
    }

    /// That much more is done. Cheap enough for once a batch.
    pub fn advance(&self, by: u64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
    }

    /// That much is done in all.
    pub fn set_done(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    /// Something worth saying while it runs.
    pub fn set_note(&self, note: Phrase) {
        self.0.inner.lock().note = Some(note);
    }

    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        self.0.cancel.notify_waiters();
    }

    /// True once somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks to stop.
    pub async fn cancelled(&self) {
        loop {
            let notified = self.0.cancel.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if self.is_cancelled() {
                return;
            }
            notified.await;
        }
    }

    /// Runs `work` until it ends or the job is cancelled; `None` when cancelled.
    pub async fn or_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            value = work => Some(value),
            () = self.cancelled() => None,
        }
    }

    fn view(&self) -> JobView {
        let inner = self.0.inner.lock();
        let done = self.0.done.load(Ordering::Relaxed);
        let rate = match inner.state {
            JobState::Running => rate(&inner.marks),
            _ => None,
        };
        let eta_millis = match (rate, inner.total) {
            (Some(rate), Some(total)) if rate > 0.0 => {
                Some((total.saturating_sub(done) as f64 / rate * 1_000.0) as i64)
            }
            _ => None,
        };
        JobView {
            id: self.0.id,
            kind: self.0.kind,
            title: self.0.title.clone(),
            unit: self.0.unit,
            done,
            total: inner.total,
            rate,
            eta_millis,
            cancelling: matches!(inner.state, JobState::Running) && self.is_cancelled(),
            state: inner.state.clone(),
            started_at: self.0.started_at,
            finished_at: inner.finished_at,
            note: inner.note.clone(),
        }
    }

    fn is_running(&self) -> bool {
        matches!(self.0.inner.lock().state, JobState::Running)
    }

    fn mark(&self, now: TimestampMillis) {
        let done = self.0.done.load(Ordering::Relaxed);
        let mut inner = self.0.inner.lock();
        inner.marks.push_back((now, done));
        while inner.marks.len() > 2 && inner.marks.front().is_some_and(|(at, _)| now - at > RATE_WINDOW_MILLIS) {
            inner.marks.pop_front();
        }
    }
}

fn rate(marks: &VecDeque<(TimestampMillis, u64)>) -> Option<f64> {
    let (from, before) = *marks.front()?;
    let (to, after) = *marks.back()?;
    (to > from).then(|| after.saturating_sub(before) as f64 * 1_000.0 / (to - from) as f64)
}

impl Jobs {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, next: AtomicU64::new(1), table: Mutex::new(Vec::new()) }
    }

    /// Enters a job; `None` when [`JOBS_RUNNING_MAX`] run already.
    pub(crate) fn start(&self, kind: JobKind, title: Phrase, unit: JobUnit) -> Option<JobHandle> {
        let now = self.clock.now();
        let mut table = self.table.lock();
        if table.iter().filter(|job| job.is_running()).count() >= JOBS_RUNNING_MAX {
            return None;
        }
        let inner =
            Inner { total: None, note: None, state: JobState::Running, finished_at: None, marks: VecDeque::new() };
        let handle = JobHandle(Arc::new(JobCell {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            kind,
            title,
            unit,
            started_at: now,
            done: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
            cancel: Notify::new(),
            inner: Mutex::new(inner),
        }));
        handle.mark(now);
        table.push(handle.clone());
        drop_oldest_finished(&mut table);
        Some(handle)
    }

    /// Ends a job; a second end changes nothing.
    pub(crate) fn finish(&self, handle: &JobHandle, state: JobState) {
        let mut inner = handle.0.inner.lock();
        if matches!(inner.state, JobState::Running) {
            inner.state = state;
            inner.finished_at = Some(self.clock.now());
        }
    }

    /// Newest first.
    pub(crate) fn views(&self) -> Vec<JobView> {
        self.table.lock().iter().rev().map(JobHandle::view).collect()
    }

    /// Notes a job's progress for its rate; asked for a few times a second while it runs.
    pub(crate) fn mark(&self, job: &JobHandle) {
        job.mark(self.clock.now());
    }

    pub(crate) fn cancel(&self, id: JobId) {
        if let Some(job) = self.table.lock().iter().find(|job| job.id() == id) {
            job.cancel();
        }
    }

    /// Asks every running job to stop.
    pub(crate) fn cancel_all(&self) {
        for job in self.table.lock().iter() {
            job.cancel();
        }
    }

    /// Takes a finished job off the list.
    pub(crate) fn dismiss(&self, id: JobId) {
        self.table.lock().retain(|job| job.id() != id || job.is_running());
    }

    pub(crate) fn running(&self) -> usize {
        self.running_of(|_| true)
    }

    pub(crate) fn running_of(&self, is_meant: impl Fn(JobKind) -> bool) -> usize {
        self.table.lock().iter().filter(|job| is_meant(job.kind()) && job.is_running()).count()
    }
}

fn drop_oldest_finished(table: &mut Vec<JobHandle>) {
    let mut extra = table.iter().filter(|j| !j.is_running()).count().saturating_sub(JOBS_FINISHED_KEPT_MAX);
    table.retain(|job| {
        let drop = extra > 0 && !job.is_running();
        extra -= usize::from(drop);
        !drop
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManualClock;

    fn jobs() -> (Arc<ManualClock>, Jobs) {
        let clock = Arc::new(ManualClock::new(1_000));
        (Arc::clone(&clock), Jobs::new(clock))
    }

    #[test]
    fn progress_has_a_rate_and_a_time_left() {
        let (clock, jobs) = jobs();
        let job = jobs.start(JobKind::Export, Phrase::plain("export"), JobUnit::Records).unwrap();
        job.set_total(Some(1_000));
        clock.step(1_000);
        job.advance(200);
        jobs.mark(&job);
        let view = &jobs.views()[0];
        assert_eq!((view.done, view.rate, view.eta_millis), (200, Some(200.0), Some(4_000)));
        jobs.finish(&job, JobState::Done(Phrase::plain("done")));
        jobs.finish(&job, JobState::Cancelled);
        let view = &jobs.views()[0];
        assert_eq!(view.state, JobState::Done(Phrase::plain("done")));
        assert_eq!((view.rate, view.finished_at), (None, Some(2_000)));
    }

    #[test]
    fn the_table_is_bounded_and_running_jobs_stay() {
        let (_, jobs) = jobs();
        let first = jobs.start(JobKind::Other, Phrase::plain("first"), JobUnit::Steps).unwrap();
        for _ in 0..JOBS_FINISHED_KEPT_MAX + 10 {
            let job = jobs.start(JobKind::Other, Phrase::plain("short"), JobUnit::Steps).unwrap();
            jobs.finish(&job, JobState::Cancelled);
        }
        assert!(jobs.views().len() <= JOBS_FINISHED_KEPT_MAX + 2);
        jobs.dismiss(first.id());
        assert_eq!(jobs.views().last().map(|v| v.id), Some(first.id()));
        for _ in 1..JOBS_RUNNING_MAX {
            jobs.start(JobKind::Other, Phrase::plain("more"), JobUnit::Steps).unwrap();
        }
        assert!(jobs.start(JobKind::Other, Phrase::plain("too many"), JobUnit::Steps).is_none());
    }

    #[tokio::test]
    async fn cancelling_wakes_the_work() {
        let (_, jobs) = jobs();
        let job = jobs.start(JobKind::Other, Phrase::plain("endless"), JobUnit::Steps).unwrap();
        let work = job.clone();
        let task = tokio::spawn(async move { work.or_cancelled(std::future::pending::<()>()).await });
        jobs.cancel(job.id());
        assert_eq!(task.await.unwrap(), None);
        assert!(jobs.views()[0].cancelling);
    }
}
