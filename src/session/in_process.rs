//! The way to the embedded broker: typed structs to `Broker::call`, no bytes encoded.
