//! The composition root: command line and window.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser as _;

pub mod args;
pub mod cli;

mod act;
mod clusters;
mod keeper;
mod listener;
mod logic;
mod opening;
mod profiles;
mod reach;
pub mod settings;
mod signals;
mod tabs;
pub mod window;
mod workspace;

/// What the `millpond` binary does: runs the command that it is given, or opens the window.
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    let place = args::Place {
        data: args.data,
        bootstrap: args.bootstrap,
        config: args.config.or(args.command_config),
        connection: args.connection,
        secret_file: args.secret_file,
    };
    match args.command {
        Some(command) => cli::run(place, command),
        None if place.is_remote() => {
            eprintln!(
                "millpond: --bootstrap, --config and --connection say where a command goes, and no command is given; add one, such as \
                 `topics list`. The window opens workspaces only (--data DIR)"
            );
            ExitCode::from(2)
        }
        None => open_window(place.data),
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
