//! The command line as a script sees it: exit codes, standard output, standard error.
#![allow(clippy::unwrap_used)]
// The same tests run in process and over TCP.
#![allow(clippy::duplicate_mod)]

mod config;
mod connections;
mod consume;
mod copy;
mod files;
mod groups;
mod lab;
mod run;
mod secured;
mod serve;
mod served;
mod topics;
mod users;
