//! The document: everything a report says, as plain data, in reading order.
//!
//! Input: values that `commands` computed and guarded. Output: nothing; the renderers read it. All strings are plain text,
//! never markup: each renderer escapes for its own format.

use serde::Serialize;

use super::card::NumberCard;
use super::chart::Chart;
use super::quantity::Quantity;
use super::table::Table;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// What the report is about, e.g. `What the platform pilot changed`.
    pub title: String,
    /// One line below it: organisation, cohorts, windows.
    pub subtitle: String,
    /// The end of the records, to the week: `week of 2 March 2026`.
    pub as_of: String,
    /// What the study is: windows, cohorts, sources; shown as a short list before any number.
    pub study: Vec<Fact>,
    /// The sentences that a reader takes away, welcome and unwelcome alike, in the order of the study's measures.
    pub headline: Vec<Headline>,
    /// The body.
    pub sections: Vec<Section>,
    /// What the data cannot tell us.
    pub caveats: Vec<CaveatLine>,
    /// How each number was made.
    pub methods: Vec<MethodNote>,
    /// The words used.
    pub glossary: Vec<Term>,
    /// What made the report.
    pub colophon: Colophon,
}

/// One fact about the study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is, e.g. `Pilot teams`.
    pub label: String,
    /// Its value in words.
    pub value: String,
}

impl Fact {
    /// A fact from its two halves.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// A sentence made from a verdict. The sentence is never stronger than its grade: who assembles it sees to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// The whole sentence.
    pub sentence: String,
    /// How far the evidence carries.
    pub grade: super::Grade,
    /// Anchors of the cards, figures and tables that carry it.
    pub supports: Vec<String>,
}

/// A part of the report with a title of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// The anchor.
    pub id: String,
    /// The title.
    pub title: String,
    /// What stands in it, in reading order.
    pub blocks: Vec<Block>,
}

impl Section {
    /// An empty section.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), blocks: Vec::new() }
    }

    /// The section with one more block.
    #[must_use]
    pub fn with(mut self, block: impl Into<Block>) -> Self {
        self.blocks.push(block.into());
        self
    }
}

/// Something that stands in a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph {
        /// The text.
        text: String,
    },
    /// A remark set apart.
    Callout(Callout),
    /// A chart with its explanation and its data.
    Figure(Box<Figure>),
    /// A table.
    Table(Table),
    /// One measure before and after, with all that belongs to it.
    NumberCard(Box<NumberCard>),
    /// A number that the data do not carry.
    NotTold(NotTold),
}

impl Block {
    /// Running text.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }
}

/// What kind of remark a callout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CalloutKind {
    /// Helps to read what follows.
    Note,
    /// Limits what follows.
    Caution,
    /// Something got worse; as prominent as any gain.
    Unwelcome,
}

/// A remark set apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Callout {
    /// Its kind.
    pub kind: CalloutKind,
    /// The remark.
    pub text: String,
}

/// A chart with what it shows and how to read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The anchor.
    pub id: String,
    /// What the figure shows, as a sentence.
    pub caption: String,
    /// How to read it.
    pub explains: String,
    /// The data and the kind of chart; its data table is derived from it.
    pub chart: Chart,
}

/// A number that cannot be told, said as plainly as one that can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotTold {
    /// The anchor.
    pub id: String,
    /// The measure.
    pub what: String,
    /// Why not.
    pub why: String,
    /// What would make it tellable.
    pub what_to_do: String,
}

/// A caveat with its count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaveatLine {
    /// The word in the log.
    pub kind: String,
    /// What it means.
    pub meaning: String,
    /// How often.
    pub count: u64,
    /// Where, in shareable words (a source, not a subject).
    pub place: String,
}

/// How a number is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MethodNote {
    /// The method id that cards refer to.
    pub id: String,
    /// In words.
    pub definition: String,
    /// As a formula, or empty.
    pub formula: String,
    /// Who says so.
    pub source: String,
}

/// A word and what it means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The word.
    pub word: String,
    /// Its meaning.
    pub meaning: String,
}

/// What made the report, so that it can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Colophon {
    /// Version of milepost.
    pub version: String,
    /// Fingerprint of archive, study file and `as_of`, in groups of four (see [`super::fingerprint_in_groups`]).
    pub input_fingerprint: String,
    /// Seed of whatever was drawn at random.
    pub seed: u64,
}

/// A plain amount for a fact or a sentence, written as the report writes amounts.
impl From<&Quantity> for String {
    fn from(quantity: &Quantity) -> Self {
        quantity.text()
    }
}

macro_rules! block_from {
    ($( $from:ty => |$value:ident| $make:expr, )+) => {
        $( impl From<$from> for Block { fn from($value: $from) -> Self { $make } } )+
    };
}

block_from! {
    Callout => |callout| Self::Callout(callout),
    Figure => |figure| Self::Figure(Box::new(figure)),
    Table => |table| Self::Table(table),
    NumberCard => |card| Self::NumberCard(Box::new(card)),
    NotTold => |not_told| Self::NotTold(not_told),
}
