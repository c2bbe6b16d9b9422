//! The study file: as it is written ([`written`]) and as it is meant ([`Settings`]).
//!
//! In: the path of `milepost.toml` and what the command line overrides. Out: one [`Settings`] value without defaults left
//! to guess, which every later room takes by reference. Errors name file, line and field.

mod apis;
mod calendar;
mod classes;
mod environments;
mod error;
mod journeys;
mod load;
mod nearest;
mod receivers;
mod settings;
pub mod written;

pub use apis::{Api, Credential, Names};
pub use calendar::Calendar;
pub use classes::Classes;
pub(crate) use classes::{ENVIRONMENT_GROUP, finds_environment};
pub use environments::Environments;
pub use error::ConfigError;
pub use journeys::{Journey, Step, StepRole};
pub use load::{Overrides, load};
pub(crate) use nearest::nearest;
pub use receivers::Receiver;
pub(crate) use settings::instant_of;
pub use settings::{Comparison, Plan, Repository, Settings, Team};
pub(crate) use settings::{DAY_US, local_start};
