//! Where facts come from: each source turns what one system recorded into rows of the log.

pub mod api;
pub mod file;
pub mod git;
mod text;
mod told;
