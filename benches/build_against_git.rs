//! The log of a large history, against `git log` on it.

fn main() {}
