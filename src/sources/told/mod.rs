//! What a system can tell, whatever system it is: one record type a file, each knowing which rows of the log it makes.
//!
//! In: records that `file` reads from rows of exports and `api` from answers of systems; both turn their own fields into
//! these. Out: [`Output`], which is [`crate::log::Facts`] in the making. So a ticket means the same, whoever told it.

mod change;
mod deployment;
mod entity;
mod grant;
mod incident;
mod output;
mod portal;
mod run;
mod stay;
mod ticket;
mod words;

pub(in crate::sources) use change::{Change, ChangeCommit, Review};
pub(in crate::sources) use deployment::Deployment;
pub(in crate::sources) use entity::Entity;
pub(in crate::sources) use incident::Incident;
pub(in crate::sources) use output::{Draft, Output, Place};
pub(in crate::sources) use portal::{TemplateRun, TemplateStep};
pub(in crate::sources) use run::Run;
pub(in crate::sources) use stay::Stay;
pub(in crate::sources) use ticket::{Ticket, TicketStep, step_of};
pub(in crate::sources) use words::{Class, Mentions, ended, is_activity};
