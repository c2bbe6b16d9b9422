//! The report room: one document of plain data in, files out.
//!
//! Duty: draw and print what the other rooms found: HTML in one file, Markdown with its figures beside it, CSV tables,
//! JSON. Input: a [`Document`], filled by `commands`. Output: a map from relative path to text.
//! Neighbours: `commands` fills and writes; nothing else of ours is known here.
//!
//! The room never computes a measure. It rounds, puts units and intervals beside values, chooses axes, and holds the two
//! gates that a shareable output must pass: [`guard`] decides what a group of cells may show, [`scan`] reads the finished
//! text for anything that points at a person or at one instant.

mod card;
pub mod chart;
mod csv_tables;
mod document;
pub mod guard;
mod html;
mod markdown;
mod quantity;
mod render;
pub mod scan;
mod table;
mod template;
mod text;
mod view;

#[cfg(test)]
mod sample;

pub use card::{ArmNumbers, Grade, NumberCard};
pub use document::{
    Block, Callout, CalloutKind, CaveatLine, Colophon, Document, Fact, Figure, Headline, MethodNote, NotTold, Section,
    Term,
};
pub use quantity::{Absence, Bound, Quantity, Unit};
pub use render::{Rendered, ReportError, fingerprint_in_groups, render};
pub use table::{Align, Column, Entry, Table};
