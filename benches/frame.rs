//! Benchmarks of frame.
fn main() {}
