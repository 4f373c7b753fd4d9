//! What went wrong with a transfer, as phrases of the catalogue; the command line says the same in the errors' own words.

use std::io;

use crate::{
    payload::json::JsonProblem,
    session::{Phrase, Problem, copy::fault_phrases},
    transfer::{LineProblem, TransferError},
};

/// A failed transfer as a problem: why, what to do, and the error's own words behind the fold.
pub(in crate::session) fn problem(what: Phrase, error: &TransferError) -> Problem {
    let (why, next) = match error {
        TransferError::Client(error) => return Problem::from_client(what, error),
        TransferError::Cancelled => (Phrase::new("transfer-stopped"), None),
        TransferError::Read { source, .. } => (io_phrase(source), Some("transfer-next-read")),
        TransferError::Write { source, .. } => (io_phrase(source), Some("transfer-next-write")),
        TransferError::Exists { path } => {
            (Phrase::new("transfer-exists").with("path", path.display().to_string()), Some("transfer-next-exists"))
        }
        TransferError::BadLine(bad) => {
            let line = Phrase::new("transfer-bad-line").with("line", bad.line).with("text", bad.text.as_str());
            let why = Problem { what, why: line, next: Some(line_phrase(&bad.problem)), technical: None };
            return why.technical(bad.to_string());
        }
        TransferError::NoColumn { column, .. } => {
            (Phrase::new("transfer-no-column").with("column", column.as_str()), None)
        }
        TransferError::RowTooLong { line, .. } => {
            (Phrase::new("transfer-row-too-long").with("line", *line), Some("transfer-next-row-too-long"))
        }
        TransferError::NoPartition { partition, count, .. } => {
            let phrase = Phrase::new("transfer-no-partition").with("partition", partition.to_string());
            (phrase.with("count", u64::from(count.unsigned_abs())), None)
        }
        TransferError::Copy(fault) => {
            let (why, next) = fault_phrases(fault);
            return Problem { what, why, next, technical: Some(error.to_string()) };
        }
        TransferError::Speed { .. } | TransferError::Task { .. } => (Phrase::plain(error.to_string()), None),
    };
    let problem = Problem { what, why, next: next.map(Phrase::new), technical: None };
    problem.technical(error.to_string())
}

fn io_phrase(error: &io::Error) -> Phrase {
    let id = match error.kind() {
        io::ErrorKind::StorageFull => "transfer-disk-full",
        io::ErrorKind::PermissionDenied => "transfer-not-allowed",
        io::ErrorKind::NotFound => "transfer-not-found",
        io::ErrorKind::IsADirectory => "transfer-is-folder",
        io::ErrorKind::ReadOnlyFilesystem => "transfer-read-only",
        _ => return Phrase::plain(error.to_string()),
    };
    Phrase::new(id)
}

/// What is wrong with a JSON text. English is told in the reader's own words, which also say what is wanted.
pub fn json_phrase(problem: &JsonProblem) -> Phrase {
    let phrase = match problem {
        JsonProblem::Ended { .. } => Phrase::new("json-ended"),
        JsonProblem::Unexpected { found, .. } => Phrase::new("json-unexpected").with("found", found.to_string()),
        JsonProblem::OpenString => Phrase::new("json-open-string"),
        JsonProblem::ControlCharacter { .. } => Phrase::new("json-control-character"),
        JsonProblem::Escape => Phrase::new("json-escape"),
        JsonProblem::LoneSurrogate => Phrase::new("json-lone-surrogate"),
        JsonProblem::Number { literal } => Phrase::new("json-number").with("literal", literal.as_str()),
        JsonProblem::TooDeep => Phrase::new("json-too-deep"),
        JsonProblem::TooLong => Phrase::new("json-too-long"),
        JsonProblem::NotAnObject => Phrase::new("json-object"),
        JsonProblem::NotAnArray => Phrase::new("json-array"),
    };
    phrase.with("said", problem.to_string())
}

/// What is wrong with a line of a file.
pub fn line_phrase(problem: &LineProblem) -> Phrase {
    match problem {
        LineProblem::Json(error) => Phrase::new(match error.problem {
            JsonProblem::NotAnObject | JsonProblem::NotAnArray => "line-json-shape",
            JsonProblem::TooDeep | JsonProblem::TooLong => "line-json-limit",
            _ => "line-json",
        })
        .with("column", error.column as u64)
        .with("detail", json_phrase(&error.problem)),
        LineProblem::NotUtf8 { byte } => Phrase::new("line-not-utf8").with("byte", *byte as u64),
        LineProblem::TooLong { limit } => Phrase::new("line-too-long").with("limit", *limit as u64),
        LineProblem::NoValue => Phrase::new("line-no-value"),
        LineProblem::Twice { name } => Phrase::new("line-twice").with("name", *name),
        LineProblem::Base64 { name, .. } => Phrase::new("line-base64").with("name", *name),
        LineProblem::Type { name, found, .. } => Phrase::new("line-type")
            .with("name", *name)
            .with("found", found.as_str())
            .with("detail", problem.to_string()),
        LineProblem::Partition { partition, count } => Phrase::new("line-partition")
            .with("partition", partition.to_string())
            .with("count", u64::from(count.unsigned_abs())),
        LineProblem::Columns { found, wanted } => {
            Phrase::new("line-columns").with("found", *found).with("wanted", *wanted)
        }
        LineProblem::ColumnMissing { number, .. } => Phrase::new("line-column-missing").with("number", *number as u64),
        LineProblem::Timestamp { found } => Phrase::new("line-timestamp").with("found", found.as_str()),
        LineProblem::Encoding { found } => Phrase::new("line-encoding").with("found", found.as_str()),
        LineProblem::Refused { why } => Phrase::new("line-refused").with("why", why.as_str()),
    }
}
