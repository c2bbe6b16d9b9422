//! One JSON object a line.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Broken, RawRow, RowFault, Table, cell};

/// Reads all lines. A field within a field has a dotted name (`fields.status.name`); a list is its members with commas.
pub(in crate::sources::file) fn read(bytes: &[u8], wanted: &[String]) -> Result<Table, Broken> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Which columns there are is known only at the end, hence all at once.
    let mut columns: BTreeSet<String> = BTreeSet::new();
    let mut rows = Vec::new();
    let mut lines = bytes.split(|byte| *byte == b'\n').zip(1_u64..).peekable();
    while let Some((text, line)) = lines.next() {
        if text.trim_ascii().is_empty() {
            continue;
        }
        let cells = match serde_json::from_slice::<Value>(text) {
            Ok(Value::Object(object)) => Ok(cells_of(&object, wanted, &mut columns)),
            Err(why) if why.is_eof() && lines.peek().is_none() => {
                return Err(Broken { line, reason: "the file ends inside a JSON value: it is cut off".to_owned() });
            }
            _ => Err(RowFault { column: None, reason: "the line is not one JSON object".to_owned() }),
        };
        rows.push(Ok(RawRow { line, cells }));
    }
    Ok(Table { columns: columns.into_iter().collect(), rows: Box::new(rows.into_iter()) })
}

/// The wanted cells of one object; notes the columns that it has.
pub(in crate::sources::file) fn cells_of(
    object: &Map<String, Value>,
    wanted: &[String],
    columns: &mut BTreeSet<String>,
) -> Vec<Option<String>> {
    let mut row = vec![None; wanted.len()];
    for (name, value) in object {
        flatten(name, value, wanted, columns, &mut row);
    }
    row.into_iter().map(|text| text.as_deref().and_then(cell)).collect()
}

fn flatten(name: &str, value: &Value, wanted: &[String], columns: &mut BTreeSet<String>, row: &mut [Option<String>]) {
    let scalar = match value {
        Value::Object(object) => {
            for (inner, value) in object {
                flatten(&format!("{name}.{inner}"), value, wanted, columns, row);
            }
            return;
        }
        Value::Array(members) => {
            note(name, columns);
            for member in members {
                flatten(name, member, wanted, columns, row);
            }
            return;
        }
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    };
    note(name, columns);
    let (Some(text), Some(place)) = (scalar, wanted.iter().position(|column| column == name)) else { return };
    match &mut row[place] {
        Some(before) => {
            before.push(',');
            before.push_str(&text);
        }
        empty => *empty = Some(text),
    }
}

fn note(name: &str, columns: &mut BTreeSet<String>) {
    if !columns.contains(name) {
        columns.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn fields_within_fields_have_dotted_names_and_lists_have_commas() {
        let text = br#"{"key":7,"fields":{"status":{"name":"Done"},"labels":["a","b"],"parts":[{"n":"x"},{"n":"y"}],"gone":null}}"#;
        let names = wanted(&["key", "fields.status.name", "fields.labels", "fields.parts.n", "fields.gone", "absent"]);
        let mut table = read(text, &names).unwrap();
        let cells = table.rows.next().unwrap().unwrap().cells.unwrap();
        let shown: Vec<_> = cells.iter().map(|cell| cell.as_deref().unwrap_or("∅")).collect();
        assert_eq!(shown, ["7", "Done", "a,b", "x,y", "∅", "∅"]);
        assert!(table.columns.contains(&"fields.gone".to_owned()) && !table.columns.contains(&"absent".to_owned()));
    }

    #[test]
    fn a_bad_line_is_a_bad_row_and_a_cut_off_file_is_broken() {
        let rows: Vec<_> = read(b"{}\n\n[1]\nx\n{\"a\":1}\n", &[]).unwrap().rows.map(Result::unwrap).collect();
        assert_eq!(
            rows.iter().map(|row| (row.line, row.cells.is_ok())).collect::<Vec<_>>(),
            [(1, true), (3, false), (4, false), (5, true)]
        );
        assert_eq!(read(b"{}\n{\"a\":", &[]).err().unwrap().line, 2);
    }

    #[test]
    fn deep_nesting_is_a_bad_row_and_no_crash() {
        let deep = format!("{}1{}\n{{}}\n", "{\"a\":".repeat(5000), "}".repeat(5000));
        let rows: Vec<_> = read(deep.as_bytes(), &[]).unwrap().rows.map(Result::unwrap).collect();
        assert!(rows[0].cells.is_err() && rows[1].cells.is_ok());
    }
}
