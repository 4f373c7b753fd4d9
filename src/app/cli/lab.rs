//! `millpond lab`: plays lessons without a window, lists them, checks a teacher's file. Needs no workspace.

use std::{fs, path::Path, process::ExitCode, sync::Arc};

use serde_json::json;

use super::{CliError, output::Output, table::Table};
use crate::{
    app::args::{LabCommand, LabRunArgs},
    labs::{
        file::{FILE_BYTES_MAX, LabFile, Problem, RUN_SECONDS_MAX},
        lessons,
        play::{PlayOptions, Report, play},
    },
};

/// How a command ended that did not fail by itself.
enum Ended {
    Well,
    /// Checks did not hold.
    Failed,
    /// The file has problems.
    Problems,
}

/// Runs one of the commands; 0 all holds, 1 checks failed, 2 a file with problems.
pub(super) fn run(command: LabCommand) -> Result<ExitCode, CliError> {
    let mut out = Output::stdout();
    let ended = match command {
        LabCommand::Run(args) => run_lab(&args, &mut out),
        LabCommand::List { json } => list(json, &mut out),
        LabCommand::Check { file } => check(&file, &mut out),
    };
    out.flush()?;
    Ok(match ended? {
        Ended::Well => ExitCode::SUCCESS,
        Ended::Failed => ExitCode::from(1),
        Ended::Problems => ExitCode::from(2),
    })
}

fn read(path: &str) -> Result<String, CliError> {
    let failed = |why: String| CliError::Usage(format!("{path} cannot be read: {why}"));
    let size = fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > FILE_BYTES_MAX as u64 {
        return Err(failed(format!("it has {size} bytes, a lab file has at most {FILE_BYTES_MAX}")));
    }
    fs::read_to_string(path).map_err(|error| failed(error.to_string()))
}

/// A file, or a lesson of ours by its id.
fn open(named: &str) -> Result<Result<Arc<LabFile>, Vec<Problem>>, CliError> {
    if !Path::new(named).exists()
        && let Some(lesson) = lessons::all().iter().find(|lesson| lesson.id == named)
    {
        return Ok(Ok(Arc::clone(lesson)));
    }
    Ok(LabFile::parse(&read(named)?).map(Arc::new))
}

fn tell_problems(file: &str, problems: &[Problem]) -> Result<Ended, CliError> {
    for problem in problems {
        // Ignored: when standard error is gone there is nobody left to tell.
        let _ = super::output::complain(&format!("{file}, {problem}"));
    }
    Ok(Ended::Problems)
}

fn check(file: &str, out: &mut Output) -> Result<Ended, CliError> {
    match LabFile::parse(&read(file)?) {
        Ok(lab) => {
            let tasks: usize = lab.steps.iter().map(|step| step.tasks.len()).sum();
            out.line(&format!("{file}: no problems; {} steps, {tasks} tasks", lab.steps.len()))?;
            Ok(Ended::Well)
        }
        Err(problems) => tell_problems(file, &problems),
    }
}

fn list(as_json: bool, out: &mut Output) -> Result<Ended, CliError> {
    let all = lessons::all();
    if as_json {
        for lesson in all.iter() {
            let line = json!({
                "number": lesson.number, "id": lesson.id, "minutes": lesson.minutes,
                "title": { "en": lesson.title.en, "zh": lesson.title.zh },
                "steps": lesson.steps.iter().map(|step| &step.id).collect::<Vec<_>>(),
            });
            out.line(&line.to_string())?;
        }
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&["number", "lesson", "minutes", "title"]);
    for lesson in all.iter() {
        table.row([
            lesson.number.into(),
            lesson.id.as_str().into(),
            lesson.minutes.into(),
            lesson.title.en.as_str().into(),
        ]);
    }
    table.print(out)?;
    Ok(Ended::Well)
}

fn run_lab(args: &LabRunArgs, out: &mut Output) -> Result<Ended, CliError> {
    let file = match open(&args.file)? {
        Ok(file) => file,
        Err(problems) => return tell_problems(&args.file, &problems),
    };
    if let Some(skip) = &args.skip
        && file.steps.iter().all(|step| step.id != *skip)
    {
        let steps: Vec<&str> = file.steps.iter().map(|step| step.id.as_str()).collect();
        return Err(CliError::Usage(format!("there is no step {skip:?} to skip; there are {}", steps.join(", "))));
    }
    let options =
        PlayOptions { seed: args.seed, skip: args.skip.clone(), wait_s: args.wait.clamp(0.0, RUN_SECONDS_MAX) };
    let report = play(file, options).map_err(|error| CliError::Failed(error.to_string()))?;
    if args.json {
        let report = serde_json::to_string(&report).map_err(|error| CliError::Failed(error.to_string()))?;
        out.line(&report)?;
    } else {
        print(&report, out)?;
    }
    Ok(if report.passed { Ended::Well } else { Ended::Failed })
}

fn print(report: &Report, out: &mut Output) -> Result<(), CliError> {
    for step in &report.steps {
        out.line(&format!("{}{}", step.id, if step.skipped { " (skipped)" } else { "" }))?;
        for task in &step.tasks {
            let word = if task.held { "holds" } else { "FAILS" };
            out.line(&format!("  {word}  {}  after {:.1} s: {}", task.id, task.after_s, task.check))?;
        }
        match step.answered {
            Some(true) => out.line("  answered  question")?,
            Some(false) => out.line("  FAILS  question")?,
            None => {}
        }
    }
    for refused in &report.refused {
        out.line(&format!("refused  {refused}"))?;
    }
    let (id, seed, seconds) = (&report.id, report.seed, report.stage_seconds);
    let failed = report.failed();
    if failed.is_empty() {
        out.line(&format!("{id}: all checks hold (seed {seed}, {seconds:.1} s on the stage)"))
    } else {
        out.line(&format!(
            "{id}: {} failed (seed {seed}, {seconds:.1} s on the stage): {}",
            failed.len(),
            failed.join("; ")
        ))
    }
}
