//! Rendering: a document through both gates to a set of files.

use std::collections::BTreeMap;

use super::chart::{Layout, Naming};
use super::document::{Block, Document};
use super::quantity::{Quantity, Unit};
use super::scan::{self, Refusal};
use super::table::{Column, Entry, Table};
use super::text::slug;
use super::view::View;
use super::{csv_tables, html, markdown};

/// Why a report was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The document holds something that must not be shared.
    #[error(transparent)]
    NotShareable(#[from] Refusal),
    /// A chart could not be drawn.
    #[error("figure `{figure}` could not be drawn: {why}")]
    Drawing {
        /// Its anchor.
        figure: String,
        /// What the drawing library said.
        why: String,
    },
    /// A template could not be filled.
    #[error("the {format} template could not be filled: {why}")]
    Template {
        /// HTML or Markdown.
        format: &'static str,
        /// What the template engine said.
        why: String,
    },
    /// A table could not be written.
    #[error("table `{table}` could not be written: {why}")]
    Table {
        /// Its anchor.
        table: String,
        /// What the writer said.
        why: String,
    },
    /// Two blocks have the same anchor, so that one file would overwrite the other.
    #[error("two parts of the report have the anchor `{anchor}`")]
    SameAnchor {
        /// The anchor.
        anchor: String,
    },
}

/// The finished files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Text by relative path: `report.html`, `report.md`, `report.json`, `figures/*.svg`, `tables/*.csv`.
    pub files: BTreeMap<String, String>,
}

/// Renders a shareable document to all its files, in memory: nothing is written where any part is refused.
///
/// # Errors
/// Where the document or a finished file holds something that must not be shared, two anchors collide, or a chart,
/// template or table fails.
///
/// # Panics
/// Never: a document serialises, its maps having string keys only.
pub fn render(document: &Document) -> Result<Rendered, ReportError> {
    scan::document(document)?;
    let tables = tables(document)?;
    let view = View::of(document, &drawings(document)?);
    let mut files = BTreeMap::new();
    files.insert("report.html".to_owned(), html::html(&view)?);
    files.insert("report.md".to_owned(), markdown::markdown(&view)?);
    for (figure, drawing) in view.figures() {
        files.insert(format!("figures/{figure}.svg"), on_paper(drawing));
    }
    for (id, table) in &tables {
        let text = csv_tables::csv(table).map_err(|why| ReportError::Table { table: id.clone(), why })?;
        files.insert(format!("tables/{id}.csv"), text);
    }
    for (path, text) in &files {
        scan::file(path, text)?;
    }
    // Numbers in exponent form look like shas; the texts of the JSON are those of the document, scanned above.
    let json = serde_json::to_string_pretty(document).expect("a document has string keys only");
    files.insert("report.json".to_owned(), json + "\n");
    Ok(Rendered { files })
}

/// A hexadecimal fingerprint in groups of four, so that it is not taken for a commit id (nor by a reader).
pub fn fingerprint_in_groups(hexadecimal: &str) -> String {
    let digits: Vec<char> = hexadecimal.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Each figure drawn for a page and for a phone.
pub(super) type Drawings = BTreeMap<String, (String, String)>;

fn drawings(document: &Document) -> Result<Drawings, ReportError> {
    let mut drawings = BTreeMap::new();
    for block in document.sections.iter().flat_map(|section| &section.blocks) {
        let Block::Figure(figure) = block else { continue };
        let anchor = slug(&figure.id);
        let draw = |layout: Layout, suffix: &str| {
            let id = format!("{anchor}-{suffix}");
            let naming = Naming { id: &id, title: &figure.caption, description: &figure.explains };
            figure.chart.draw(layout, &naming).map_err(|why| ReportError::Drawing { figure: anchor.clone(), why })
        };
        drawings.insert(anchor.clone(), (draw(Layout::Wide, "page")?, draw(Layout::Narrow, "phone")?));
    }
    Ok(drawings)
}

/// The drawing as a file of its own: it brings its paper, because a dark viewer would not.
fn on_paper(drawing: &str) -> String {
    drawing.replacen("</desc>\n", "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n", 1)
}

fn tables(document: &Document) -> Result<BTreeMap<String, Table>, ReportError> {
    let mut tables =
        BTreeMap::from([("numbers".to_owned(), numbers(document)), ("caveats".to_owned(), caveats(document))]);
    let mut anchors: Vec<String> = Vec::new();
    for block in document.sections.iter().flat_map(|section| &section.blocks) {
        let (anchor, table) = match block {
            Block::Table(table) => (slug(&table.id), Some(table.clone())),
            Block::Figure(figure) => (slug(&figure.id), Some(figure.chart.table(&figure.id, &figure.caption))),
            Block::NumberCard(card) => (slug(&card.id), None),
            Block::NotTold(not_told) => (slug(&not_told.id), None),
            Block::Paragraph { .. } | Block::Callout(_) => continue,
        };
        if anchors.contains(&anchor) || table.is_some() && tables.contains_key(&anchor) {
            return Err(ReportError::SameAnchor { anchor });
        }
        if let Some(table) = table {
            tables.insert(anchor.clone(), table);
        }
        anchors.push(anchor);
    }
    Ok(tables)
}

fn numbers(document: &Document) -> Table {
    let columns = ["Measure", "Unit", "Teams", "What", "Value"].map(Column::text).into();
    let mut table = Table::new("numbers", "Every number card", columns);
    let unit_name =
        |quantity: &Quantity| Entry::text(if quantity.unit == Unit::Count { "count" } else { quantity.unit.name() });
    for block in document.sections.iter().flat_map(|section| &section.blocks) {
        let Block::NumberCard(card) = block else { continue };
        for arm in &card.arms {
            for (what, number) in [("before", &arm.before), ("after", &arm.after), ("change", &arm.change)] {
                table = table.row([
                    Entry::text(&card.id),
                    unit_name(number),
                    Entry::text(&arm.arm),
                    Entry::text(what),
                    Entry::Number(number.clone()),
                ]);
            }
        }
        let cells = [
            Entry::text(&card.id),
            unit_name(&card.estimate),
            Entry::text("all"),
            Entry::text(&card.estimate_is),
            Entry::Number(card.estimate.clone()),
        ];
        table = table.row(cells);
        for (what, count) in [("n", card.n), ("teams", card.n_teams), ("open", card.open), ("excluded", card.excluded)]
        {
            table = table.row([
                Entry::text(&card.id),
                Entry::text("count"),
                Entry::text("all"),
                Entry::text(what),
                Entry::count(count),
            ]);
        }
        table = table.row([
            Entry::text(&card.id),
            Entry::text("%"),
            Entry::text("all"),
            Entry::text("could not be linked"),
            Entry::Number(card.unlinked.clone()),
        ]);
    }
    table
}

fn caveats(document: &Document) -> Table {
    let columns = vec![
        Column::text("Kind"),
        Column::text("Meaning"),
        Column::text("Where"),
        Column::number("Count", Unit::Count),
    ];
    document.caveats.iter().fold(Table::new("caveats", "What the data cannot tell us", columns), |table, line| {
        table.row([
            Entry::text(&line.kind),
            Entry::text(&line.meaning),
            Entry::text(&line.place),
            Entry::count(line.count),
        ])
    })
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
