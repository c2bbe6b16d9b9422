//! Comma-separated values.

use std::io::Cursor;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{Broken, RawRow, RowFault, Table, cell};

/// Reads a CSV file with a header; `None` where there is not even a header.
pub(in crate::sources::file) fn read(
    mut bytes: Vec<u8>,
    separator: u8,
    wanted: &[String],
) -> Result<Option<Table>, Broken> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Broken { line: 1, reason: "the file is UTF-16; save it as UTF-8".to_owned() });
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(Cursor::new(bytes));
    let mut header = ByteRecord::new();
    if !reader.read_byte_record(&mut header).unwrap_or(false) {
        return Ok(None);
    }
    let columns: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let places = wanted.iter().map(|name| columns.iter().position(|column| column == name)).collect();
    let rows = Rows { reader, separator, record: ByteRecord::new(), columns: columns.clone(), places, done: false };
    if rows.is_at_end() && ends_in_quotes(rows.bytes(header.position()), separator) {
        return Err(Broken { line: 1, reason: UNTERMINATED.to_owned() });
    }
    Ok(Some(Table { columns, rows: Box::new(rows) }))
}

const UNTERMINATED: &str =
    "the file ends inside a quoted cell of the row that begins here: it is cut off, or a quote is too many";

struct Rows {
    reader: Reader<Cursor<Vec<u8>>>,
    separator: u8,
    record: ByteRecord,
    columns: Vec<String>,
    places: Vec<Option<usize>>,
    done: bool,
}

impl Rows {
    /// The file from a record on.
    fn bytes(&self, position: Option<&csv::Position>) -> &[u8] {
        let start = position.map_or(0, csv::Position::byte);
        usize::try_from(start).ok().and_then(|start| self.reader.get_ref().get_ref().get(start..)).unwrap_or_default()
    }

    /// Whether the record just read was the last.
    fn is_at_end(&self) -> bool {
        self.reader.position().byte() >= self.reader.get_ref().get_ref().len() as u64
    }

    fn cells(&self) -> Result<Vec<Option<String>>, RowFault> {
        let (cells, columns) = (self.record.len(), self.columns.len());
        if cells != columns {
            let column = self.columns.get(cells).cloned();
            return Err(RowFault { column, reason: format!("the row has {cells} cells and the header {columns}") });
        }
        self.places
            .iter()
            .map(|place| {
                let Some(bytes) = place.and_then(|place| self.record.get(place)) else { return Ok(None) };
                std::str::from_utf8(bytes).map(cell).map_err(|_| RowFault {
                    column: place.map(|place| self.columns[place].clone()),
                    reason: "the cell is not UTF-8".to_owned(),
                })
            })
            .collect()
    }
}

impl Iterator for Rows {
    type Item = Result<RawRow, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut record = std::mem::take(&mut self.record);
        let more = self.reader.read_byte_record(&mut record);
        self.record = record;
        // The reader's position is where the record before ended: blank lines between the two are still to be counted.
        let position = self.record.position().cloned();
        let rest = self.bytes(position.as_ref());
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
        let line = position.as_ref().map_or(1, csv::Position::line) + blank as u64;
        match more {
            Ok(false) => None,
            Ok(true) if self.is_at_end() && ends_in_quotes(rest, self.separator) => {
                self.done = true;
                Some(Err(Broken { line, reason: UNTERMINATED.to_owned() }))
            }
            Ok(true) => Some(Ok(RawRow { line, cells: self.cells() })),
            Err(_) => {
                self.done = true;
                Some(Err(Broken { line, reason: "the row cannot be read as CSV".to_owned() }))
            }
        }
    }
}

/// Whether the last records of a file end inside quotes; the reader itself takes the end of the file for the closing one.
fn ends_in_quotes(bytes: &[u8], separator: u8) -> bool {
    #[derive(PartialEq)]
    enum State {
        CellStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
    let mut state = State::CellStart;
    for &byte in bytes {
        let ends_cell = byte == separator || byte == b'\n' || byte == b'\r';
        state = match state {
            State::Quoted if byte == b'"' => State::QuoteInQuoted,
            State::Quoted => State::Quoted,
            State::CellStart | State::QuoteInQuoted if byte == b'"' => State::Quoted,
            _ if ends_cell => State::CellStart,
            _ => State::Plain,
        };
    }
    state == State::Quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8], wanted: &[&str]) -> Vec<Result<RawRow, Broken>> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        read(text.to_vec(), b',', &wanted).unwrap().unwrap().rows.collect()
    }

    fn lines(rows: &[Result<RawRow, Broken>]) -> Vec<u64> {
        rows.iter().map(|row| row.as_ref().unwrap().line).collect()
    }

    #[test]
    fn lines_are_those_of_the_file_with_quoted_and_blank_lines_between() {
        let rows = rows(b"\xEF\xBB\xBFa,b\r\n1,\"x\r\ny\r\n\"\r\n\r\n\r\n2,z\n3,\"\"\"\"\n", &["b", "a"]);
        assert_eq!(lines(&rows), [2, 7, 8]);
        let cells = |place: usize| rows[place].as_ref().unwrap().cells.as_ref().unwrap();
        assert_eq!(cells(0)[0].as_deref(), Some("x\r\ny"));
        assert_eq!(cells(2), &[Some("\"".to_owned()), Some("3".to_owned())]);
    }

    #[test]
    fn a_file_that_ends_inside_quotes_is_broken_at_the_row_that_opened_them() {
        let cut = rows(b"a,b\n1,x\n2,\"cut off\nand on", &["a"]);
        assert_eq!(cut[1].as_ref().unwrap_err().line, 3);
        assert!(rows(b"a,b\n1,\"whole\"", &["a"])[0].is_ok());
        assert!(rows(b"a,b\n1,5\" pipe", &["a"])[0].is_ok(), "a quote inside a plain cell opens nothing");
        assert!(read(b"a,\"b".to_vec(), b',', &[]).is_err());
    }

    #[test]
    fn ragged_rows_and_cells_that_are_no_text_are_bad_rows_by_column() {
        let rows = rows(b"a,b,c\n1,2\n1,2,3,4\n1,\xFF,3\n\xFF,2,3\n", &["b", "c"]);
        let fault = |place: usize| rows[place].as_ref().unwrap().cells.as_ref().err();
        assert_eq!(fault(0).unwrap().column.as_deref(), Some("c"));
        assert_eq!(fault(1).unwrap().reason, "the row has 4 cells and the header 3");
        assert_eq!(fault(2).unwrap().column.as_deref(), Some("b"));
        assert!(fault(3).is_none(), "a column that nobody wants may hold anything");
    }

    #[test]
    fn another_encoding_is_named_and_an_empty_file_has_no_header() {
        assert!(read(b"\xFF\xFEa\0".to_vec(), b',', &[]).err().unwrap().reason.contains("UTF-16"));
        assert!(read(Vec::new(), b',', &[]).unwrap().is_none());
        assert!(read(b"\n\n".to_vec(), b',', &[]).unwrap().is_none());
    }
}
