//! One binary for every test that looks at the crate from outside.

#![allow(clippy::print_stdout, reason = "a test says what it skipped and what it measured")]
#![allow(clippy::disallowed_methods, reason = "tests are told by their environment how much to do")]
#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::needless_for_each,
    reason = "speed is no concern here"
)]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "the files are those of milepost itself")]

mod bench_dir;
mod cli_errors;
mod determinism;
mod docs;
mod govuk;
mod house;
mod jenkins_shop;
mod kill;
mod kill_api;
mod parquet_file;
mod privacy;
mod queries;
mod receive;
mod sample;
mod seeds;
mod several_apis;
mod small_study;
mod spec;
mod specs;
mod tracker;
mod truth;
mod truth_counts;
mod verify;
mod wire;
