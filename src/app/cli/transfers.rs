//! `millpond produce`, `millpond import`, `millpond export`, `millpond replay`

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::{
    Cli, CliError,
    output::{complain, counted, grouped},
    topics::check_name,
};
use crate::{
    app::args::{ExportArgs, ExportFileFormat, FileFormat, ImportArgs, ProduceArgs, ReplayArgs},
    client::ProduceOptions,
    model::Clock as _,
    payload::CaseRule,
    session::{SystemClock, transfers::search_filter},
    transfer::{
        self, BadLines, CreateTopic, CsvColumns, CsvMapping, CsvOptions, CsvValue, ExportFormat, ExportRequest,
        Exported, ImportFormat, ImportFrom, ImportOutcome, ImportRequest, ImportTimes, JsonLines, Pace, Progress,
        ReplayFrom, ReplayRequest, ReplayTimes, TransferError, csv::column_index, preview::guess_format, sample,
    },
};

/// Skipped lines that are told on standard error.
const BAD_LINES_SHOWN_MAX: usize = 10;

impl Cli {
    pub(super) async fn produce(&mut self, args: ProduceArgs) -> Result<(), CliError> {
        check_name(&args.topic)?;
        let format = if args.plain { ImportFormat::Plain } else { ImportFormat::JsonLines(JsonLines::Records) };
        let mut request = ImportRequest::new(&args.topic, import_from(args.file), format);
        request.default_key = args.key.map(Into::into);
        let outcome = self.run_import(request).await?;
        self.out.line(&format!("Produced {} to {}", counted(outcome.records, "record", "records"), args.topic))
    }

    pub(super) async fn import(&mut self, args: ImportArgs) -> Result<(), CliError> {
        let topic = args.topic.clone().unwrap_or_else(|| sample::TOPIC.to_owned());
        check_name(&topic)?;
        if args.sample {
            return self.import_sample(&topic, &args).await;
        }
        let Some(file) = args.file.clone() else {
            return Err(CliError::Usage("import needs a file".to_owned()));
        };
        let format = import_format(&args, &file).await?;
        let mut request = ImportRequest::new(&topic, import_from(file), format);
        request.create = args.create.then(|| CreateTopic::keeping(args.partitions));
        request.bad_lines = if args.skip_bad { BadLines::Skip } else { BadLines::Stop };
        request.keep_partitions = !args.ignore_partitions;
        request.times = if args.now { ImportTimes::Now } else { ImportTimes::Keep };
        let outcome = self.run_import(request).await?;
        self.out.line(&format!("Imported {} into {topic}", counted(outcome.records, "record", "records")))?;
        tell_skipped(&outcome);
        if outcome.expires_at_once(SystemClock.now()) {
            let _ = complain(&format!(
                "some records are older than what {topic} keeps (retention.ms) and will be deleted soon; raise retention.ms, \
                 or import with --now"
            ));
        }
        Ok(())
    }

    async fn import_sample(&mut self, topic: &str, args: &ImportArgs) -> Result<(), CliError> {
        let pace = match (args.speed, args.within) {
            (Some(speed), _) => Pace::Speed(speed),
            (None, Some(within)) => Pace::Within(within),
            (None, None) => Pace::AtOnce,
        };
        let meter = Meter::new("records");
        let outcome = sample::load(&self.client, topic, pace, &|progress| meter.show(progress), &self.cancel).await;
        meter.clear();
        let records = counted(outcome?.records, "record", "records");
        self.out.line(&format!("Loaded the sample stream into {topic}: {records}"))
    }

    async fn run_import(&self, request: ImportRequest) -> Result<ImportOutcome, CliError> {
        let meter = Meter::new("bytes");
        let outcome = transfer::import(&self.client, request, &|progress| meter.show(progress), &self.cancel).await;
        let before = meter.clear().records;
        outcome.map_err(|error| match error {
            // Who imports again must know that a part is there.
            error if before > 0 => CliError::Failed(format!(
                "{error} ({} stored before that)",
                counted(before, "record was", "records were")
            )),
            error => error.into(),
        })
    }

    pub(super) async fn export(&mut self, args: ExportArgs) -> Result<(), CliError> {
        check_name(&args.topic)?;
        let by_name = args.file.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let format = match args.format {
            Some(ExportFileFormat::Csv) => ExportFormat::Csv,
            None if by_name => ExportFormat::Csv,
            _ => ExportFormat::JsonLines,
        };
        let case = if args.match_case { CaseRule::Exact } else { CaseRule::Ignore };
        let records = Exported {
            partitions: (!args.partitions.is_empty()).then_some(args.partitions),
            from: args.from_offset,
            to: args.to_offset,
            from_time: args.since,
            to_time: args.until,
            filter: args.search.and_then(|text| search_filter(&text, case)),
        };
        let request =
            ExportRequest { topic: args.topic.clone(), records, format, path: args.file, replace: args.replace };
        let meter = Meter::new("offsets");
        let outcome = transfer::export(&self.client, request, &|progress| meter.show(progress), &self.cancel).await;
        meter.clear();
        let outcome = outcome.map_err(|error| match error {
            TransferError::Exists { .. } => CliError::Failed(format!("{error} (--replace)")),
            error => error.into(),
        })?;
        if outcome.gone > 0 {
            let gone = counted(outcome.gone, "record was", "records were");
            let _ = complain(&format!("{gone} deleted from {} while the export ran", args.topic));
        }
        let records = counted(outcome.records, "record", "records");
        self.out.line(&format!("Exported {records} of {}, {} bytes", args.topic, grouped(outcome.bytes)))
    }
}

impl Cli {
    pub(super) async fn replay(&mut self, args: ReplayArgs) -> Result<(), CliError> {
        check_name(&args.topic)?;
        check_name(&args.into)?;
        let wanted = Exported { from_time: args.since, to_time: args.until, ..Exported::default() };
        let from = ReplayFrom::Topic { topic: args.topic.clone(), records: wanted };
        let partitions = self.client.topic(&args.topic).await?.partitions.len();
        let request = ReplayRequest {
            topic: args.into.clone(),
            create: Some(CreateTopic::keeping(i32::try_from(partitions).unwrap_or(i32::MAX))),
            pace: Pace::Speed(args.speed),
            times: if args.now { ReplayTimes::Now } else { ReplayTimes::Keep },
            produce: ProduceOptions::default(),
        };
        let meter = Meter::new("records");
        let show = |progress| meter.show(progress);
        let outcome = transfer::replay(&self.client, request, from, &show, &self.cancel).await;
        let before = meter.clear().records;
        let outcome = outcome.map_err(|error| match error {
            TransferError::Cancelled => {
                let sent = counted(before, "record was", "records were");
                CliError::Failed(format!("{error} ({sent} replayed until then)"))
            }
            error => error.into(),
        })?;
        let records = counted(outcome.records, "record", "records");
        self.out.line(&format!("Replayed {records} of {} into {}", args.topic, args.into))
    }
}

fn import_from(file: PathBuf) -> ImportFrom {
    if file.as_os_str() == "-" { ImportFrom::Reader(Box::new(io::stdin())) } else { ImportFrom::File(file) }
}

/// The format that the words ask for; what they leave open is decided by the file.
async fn import_format(args: &ImportArgs, file: &Path) -> Result<ImportFormat, CliError> {
    let stdin = file.as_os_str() == "-";
    let guessed = if stdin { None } else { Some(guess_format(file).await?) };
    let wanted = match (args.format, &guessed) {
        (Some(format), _) => format,
        (None, Some(ImportFormat::Csv(_))) => FileFormat::Csv,
        (None, Some(ImportFormat::Plain)) => FileFormat::Text,
        _ => FileFormat::Jsonl,
    };
    let named = [&args.key, &args.value, &args.timestamp].into_iter().any(Option::is_some);
    match wanted {
        FileFormat::Text => Ok(ImportFormat::Plain),
        FileFormat::Jsonl if args.value.is_some() => {
            Err(CliError::Usage("--value names a column of CSV; in JSON Lines the value is the line".to_owned()))
        }
        FileFormat::Jsonl if named || args.values => {
            Ok(ImportFormat::JsonLines(JsonLines::Values { key: args.key.clone(), timestamp: args.timestamp.clone() }))
        }
        FileFormat::Jsonl => Ok(ImportFormat::JsonLines(JsonLines::Records)),
        FileFormat::Csv => {
            if let (Some(ImportFormat::Csv(options)), false) = (&guessed, named)
                && options.columns == CsvColumns::Export
            {
                return Ok(ImportFormat::Csv(options.clone()));
            }
            if stdin && named {
                return Err(CliError::Usage("columns can be named only for a file, not for standard input".to_owned()));
            }
            csv_format(args, file, named).await.map(ImportFormat::Csv)
        }
    }
}

async fn csv_format(args: &ImportArgs, file: &Path, named: bool) -> Result<CsvOptions, CliError> {
    let mut options = CsvOptions {
        delimiter: args.delimiter,
        header: !args.no_header,
        columns: CsvColumns::Mapped(CsvMapping::default()),
    };
    if !named {
        return Ok(options);
    }
    let columns = transfer::preview(file, &ImportFormat::Csv(options.clone()), 1).await?.columns;
    let index = |name: &Option<String>| name.as_ref().map(|name| column_index(&columns, name)).transpose();
    let value = match index(&args.value)? {
        Some(column) => CsvValue::Column(column),
        None => CsvValue::Row,
    };
    options.columns =
        CsvColumns::Mapped(CsvMapping { key: index(&args.key)?, value, timestamp: index(&args.timestamp)? });
    Ok(options)
}

fn tell_skipped(outcome: &ImportOutcome) {
    if outcome.bad_lines == 0 {
        return;
    }
    // Ignored: a warning that nobody can read is no failure of the import.
    let _ = complain(&format!("skipped {}:", counted(outcome.bad_lines, "line", "lines")));
    for bad in outcome.bad.iter().take(BAD_LINES_SHOWN_MAX) {
        let _ = complain(&crate::payload::escape_controls(&format!("  {bad}: {}", bad.text)));
    }
}

/// Shows progress on standard error where that is a terminal, and remembers the last one.
pub(super) struct Meter {
    unit: &'static str,
    terminal: bool,
    last: Mutex<Progress>,
}

impl Meter {
    pub(super) fn new(unit: &'static str) -> Self {
        Self { unit, terminal: io::stderr().is_terminal(), last: Mutex::default() }
    }

    pub(super) fn show(&self, progress: Progress) {
        if let Ok(mut last) = self.last.lock() {
            *last = progress;
        }
        if self.terminal {
            use io::Write as _;
            let of = progress.total.map(|total| format!(" of {}", grouped(total))).unwrap_or_default();
            let records = counted(progress.records, "record", "records");
            let _ = write!(io::stderr(), "\r\x1b[K{}{of} {}, {records}", grouped(progress.done), self.unit);
        }
    }

    pub(super) fn clear(&self) -> Progress {
        if self.terminal {
            use io::Write as _;
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        self.last.lock().map(|last| *last).unwrap_or_default()
    }
}
