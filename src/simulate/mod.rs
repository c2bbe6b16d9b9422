//! A company that never was, from a seed: its histories, its exported files, its study file, and the truth about it.
//!
//! In: a [`World`] (a seed and what may be turned). Out: a study folder that the other rooms read like any other, and
//! `truth.toml`, which none of them reads. Everything is a pure function of the world: the same world gives the same
//! bytes. Neighbours: [`crate::config`] for the words of the study file, [`crate::sources::git::script`], which writes
//! repositories; nothing imports this room but `commands` and the tests.

mod cast;
mod catalog;
mod clock;
mod company;
mod deed;
mod deploys;
mod draw;
mod error;
mod exports;
mod folder;
mod founding;
mod history;
mod names;
mod plan;
mod planted;
mod repositories;
mod truth;
mod way;
mod world;

pub use error::SimulateError;
pub use folder::SCRIPT;
pub use founding::PRODUCT_TEAMS;
pub use history::build_repositories;
pub use world::{Bustle, Chosen, Effect, Law, Mix, TYPES, TeamPlan, Tickets, Times, Windows, World};

#[cfg(test)]
mod tests;
