//! CSV: one file a table or figure, units in the column names, every cell filled.

use super::quantity::{Bound, Quantity};
use super::table::{Entry, Table};
use super::text::spreadsheet;

/// A table as CSV (RFC 4180). A column whose numbers have intervals becomes three.
pub(super) fn csv(table: &Table) -> Result<String, String> {
    let with_interval: Vec<bool> = (0..table.columns.len())
        .map(|column| {
            table.rows.iter().any(|row| matches!(row.get(column), Some(Entry::Number(number)) if has_interval(number)))
        })
        .collect();
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let mut heading = Vec::new();
    for (column, has_interval) in table.columns.iter().zip(&with_interval) {
        heading.push(spreadsheet(&column.heading()));
        if *has_interval {
            heading.push(spreadsheet(&format!("{}, low end", column.heading())));
            heading.push(spreadsheet(&format!("{}, high end", column.heading())));
        }
    }
    writer.write_record(&heading).map_err(|error| error.to_string())?;
    for row in &table.rows {
        let cells = row.iter().zip(&with_interval).flat_map(|(entry, has_interval)| cells(entry, *has_interval));
        writer.write_record(cells).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

const fn has_interval(number: &Quantity) -> bool {
    !matches!((number.low, number.high), (Bound::None, Bound::None))
}

fn cells(entry: &Entry, has_interval: bool) -> Vec<String> {
    let (first, ends) = match entry {
        Entry::Text(text) => (spreadsheet(text), None),
        Entry::FewerThanFive => ("fewer than five people".to_owned(), None),
        Entry::HiddenWithNeighbour => ("hidden with its neighbour".to_owned(), None),
        Entry::Number(number) => {
            let value = number.value.map(|value| plain(value * number.unit.written_times()));
            let end = |end: Bound| match end {
                Bound::At(end) => plain(end * number.unit.written_times()),
                Bound::NotReached => "not reached".to_owned(),
                Bound::None => "none".to_owned(),
            };
            (value.unwrap_or_else(|| number.text()), Some((end(number.low), end(number.high))))
        }
    };
    if !has_interval {
        return vec![first];
    }
    let (low, high) = ends.unwrap_or_else(|| ("none".to_owned(), "none".to_owned()));
    vec![first, low, high]
}

/// A number for machines: at most four decimals, a plain minus, no negative zero.
fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::quantity::{Absence, Unit};
    use super::super::table::Column;
    use super::*;

    #[test]
    fn units_stand_in_the_heading_and_absence_in_the_cell() {
        let table = Table::new("t", "T", vec![Column::text("Team"), Column::number("Wait", Unit::Days)])
            .row([
                Entry::text("=cmd|'/C calc'!A0"),
                Entry::Number(Quantity::level(4.25, Unit::Days).between(Some(1.0), None)),
            ])
            .row([Entry::text("a,\"b\""), Entry::Number(Quantity::absent(Unit::Days, Absence::NotReached))])
            .row([Entry::text("c"), Entry::FewerThanFive]);
        assert_eq!(
            csv(&table).expect("strings are written"),
            "Team,Wait (days),\"Wait (days), low end\",\"Wait (days), high end\"\n\
             '=cmd|'/C calc'!A0,4.25,1,not reached\n\"a,\"\"b\"\"\",not reached,none,none\nc,fewer than five people,none,none\n"
        );
    }
}
