//! The whole window through its accessibility tree, without a display.
#![allow(clippy::unwrap_used)]

mod clusters;
mod connections;
mod consume;
mod copy;
mod groups;
mod labs;
mod listener;
mod messages;
mod old;
mod operate;
mod overview;
mod produce;
mod queues;
mod secrets;
mod shell;
mod support;
mod topics;
mod transfers;
mod users;
