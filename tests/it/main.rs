//! One binary for every test that looks at the crate from outside.

mod queries;
mod spec;
mod specs;
