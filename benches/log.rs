//! Benchmarks of log.
fn main() {}
