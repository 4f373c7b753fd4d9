//! Standard output that may be closed by its reader, and standard error.

use std::io::{self, BufWriter, Stdout, Write as _};

use super::CliError;

/// Standard output, buffered. A reader that has gone is [`CliError::Closed`], not a panic as with `println!`.
pub(super) struct Output(BufWriter<Stdout>);

impl Output {
    pub(super) fn stdout() -> Self {
        Self(BufWriter::new(io::stdout()))
    }

    pub(super) fn line(&mut self, text: &str) -> Result<(), CliError> {
        self.bytes(text.as_bytes())?;
        self.bytes(b"\n")
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.0.write_all(bytes).map_err(output_error)
    }

    pub(super) fn flush(&mut self) -> Result<(), CliError> {
        self.0.flush().map_err(output_error)
    }
}

fn output_error(error: io::Error) -> CliError {
    match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::Closed,
        _ => CliError::Output(error),
    }
}

/// One line on standard error.
pub(super) fn complain(text: &str) -> io::Result<()> {
    writeln!(io::stderr(), "millpond: {text}")
}

/// `1,707`: digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `1,707 records`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}
