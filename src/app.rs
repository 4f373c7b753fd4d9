//! The composition root: command line and window.

use std::process::ExitCode;

use clap::Parser as _;

pub mod args;
pub mod cli;

/// What the `millpond` binary does: runs the command that it is given, or opens the window.
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    match args.command {
        Some(command) => cli::run(args.data, command),
        None => {
            eprintln!("millpond: the window is not built yet; see millpond --help for the commands");
            ExitCode::FAILURE
        }
    }
}
