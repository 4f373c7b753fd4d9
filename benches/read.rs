//! Benchmarks of read.
fn main() {}
