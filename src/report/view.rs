//! The view: the document with every number written out, as the templates take it. HTML and Markdown share it, so they
//! can not say different things.

use std::collections::BTreeMap;

use serde::Serialize;

use super::card::{Grade, NumberCard};
use super::document::{Block, CalloutKind, CaveatLine, Colophon, Document, Fact, MethodNote, NotTold, Term};
use super::quantity::{Quantity, fixed};
use super::render::Drawings;
use super::table::{Align, Entry, Table};
use super::text::slug;

#[derive(Serialize)]
pub(super) struct View<'a> {
    title: &'a str,
    subtitle: &'a str,
    as_of: &'a str,
    study: &'a [Fact],
    headline: Vec<HeadlineView<'a>>,
    sections: Vec<SectionView<'a>>,
    caveats: &'a [CaveatLine],
    methods: Vec<MethodView<'a>>,
    glossary: &'a [Term],
    grades: Vec<GradeView>,
    colophon: &'a Colophon,
}

#[derive(Serialize)]
struct HeadlineView<'a> {
    sentence: &'a str,
    grade: GradeView,
    supports: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    anchor: String,
    label: String,
}

#[derive(Serialize)]
struct GradeView {
    letter: char,
    words: &'static str,
    meaning: &'static str,
}

#[derive(Serialize)]
struct SectionView<'a> {
    anchor: String,
    title: &'a str,
    blocks: Vec<BlockView<'a>>,
}

#[derive(Serialize)]
struct MethodView<'a> {
    anchor: String,
    #[serde(flatten)]
    note: &'a MethodNote,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum BlockView<'a> {
    Paragraph {
        text: &'a str,
    },
    Callout {
        lead: &'static str,
        tone: CalloutKind,
        text: &'a str,
    },
    Figure {
        anchor: String,
        caption: &'a str,
        explains: &'a str,
        page: String,
        phone: String,
        table: TableView,
    },
    Table {
        table: TableView,
    },
    Card(Box<CardView<'a>>),
    NotTold {
        anchor: String,
        #[serde(flatten)]
        not_told: &'a NotTold,
    },
}

#[derive(Serialize)]
struct TableView {
    anchor: String,
    title: String,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<CellView>>,
    note: String,
}

#[derive(Serialize)]
struct ColumnView {
    heading: String,
    is_number: bool,
}

#[derive(Serialize)]
struct CellView {
    text: String,
    more: String,
    is_number: bool,
    is_absent: bool,
}

#[derive(Serialize)]
struct QuantityView {
    text: String,
    interval: String,
    reason: String,
    is_absent: bool,
}

#[derive(Serialize)]
struct CardView<'a> {
    anchor: String,
    label: &'a str,
    definition: &'a str,
    arms: Vec<ArmView<'a>>,
    estimate: QuantityView,
    estimate_is: &'a str,
    verb: &'a str,
    grade: GradeView,
    reasons: &'a [String],
    n: String,
    n_of: &'a str,
    n_teams: String,
    open: String,
    excluded: String,
    exclusions: &'a [String],
    unlinked: QuantityView,
    methods: Vec<Link>,
}

#[derive(Serialize)]
struct ArmView<'a> {
    arm: &'a str,
    before: QuantityView,
    after: QuantityView,
    change: QuantityView,
}

impl<'a> View<'a> {
    pub(super) fn of(document: &'a Document, drawings: &Drawings) -> Self {
        let labels = labels(document);
        let link = |id: &String| {
            let anchor = slug(id);
            let label = labels.get(&anchor).cloned().unwrap_or_else(|| id.replace(['_', '-'], " "));
            Link { anchor, label }
        };
        let headline = document.headline.iter().map(|line| HeadlineView {
            sentence: &line.sentence,
            grade: line.grade.into(),
            supports: line.supports.iter().map(link).collect(),
        });
        let sections = document.sections.iter().map(|section| SectionView {
            anchor: format!("part-{}", slug(&section.id)),
            title: &section.title,
            blocks: section.blocks.iter().map(|block| BlockView::of(block, drawings)).collect(),
        });
        Self {
            title: &document.title,
            subtitle: &document.subtitle,
            as_of: &document.as_of,
            study: &document.study,
            headline: headline.collect(),
            sections: sections.collect(),
            caveats: &document.caveats,
            methods: document
                .methods
                .iter()
                .map(|note| MethodView { anchor: format!("method-{}", slug(&note.id)), note })
                .collect(),
            glossary: &document.glossary,
            grades: [Grade::A, Grade::B, Grade::C, Grade::D, Grade::E].map(GradeView::from).into(),
            colophon: &document.colophon,
        }
    }

    /// The figures' anchors with their drawings for a page.
    pub(super) fn figures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            BlockView::Figure { anchor, page, .. } => Some((anchor.as_str(), page.as_str())),
            _ => None,
        })
    }
}

fn labels(document: &Document) -> BTreeMap<String, String> {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    let named = blocks.filter_map(|block| match block {
        Block::Figure(figure) => Some((slug(&figure.id), figure.caption.clone())),
        Block::Table(table) => Some((slug(&table.id), table.title.clone())),
        Block::NumberCard(card) => Some((slug(&card.id), card.label.clone())),
        Block::NotTold(not_told) => Some((slug(&not_told.id), not_told.what.clone())),
        Block::Paragraph { .. } | Block::Callout(_) => None,
    });
    named.collect()
}

impl<'a> BlockView<'a> {
    fn of(block: &'a Block, drawings: &Drawings) -> Self {
        match block {
            Block::Paragraph { text } => Self::Paragraph { text },
            Block::Callout(callout) => {
                let lead = match callout.kind {
                    CalloutKind::Note => "Note",
                    CalloutKind::Caution => "Caution",
                    CalloutKind::Unwelcome => "Got worse",
                };
                Self::Callout { lead, tone: callout.kind, text: &callout.text }
            }
            Block::Figure(figure) => {
                let anchor = slug(&figure.id);
                let (page, phone) = drawings.get(&anchor).cloned().unwrap_or_default();
                let table = TableView::of(&figure.chart.table(&figure.id, &figure.caption));
                Self::Figure { anchor, caption: &figure.caption, explains: &figure.explains, page, phone, table }
            }
            Block::Table(table) => Self::Table { table: TableView::of(table) },
            Block::NumberCard(card) => Self::Card(Box::new(CardView::of(card))),
            Block::NotTold(not_told) => Self::NotTold { anchor: slug(&not_told.id), not_told },
        }
    }
}

impl TableView {
    fn of(table: &Table) -> Self {
        let columns = table
            .columns
            .iter()
            .map(|column| ColumnView { heading: column.heading(), is_number: column.align == Align::Right });
        let row = |row: &Vec<Entry>| {
            row.iter()
                .zip(&table.columns)
                .map(|(entry, column)| CellView::of(entry, column.unit.is_some(), column.align))
                .collect()
        };
        Self {
            anchor: slug(&table.id),
            title: table.title.clone(),
            columns: columns.collect(),
            rows: table.rows.iter().map(row).collect(),
            note: table.note.clone(),
        }
    }
}

impl CellView {
    fn of(entry: &Entry, unit_in_heading: bool, align: Align) -> Self {
        let (text, more, is_absent) = match entry {
            Entry::Text(text) => (text.clone(), String::new(), false),
            Entry::Number(number) => {
                let text = if unit_in_heading { number.bare() } else { number.text() };
                let more = number.short_interval().or_else(|| number.reason().map(str::to_owned)).unwrap_or_default();
                (text, more, number.value.is_none())
            }
            Entry::FewerThanFive => ("fewer than five people".to_owned(), String::new(), true),
            Entry::HiddenWithNeighbour => ("hidden with its neighbour".to_owned(), String::new(), true),
        };
        Self { text, more, is_number: align == Align::Right, is_absent }
    }
}

impl From<&Quantity> for QuantityView {
    fn from(quantity: &Quantity) -> Self {
        Self {
            text: quantity.text(),
            interval: quantity.interval().unwrap_or_default(),
            reason: quantity.reason().unwrap_or_default().to_owned(),
            is_absent: quantity.value.is_none(),
        }
    }
}

impl From<Grade> for GradeView {
    fn from(grade: Grade) -> Self {
        Self { letter: grade.letter(), words: grade.words(), meaning: grade.meaning() }
    }
}

impl<'a> CardView<'a> {
    fn of(card: &'a NumberCard) -> Self {
        let arms = card.arms.iter().map(|arm| ArmView {
            arm: &arm.arm,
            before: (&arm.before).into(),
            after: (&arm.after).into(),
            change: (&arm.change).into(),
        });
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let count = |count: u64| fixed(count as f64, 0);
        let method = |id: &String| Link { anchor: format!("method-{}", slug(id)), label: id.clone() };
        Self {
            anchor: slug(&card.id),
            label: &card.label,
            definition: &card.definition,
            arms: arms.collect(),
            estimate: (&card.estimate).into(),
            estimate_is: &card.estimate_is,
            verb: &card.verb,
            grade: card.grade.into(),
            reasons: &card.reasons,
            n: count(card.n),
            n_of: &card.n_of,
            n_teams: count(card.n_teams),
            open: count(card.open),
            excluded: count(card.excluded),
            exclusions: &card.exclusions,
            unlinked: (&card.unlinked).into(),
            methods: card.methods.iter().map(method).collect(),
        }
    }
}
