//! Copies between two sessions as jobs: a plan first, then the records, the groups, and the comparison.

mod words;

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

pub(super) use self::words::fault_phrases;
pub use self::words::{differs_word, note_phrase, refusal_phrase};
use super::{Inner, JobHandle, JobId, JobKind, JobUnit, Loadable, Phrase, Problem, Session, transfers::Watch};
use crate::transfer::{
    Cancel, TransferError,
    copy::{self, CarriedGroup, Compared, CopyRequest, plan::Facts},
};

/// What the screens name.
pub use crate::transfer::{
    copy::{
        Begin, CarriedOffset, Difference, GroupNote, Plan, PlanNote, Refusal, Slice, Tail, TopicPlan, compare::Differs,
        plan::Make,
    },
    mask::Mask,
};

/// Copies of which is kept what was wanted and what came of it; the oldest go first.
const COPIES_KEPT_MAX: usize = 50;

/// A copy that is wanted.
#[derive(Clone)]
pub struct CopyOrder {
    pub source: Session,
    pub target: Session,
    /// What the two are called.
    pub source_name: String,
    pub target_name: String,
    pub topics: Vec<String>,
    pub slice: Slice,
    pub begin: Begin,
    /// Whether the groups' offsets are carried, and whether both sides are compared at the end.
    pub groups: bool,
    pub compare: bool,
}

/// What came of a copy, also of one that failed or was stopped.
#[derive(Clone)]
pub struct CopyReport {
    pub order: CopyOrder,
    /// Records that were stored, also before it failed.
    pub records: u64,
    /// Offsets that the source had deleted before they could be read.
    pub gone: u64,
    pub groups: Vec<CarriedGroup>,
    /// Empty where it was not asked for, or not reached.
    pub compared: Vec<Compared>,
}

/// What the session keeps about copies.
#[derive(Default)]
pub(super) struct Copies {
    reports: Mutex<VecDeque<(JobId, Arc<CopyReport>)>>,
    /// What was begun; the oldest go first.
    begun: Mutex<VecDeque<(JobId, Begun)>>,
}

/// What tells whether two copies carry the same.
struct Begun {
    /// Not held: a session must not keep itself alive.
    source: Weak<Inner>,
    target: Weak<Inner>,
    slice: u64,
    topics: Vec<String>,
}

impl Begun {
    fn of(order: &CopyOrder) -> Self {
        let (source, target) = (Arc::downgrade(&order.source.0), Arc::downgrade(&order.target.0));
        Self { source, target, slice: order.slice.number(), topics: order.topics.clone() }
    }

    /// Whether this carries all that the other does, the same way.
    fn covers(&self, other: &Self) -> bool {
        self.source.ptr_eq(&other.source)
            && self.target.ptr_eq(&other.target)
            && self.slice == other.slice
            && other.topics.iter().all(|topic| self.topics.contains(topic))
    }
}

impl CopyReport {
    /// Where the two sides differ first.
    pub fn difference(&self) -> Option<(&Compared, &Difference)> {
        self.compared.iter().find_map(|side| Some((side, side.difference.as_ref()?)))
    }
}

impl Session {
    /// Looks at both sides and says what a copy would do. Changes nothing.
    pub fn plan_copy(&self, order: CopyOrder, slot: &Loadable<Plan>) {
        self.load(slot, async move {
            let what = Phrase::new("copy-problem-plan").with("target", order.target_name.as_str());
            let facts = look(&order, &Cancel::new()).await.map_err(|error| super::transfers::problem(what, &error))?;
            Ok(copy::plan(&facts, order.begin))
        });
    }

    /// Copies. The job is this session's; what it did is in [`Session::copy_report`].
    pub fn start_copy(&self, order: CopyOrder) -> Option<JobId> {
        let session = self.clone();
        let title = Phrase::new("job-copy")
            .with("topics", named(&order.topics))
            .with("source", order.source_name.as_str())
            .with("target", order.target_name.as_str());
        let begun = Begun::of(&order);
        let job = self.start_job(JobKind::Copy, title, JobUnit::Records, move |handle| async move {
            let mut report = CopyReport { order, records: 0, gone: 0, groups: Vec::new(), compared: Vec::new() };
            let watch = Watch::new(handle.clone());
            let ended = run(&watch, &handle, &mut report).await;
            let done = Phrase::new(if report.compared.is_empty() { "done-copy" } else { "done-copy-compared" });
            let done = done.with("topics", named(&report.order.topics)).with("count", report.records);
            let ended = ended.and_then(|()| match report.difference() {
                Some((side, _)) => Err(Problem {
                    what: Phrase::new("copy-problem-differs").with("topic", side.target.to_string()),
                    why: Phrase::new("copy-problem-differs-why"),
                    next: Some(Phrase::new("copy-problem-differs-next")),
                    technical: None,
                }),
                None => Ok(done),
            });
            report.order.target.refresh();
            session.keep_copy_report(handle.id(), report);
            ended
        })?;
        keep(&self.0.copies.begun, job, begun);
        Some(job)
    }

    /// Goes on with a copy that was stopped or failed; `None` where nothing is known of it.
    pub fn resume_copy(&self, job: JobId) -> Option<JobId> {
        let report = self.copy_report(job)?;
        self.start_copy(CopyOrder { begin: Begin::Resume, ..report.order.clone() })
    }

    /// What a copy did; `None` for jobs that are none, still run, or are long forgotten.
    pub fn copy_report(&self, job: JobId) -> Option<Arc<CopyReport>> {
        let reports = self.0.copies.reports.lock();
        reports.iter().find(|(id, _)| *id == job).map(|(_, report)| Arc::clone(report))
    }

    /// Whether a copy that began later carries the same: what is to go on is that one.
    pub fn is_copy_taken_over(&self, job: JobId, report: &CopyReport) -> bool {
        let this = Begun::of(&report.order);
        let begun = self.0.copies.begun.lock();
        begun.iter().any(|(later, other)| *later > job && other.covers(&this))
    }

    fn keep_copy_report(&self, job: JobId, report: CopyReport) {
        keep(&self.0.copies.reports, job, Arc::new(report));
    }
}

/// Keeps something about a copy, and forgets the oldest where there are many.
fn keep<T>(kept: &Mutex<VecDeque<(JobId, T)>>, job: JobId, what: T) {
    let mut kept = kept.lock();
    if kept.len() == COPIES_KEPT_MAX {
        kept.pop_front();
    }
    kept.push_back((job, what));
}

async fn look(order: &CopyOrder, cancel: &Cancel) -> Result<Facts, TransferError> {
    let topics: Vec<_> = order.topics.iter().map(|name| (name.clone(), name.clone())).collect();
    copy::describe(order.source.client(), order.target.client(), &topics, &order.slice, cancel).await
}

/// The whole of it, one thing after the other.
async fn run(watch: &Watch, handle: &JobHandle, report: &mut CopyReport) -> Result<(), Problem> {
    let failed = |error: &TransferError| super::transfers::problem(Phrase::new("copy-problem"), error);
    let order = report.order.clone();
    let (source, target) = (order.source.client(), order.target.client());
    // Looked at again: the plan that was shown may be old.
    let facts = watch.run(look(&order, &watch.cancel)).await.map_err(|(error, _)| failed(&error))?;
    let request = CopyRequest { plan: copy::plan(&facts, order.begin), slice: order.slice.clone() };
    if let Some((topic, refusal)) = request.plan.refused().next() {
        let what = Phrase::new("copy-refused").with("topic", &*topic.source);
        return Err(Problem { what, why: refusal_phrase(refusal), next: None, technical: Some(refusal.to_string()) });
    }
    let progress = |progress| watch.note(progress);
    let copied = watch.run(copy::copy(source, target, &request, &progress, &watch.cancel)).await;
    let outcome = copied.map_err(|(error, last)| {
        report.records = last.records;
        failed(&error)
    })?;
    (report.records, report.gone) = (outcome.records, outcome.gone);
    if order.groups {
        handle.set_note(Phrase::new("copy-note-groups"));
        let carried = copy::carry_groups(source, target, &outcome.partitions, &order.slice, &watch.cancel);
        report.groups = watch.run(carried).await.map_err(|(error, _)| failed(&error))?;
    }
    if order.compare {
        handle.set_note(Phrase::new("copy-note-compare"));
        let compared = copy::compare(source, target, &outcome.partitions, &order.slice, &progress, &watch.cancel);
        report.compared = watch.run(compared).await.map_err(|(error, _)| failed(&error))?;
    }
    Ok(())
}

/// The names, or the first ones of many.
fn named(topics: &[String]) -> String {
    const NAMED_MAX: usize = 3;
    let shown = topics.iter().take(NAMED_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    if topics.len() > NAMED_MAX { format!("{shown}, … (+{})", topics.len() - NAMED_MAX) } else { shown }
}
