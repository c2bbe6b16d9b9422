//! One binary for every test that looks at the crate from outside.

mod bench_dir;
mod cli_errors;
mod determinism;
mod docs;
mod govuk;
mod house;
mod kill;
mod privacy;
mod queries;
mod sample;
mod seeds;
mod small_study;
mod spec;
mod specs;
mod truth;
mod truth_counts;
