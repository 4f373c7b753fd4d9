//! Millpond: a desktop workbench for event streaming, with a broker inside that speaks the Kafka protocol and keeps
//! every partition in a SQLite file.
//!
//! # Bird's-eye view
//!
//! ```text
//! window, command line
//!           |
//!     client (metadata, produce, fetch, group member, admin)
//!           |   trait Connection: typed request in, typed response out
//!       in process, or TCP to any Kafka broker
//!           |
//!     Broker::call(request)  <-- server (TCP listener) <-- any Kafka client
//!           |
//!     log (one SQLite file a partition)
//! ```
//!
//! Everything above the broker is a Kafka client; everything below answers Kafka requests. What Kafka's protocol cannot
//! say goes through one small second door, [`broker::Inspector`].
//!
//! # Code map, in reading order
//!
//! | room | what lives there | may import |
//! | --- | --- | --- |
//! | [`model`] | Kafka's nouns as plain data | nothing of ours |
//! | [`codec`] | bytes <-> messages: the table of APIs, frames, record batches, compression | model |
//! | [`log`] | one partition's log in SQLite | codec, model |
//! | [`broker`] | topics, settings, groups; [`broker::Broker::call`] | log, codec, model |
//! | [`server`] | the TCP listener that lets Kafka clients reach the broker | broker, codec, model |
//! | [`client`] | a Kafka client over [`client::Connection`] | codec, model |
//! | [`payload`] | bytes <-> something a person can read | model |
//! | [`transfer`] | files <-> topics | client, payload, model |
//! | [`session`] | what a window is connected to: cluster, background jobs, samples over time | client, broker, transfer, payload, codec, model |
//! | [`ui`] | screens, widgets, commands, theme, translated text | session, payload, model |
//! | [`labs`] | lessons: a stage with its own broker and clock, actors, steps, checks | ui, session, transfer, client, server, broker, payload, model |
//! | [`app`] | the composition root: window, command line, settings | all |
//!
//! `tests/rooms.rs` keeps this table: a wrong arrow fails the build.
//!
//! One arrow is not in the first design: `session` reads record batches through `codec`. The record browser searches raw
//! batches with borrowed records, a million a second; a detour through owned records of `client` would cost most of that.
//!
//! # Invariants
//!
//! - `model`, `codec`, `log` and the state machines never name tokio or egui and never read the system clock: time
//!   comes in through [`model::Clock`].
//! - `ui` never does disk or network work and never asks which kind of cluster it has.
//! - `App::ui` draws and queues actions; shared state changes only in `App::logic`.
//! - Only `log` assigns offsets. A record batch that a client sent is stored and served byte for byte, apart from base
//!   offset, leader epoch, and timestamp where the topic says so.
//! - Every queue, buffer, fetch and loop has a stated limit, a constant with its unit in its name.
//! - A list that can be long is virtualised.

pub mod model;

pub mod codec;

pub mod log;

pub mod broker;

pub mod server;

pub mod client;

pub mod payload;

pub mod transfer;

pub mod session;

pub mod ui;

pub mod labs;

pub mod app;
