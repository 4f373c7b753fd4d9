//! Small conversions between our names and the protocol crate's types.
