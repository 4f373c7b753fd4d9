//! `millpond lab`.

use clap::{Args as ClapArgs, Subcommand};

/// `millpond lab`
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// Play a lab on a broker of its own, fast, doing what fulfils each step: 0 all checks hold, 1 some do not, 2 the
    /// file has problems
    Run(LabRunArgs),
    /// The lessons that come with Millpond
    List {
        /// Print JSON Lines instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Say what is wrong with a lab file, and in which line
    Check { file: String },
}

/// `millpond lab run`
#[derive(Debug, ClapArgs)]
pub struct LabRunArgs {
    /// A lab file, or the id of a lesson of `millpond lab list`
    pub file: String,
    /// Another story than the one of the file's own seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Leave out what fulfils this step, to see that its checks fail then
    #[arg(long, value_name = "STEP")]
    pub skip: Option<String>,
    /// Let so many seconds of the stage pass before each task, as a learner who reads slowly
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub wait: f64,
    /// Print one JSON object instead of lines
    #[arg(long)]
    pub json: bool,
}
