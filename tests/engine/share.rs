//! Share groups (KIP-932): the machine of a partition against a model, and the requests through `Broker::call`.

mod apis;
mod crew;
mod edges;
mod letters;
mod machine;
mod queue;
