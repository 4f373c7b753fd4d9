//! Tests of consumers.
