//! The composition root: command line and window.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser as _;

pub mod args;
pub mod cli;

mod act;
mod listener;
mod logic;
pub mod settings;
mod signals;
pub mod window;
mod workspace;

/// What the `millpond` binary does: runs the command that it is given, or opens the window.
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    match args.command {
        Some(command) => cli::run(args.data, args.bootstrap, command),
        None => open_window(args.data),
    }
}

fn open_window(data: Option<PathBuf>) -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    match args::workspace_folder(data) {
        Ok(data_dir) => window::run(window::WindowOptions { data_dir }),
        Err(error) => {
            eprintln!("millpond: {error}");
            ExitCode::FAILURE
        }
    }
}
