//! The command line as a script sees it: exit codes, standard output, standard error.
#![allow(clippy::unwrap_used)]

mod consume;
mod files;
mod groups;
mod run;
mod serve;
mod served;
mod topics;
