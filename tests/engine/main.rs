//! The engine through its public doors: codec, log, broker, client and transfers, one binary for quick linking.
#![allow(clippy::unwrap_used)]
// The same tests run in process and over TCP.
#![allow(clippy::duplicate_mod)]

mod broker;
mod browse;
mod chance;
mod client;
mod client_security;
mod client_transactions;
mod client_wire;
mod codec;
mod compact;
mod connections;
mod consumer_groups;
mod consumers;
mod copy;
mod groups;
mod hostile_broker;
mod kill;
mod labs;
mod log;
mod moves;
mod operate;
mod over_tcp;
mod producers;
mod reach;
mod server;
mod session;
mod share;
mod share_client;
mod silent;
mod transfer;
mod watch;

use self::reach::in_process as reach;

#[global_allocator]
static ALLOCATOR: watch::Watching = watch::Watching;
