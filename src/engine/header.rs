//! The header of a query file: what it says of itself, read by the program so that it cannot lie.

use super::EngineError;
use crate::log::Kind;

/// One column that a query writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// Name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether a cell may be absent.
    pub nullable: bool,
}

/// What a query file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the answer is, in one sentence.
    pub title: String,
    /// What one row stands for.
    pub grain: String,
    /// The tables it reads, sorted.
    pub reads: Vec<String>,
    /// The columns it writes, in order.
    pub writes: Vec<OutputColumn>,
    /// The unit of its numbers.
    pub unit: String,
    /// What an absent cell means.
    pub null_means: String,
    /// What happens to open journeys.
    pub open_journeys: String,
    /// The section of `METHODS.md` that defines it.
    pub see: String,
}

const FIELDS: [&str; 7] = ["grain", "reads", "writes", "unit", "null means", "open journeys", "see"];

impl Header {
    /// Reads the comment lines that a file opens with; a line that is indented goes on with the one before.
    pub(super) fn read(file: &str, sql: &str) -> Result<Self, EngineError> {
        let wrong = |line: usize, message: String| EngineError::Header {
            file: file.to_owned(),
            line: line as u64 + 1,
            message,
        };
        let mut lines: Vec<(usize, String)> = Vec::new();
        for (place, line) in sql.lines().enumerate() {
            let Some(text) = line.strip_prefix("--") else { break };
            match (text.starts_with("   "), lines.last_mut()) {
                (true, Some((_, before))) => {
                    before.push(' ');
                    before.push_str(text.trim());
                }
                _ => lines.push((place, text.trim().to_owned())),
            }
        }
        let title = lines.first().map(|(_, text)| text.clone()).unwrap_or_default();
        if !title.ends_with('.') {
            return Err(wrong(0, "the first line must be a title that ends in a full stop".to_owned()));
        }
        let mut values: Vec<(usize, String)> = Vec::new();
        for (place, field) in FIELDS.iter().enumerate() {
            let (line, text) =
                lines.get(place + 1).ok_or_else(|| wrong(lines.len(), format!("the header lacks `-- {field}: …`")))?;
            let value = text
                .strip_prefix(field)
                .and_then(|rest| rest.strip_prefix(':'))
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| wrong(*line, format!("here must stand `-- {field}: …`")))?;
            values.push((*line, value.to_owned()));
        }
        let [grain, reads, writes, unit, null_means, open_journeys, see]: [(usize, String); 7] =
            values.try_into().expect("one value was pushed for each field");
        if !see.1.starts_with("METHODS.md#") {
            return Err(wrong(see.0, "`see` must lead to a section of `METHODS.md`".to_owned()));
        }
        let mut tables: Vec<String> = reads.1.split(',').map(|table| table.trim().to_owned()).collect();
        tables.sort_unstable();
        let writes = writes
            .1
            .split(',')
            .map(|column| {
                output_column(column).ok_or_else(|| {
                    wrong(
                        writes.0,
                        format!(
                            "`{}` is not a column with its kind (`text`, `int`, `bool`; `?` where it may be null)",
                            column.trim()
                        ),
                    )
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            title,
            grain: grain.1,
            reads: tables,
            writes,
            unit: unit.1,
            null_means: null_means.1,
            open_journeys: open_journeys.1,
            see: see.1,
        })
    }
}

fn output_column(written: &str) -> Option<OutputColumn> {
    let mut words = written.split_whitespace();
    let (name, kind) = (words.next()?, words.next()?);
    let (word, nullable) = kind.strip_suffix('?').map_or((kind, false), |word| (word, true));
    let kind = match word {
        "text" => Kind::Text,
        "int" => Kind::Int,
        "bool" => Kind::Bool,
        _ => return None,
    };
    words.next().is_none().then(|| OutputColumn { name: name.to_owned(), kind, nullable })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-- Answers.\n-- grain: one row per answer\n-- reads: events, asks\n-- writes: a text, b int?,\n--   c bool\n-- unit: none\n-- null means: b: unknown\n-- open journeys: none\n-- see: METHODS.md#x\n\nselect 1";

    #[test]
    fn a_header_is_read_with_its_continued_lines() {
        let header = Header::read("links/x.sql", GOOD).expect("it is complete");
        assert_eq!(header.title, "Answers.");
        assert_eq!(header.reads, ["asks", "events"]);
        assert_eq!(header.writes.len(), 3);
        assert_eq!(header.writes[1], OutputColumn { name: "b".to_owned(), kind: Kind::Int, nullable: true });
        assert_eq!(header.writes[2], OutputColumn { name: "c".to_owned(), kind: Kind::Bool, nullable: false });
    }

    #[test]
    fn every_line_of_a_header_must_be_there() {
        for field in FIELDS {
            let without: Vec<&str> = GOOD.lines().filter(|line| !line.starts_with(&format!("-- {field}:"))).collect();
            let error = Header::read("links/x.sql", &without.join("\n")).expect_err("a line is missing");
            assert!(error.to_string().contains(field), "{error}");
        }
    }

    #[test]
    fn a_title_is_a_sentence_and_a_column_has_a_kind() {
        assert!(Header::read("x", &GOOD.replace("Answers.", "Answers")).is_err());
        assert!(Header::read("x", &GOOD.replace("a text", "a varchar")).is_err());
        assert!(Header::read("x", &GOOD.replace("METHODS.md#x", "elsewhere")).is_err());
    }
}
