//! One binary for every test that looks at the crate from outside.

mod house;
mod queries;
mod spec;
mod specs;
