//! Exports, imports and the sample stream as jobs; files looked at before an import; the system's file dialogs.

mod words;

use std::{
    collections::VecDeque,
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;

pub(super) use self::words::problem;
use super::{JobHandle, JobId, JobKind, JobUnit, Loadable, Phrase, Session, browse::Matcher};
use crate::payload::CaseRule;
use crate::transfer::{self, Cancel, Progress, TransferError};

pub use self::words::{json_phrase, line_phrase};
/// What the screens name.
pub use crate::transfer::{
    BadLine, BadLines, CreateTopic, CsvColumns, CsvMapping, CsvOptions, CsvValue, ExportFormat, ExportRequest,
    Exported, ImportFormat, ImportFrom, ImportPreview, ImportRequest, ImportTimes, JsonLines, LineProblem, Pace,
    PreviewRow, REPLAY_SPEEDS, RecordFilter, csv::is_export_header, sample, time::parse_time,
};

/// Reports of finished transfers that are kept; the oldest go first.
const REPORTS_KEPT_MAX: usize = 100;
/// Lines of a preview.
const PREVIEW_LINES: usize = 50;

/// What a transfer did, beyond what its job says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransferReport {
    pub topic: String,
    /// The file written or read; `None` for the sample stream.
    pub path: Option<PathBuf>,
    /// Records written or stored, also by a transfer that failed later.
    pub records: u64,
    /// Size of the file written.
    pub bytes: Option<u64>,
    /// Lines that were skipped, and the first of them.
    pub bad_lines: u64,
    pub bad: Vec<BadLine>,
    /// Some of the records are older than what the topic keeps.
    pub expires_at_once: bool,
    /// Records that were deleted from the topic before the export reached them.
    pub gone: u64,
}

/// An export as another screen proposes it: the Transfers screen takes it up.
#[derive(Debug, Clone, Default)]
pub struct ExportDraft {
    pub topic: String,
    pub records: Exported,
    /// The text that is searched for, as it was typed.
    pub search: String,
    /// Whether the search tells capitals from small letters.
    pub match_case: bool,
}

/// What the session keeps about transfers.
#[derive(Default)]
pub(super) struct Transfers {
    reports: Mutex<VecDeque<(JobId, Arc<TransferReport>)>>,
    draft: Mutex<Option<ExportDraft>>,
}

impl Session {
    /// Writes records to a file. The title names topic and file.
    pub fn start_export(&self, request: ExportRequest) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let (topic, path) = (request.topic.clone(), request.path.clone());
        let title = titled("job-export", &topic, &path);
        self.start_job(JobKind::Export, title.clone(), JobUnit::Records, move |handle| async move {
            let mut report = TransferReport { topic: topic.clone(), path: Some(path.clone()), ..Default::default() };
            let watch = Watch::new(handle.clone());
            let report_progress = |progress| watch.note(progress);
            let ended = watch.run(transfer::export(&client, request, &report_progress, &watch.cancel)).await;
            let outcome = ended.map_err(|(error, _)| problem(failed(title), &error))?;
            (report.records, report.bytes, report.gone) = (outcome.records, Some(outcome.bytes), outcome.gone);
            session.keep_report(handle.id(), report);
            Ok(titled("done-export", &topic, &path).with("count", outcome.records))
        })
    }

    /// Loads a file into a topic.
    pub fn start_import(&self, request: ImportRequest) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let topic = request.topic.clone();
        let path = match &request.from {
            ImportFrom::File(path) => path.clone(),
            ImportFrom::Reader(_) => PathBuf::from("-"),
        };
        let title = titled("job-import", &topic, &path);
        self.start_job(JobKind::Import, title.clone(), JobUnit::Bytes, move |handle| async move {
            let mut report = TransferReport { topic: topic.clone(), path: Some(path.clone()), ..Default::default() };
            let watch = Watch::new(handle.clone());
            let report_progress = |progress| watch.note(progress);
            let ended = watch.run(transfer::import(&client, request, &report_progress, &watch.cancel)).await;
            let outcome = match ended {
                Ok(outcome) => outcome,
                Err((error, last)) => {
                    (report.records, report.bad_lines) = (last.records, last.bad_lines);
                    session.keep_report(handle.id(), report);
                    return Err(problem(failed(title), &error));
                }
            };
            report.expires_at_once = outcome.expires_at_once(session.now());
            (report.records, report.bad_lines, report.bad) = (outcome.records, outcome.bad_lines, outcome.bad);
            session.keep_report(handle.id(), report);
            Ok(titled("done-import", &topic, &path).with("count", outcome.records).with("skipped", outcome.bad_lines))
        })
    }

    /// Loads the sample stream into a topic (see [`sample`]), which is made when it is missing.
    pub fn load_sample(&self, topic: &str, pace: Pace) -> Option<JobId> {
        let (client, session, topic) = (self.client().clone(), self.clone(), topic.to_owned());
        let title = Phrase::new("job-sample").with("topic", topic.as_str());
        self.start_job(JobKind::Sample, title.clone(), JobUnit::Records, move |handle| async move {
            let watch = Watch::new(handle.clone());
            let report_progress = |progress| watch.note(progress);
            let ended = watch.run(sample::load(&client, &topic, pace, &report_progress, &watch.cancel)).await;
            let records = match &ended {
                Ok(outcome) => outcome.records,
                Err((_, last)) => last.records,
            };
            let report = TransferReport { topic: topic.clone(), records, ..Default::default() };
            session.keep_report(handle.id(), report);
            let outcome = ended.map_err(|(error, _)| problem(failed(title), &error))?;
            Ok(Phrase::new("done-sample").with("topic", topic).with("count", outcome.records))
        })
    }

    /// Produces what a topic holds into another one at the pace of its timestamps; makes that one when it is missing.
    pub fn start_replay(&self, topic: &str, into: &str, speed: f64, now: bool) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let (topic, into) = (topic.to_owned(), into.to_owned());
        let title = Phrase::new("job-replay").with("topic", topic.as_str()).with("into", into.as_str());
        let title = title.with("speed", speed.to_string());
        self.start_job(JobKind::Sample, title.clone(), JobUnit::Records, move |handle| async move {
            let watch = Watch::new(handle.clone());
            let progress = |progress| watch.note(progress);
            let ended = watch.run(replay(&client, &topic, &into, (speed, now), &progress, &watch.cancel)).await;
            let records = match &ended {
                Ok(outcome) => outcome.records,
                Err((_, last)) => last.records,
            };
            let report = TransferReport { topic: into.clone(), records, ..Default::default() };
            session.keep_report(handle.id(), report);
            let outcome = ended.map_err(|(error, _)| problem(failed(title), &error))?;
            let done = Phrase::new("done-replay").with("topic", topic).with("into", into);
            Ok(done.with("count", outcome.records))
        })
    }

    /// What a finished transfer did; `None` for jobs that are none, still run, or are long forgotten.
    pub fn transfer_report(&self, job: JobId) -> Option<Arc<TransferReport>> {
        let reports = self.0.transfers.reports.lock();
        reports.iter().find(|(id, _)| *id == job).map(|(_, report)| Arc::clone(report))
    }

    fn keep_report(&self, job: JobId, report: TransferReport) {
        let mut reports = self.0.transfers.reports.lock();
        if reports.len() == REPORTS_KEPT_MAX {
            reports.pop_front();
        }
        reports.push_back((job, Arc::new(report)));
    }

    /// Looks at the first line of a file to tell what it holds.
    pub fn guess_import(&self, path: PathBuf, slot: &Loadable<ImportFormat>) {
        self.load(slot, async move {
            let what = Phrase::new("problem-read-file").with("path", shown(&path));
            transfer::preview::guess_format(&path).await.map_err(|error| problem(what, &error))
        });
    }

    /// Reads the first lines of a file as an import would, and imports nothing.
    pub fn preview_import(&self, path: PathBuf, format: ImportFormat, slot: &Loadable<ImportPreview>) {
        self.load(slot, async move {
            let what = Phrase::new("problem-read-file").with("path", shown(&path));
            transfer::preview(&path, &format, PREVIEW_LINES).await.map_err(|error| problem(what, &error))
        });
    }

    /// Looks up the folder where a person keeps files: documents, else home. For proposing a path.
    pub fn load_files_folder(&self, slot: &Loadable<PathBuf>) {
        self.load(slot, async move { Ok(super::files::documents()) });
    }

    /// Proposes an export, which the Transfers screen takes up when it is shown next.
    pub fn propose_export(&self, draft: ExportDraft) {
        *self.0.transfers.draft.lock() = Some(draft);
        self.wake();
    }

    /// Takes the proposed export.
    pub fn take_export_draft(&self) -> Option<ExportDraft> {
        self.0.transfers.draft.lock().take()
    }

    /// Asks for a file to read through the system's dialog. The slot gets `None` when nothing was chosen *or* when this
    /// system has no dialog: rfd does not tell these apart, so a typed path must stand beside it. Call on the main thread.
    pub fn ask_file_to_open(&self, slot: &Loadable<Option<PathBuf>>) {
        let asked = rfd::AsyncFileDialog::new().pick_file();
        self.load(slot, async move { Ok(asked.await.map(|file| file.path().to_owned())) });
    }

    /// As [`Session::ask_file_to_open`], for a file to write; `name` is what is proposed.
    pub fn ask_file_to_save(&self, name: &str, slot: &Loadable<Option<PathBuf>>) {
        let asked = rfd::AsyncFileDialog::new().set_file_name(name).save_file();
        self.load(slot, async move { Ok(asked.await.map(|file| file.path().to_owned())) });
    }
}

async fn replay(
    client: &crate::client::Client,
    topic: &str,
    into: &str,
    (speed, now): (f64, bool),
    progress: transfer::ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<transfer::ReplayOutcome, TransferError> {
    let partitions = client.topic(topic).await?.partitions.len();
    let request = transfer::ReplayRequest {
        topic: into.to_owned(),
        create: Some(CreateTopic::keeping(i32::try_from(partitions).unwrap_or(i32::MAX))),
        pace: Pace::Speed(speed),
        times: if now { transfer::ReplayTimes::Now } else { transfer::ReplayTimes::Keep },
        produce: crate::client::ProduceOptions::default(),
    };
    let from = transfer::ReplayFrom::Topic { topic: topic.to_owned(), records: Exported::default() };
    transfer::replay(client, request, from, progress, cancel).await
}

/// A job's title, told as what failed.
fn failed(title: Phrase) -> Phrase {
    Phrase::new("transfer-failed").with("job", title)
}

/// What a search wants, as the Messages screen reads it: a text anywhere in a record, or a comparison such as `mag >= 4`.
/// `None` for an empty one, which wants everything.
pub fn search_filter(text: &str, case: CaseRule) -> Option<RecordFilter> {
    let matcher = Matcher::new(text, case)?;
    Some(RecordFilter::new(move |record| matcher.matches_record(record)))
}

/// Joins a transfer to its job: progress goes up, cancel goes down.
pub(super) struct Watch {
    handle: JobHandle,
    pub(super) cancel: Cancel,
    last: Mutex<Progress>,
}

impl Watch {
    pub(super) fn new(handle: JobHandle) -> Self {
        Self { handle, cancel: Cancel::new(), last: Mutex::default() }
    }

    pub(super) fn note(&self, progress: Progress) {
        self.handle.set_total(progress.total);
        self.handle.set_done(progress.done);
        if progress.bad_lines > 0 {
            self.handle.set_note(Phrase::new("note-bad-lines").with("count", progress.bad_lines));
        }
        *self.last.lock() = progress;
    }

    /// Runs the transfer to its end; a failure comes with the last progress.
    pub(super) async fn run<T>(
        &self,
        work: impl Future<Output = Result<T, TransferError>>,
    ) -> Result<T, (TransferError, Progress)> {
        tokio::pin!(work);
        let ended = tokio::select! {
            ended = &mut work => ended,
            // The transfer itself ends in order: it removes what it has begun to write.
            () = self.handle.cancelled() => {
                self.cancel.cancel();
                work.await
            }
        };
        ended.map_err(|error| (error, *self.last.lock()))
    }
}

fn titled(id: &'static str, topic: &str, path: &Path) -> Phrase {
    let file = path.file_name().map_or_else(|| shown(path), |name| name.to_string_lossy().into_owned());
    Phrase::new(id).with("topic", topic).with("file", file)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
