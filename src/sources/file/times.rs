//! Times as files write them → instants.

use chrono::format::{Fixed, Item, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};
use chrono_tz::Tz;

use crate::log::Micros;

/// How one file writes times.
pub(super) struct Clock {
    format: Format,
    name: String,
    zone: Tz,
}

enum Format {
    Rfc3339,
    /// Microseconds of one unit.
    Epoch(i64),
    Pattern {
        pattern: String,
        has_offset: bool,
    },
}

/// Beyond these years a number was read in the wrong unit.
const YEARS: std::ops::Range<Micros> = 0..7_258_118_400_000_000;

impl Clock {
    /// Reads `time-format`; the error says what would be right.
    pub(super) fn new(written: Option<&str>, zone: Tz) -> Result<Self, String> {
        let name = written.unwrap_or("rfc3339");
        let format = match name {
            "rfc3339" => Format::Rfc3339,
            "epoch-s" => Format::Epoch(1_000_000),
            "epoch-ms" => Format::Epoch(1_000),
            "epoch-us" => Format::Epoch(1),
            pattern => {
                let items: Vec<Item<'_>> = StrftimeItems::new(pattern).collect();
                if !pattern.contains('%') || items.contains(&Item::Error) {
                    return Err(format!(
                        "`{pattern}` is neither `rfc3339`, `epoch-s`, `epoch-ms`, `epoch-us` nor a pattern such as `%d/%m/%Y %H:%M`"
                    ));
                }
                let has_offset = items.iter().any(|item| match item {
                    Item::Fixed(fixed) => matches!(
                        fixed,
                        Fixed::TimezoneOffset
                            | Fixed::TimezoneOffsetColon
                            | Fixed::TimezoneOffsetDoubleColon
                            | Fixed::TimezoneOffsetZ
                            | Fixed::TimezoneOffsetColonZ
                            | Fixed::RFC2822
                            | Fixed::RFC3339
                    ),
                    _ => false,
                });
                Format::Pattern { pattern: pattern.to_owned(), has_offset }
            }
        };
        Ok(Self { format, name: name.to_owned(), zone })
    }

    /// The instant that a cell means. The reason says the shape of the cell and never the cell.
    pub(super) fn read(&self, cell: &str) -> Result<Micros, String> {
        let unreadable = || format!("no time in the format `{}` ({})", self.name, shape(cell));
        let at = match &self.format {
            Format::Epoch(unit) => {
                let count: f64 = cell.parse().map_err(|_| unreadable())?;
                match cell.parse::<i64>() {
                    Ok(whole) => whole.checked_mul(*unit),
                    // A fraction of a second; 53 bits hold microseconds of any year that passes below.
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_precision_loss,
                        reason = "saturates, then refused"
                    )]
                    Err(_) => Some((count * *unit as f64) as i64),
                }
                .ok_or_else(unreadable)?
            }
            Format::Rfc3339 => match with_offset(cell) {
                Some(at) => at,
                None => self.local(iso(cell).ok_or_else(unreadable)?)?,
            },
            Format::Pattern { pattern, has_offset: true } => {
                DateTime::parse_from_str(cell, pattern).map_err(|_| unreadable())?.timestamp_micros()
            }
            Format::Pattern { pattern, has_offset: false } => {
                let local = NaiveDateTime::parse_from_str(cell, pattern)
                    .or_else(|_| NaiveDate::parse_from_str(cell, pattern).map(|date| date.and_time(NaiveTime::MIN)));
                self.local(local.map_err(|_| unreadable())?)?
            }
        };
        if YEARS.contains(&at) { Ok(at) } else { Err("a time outside the years 1970 to 2199".to_owned()) }
    }

    /// Where the clock is set back a local time happens twice: the earlier is taken. Where it is set forward some do not
    /// happen at all.
    fn local(&self, local: NaiveDateTime) -> Result<Micros, String> {
        self.zone
            .from_local_datetime(&local)
            .earliest()
            .map(|at| at.timestamp_micros())
            .ok_or_else(|| format!("a local time that does not exist in {} (the clock is set forward)", self.zone))
    }
}

fn with_offset(cell: &str) -> Option<Micros> {
    DateTime::parse_from_rfc3339(cell)
        .or_else(|_| DateTime::parse_from_str(cell, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_str(cell, "%Y-%m-%d %H:%M:%S%.f%z"))
        .ok()
        .map(|at| at.timestamp_micros())
}

/// Without an offset: to the second or the minute, or a date, which means its start.
fn iso(cell: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|pattern| NaiveDateTime::parse_from_str(cell, pattern).ok())
        .or_else(|| NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok().map(|date| date.and_time(NaiveTime::MIN)))
}

fn shape(cell: &str) -> String {
    let digits = cell.chars().filter(char::is_ascii_digit).take(20).count();
    let has = |letter: char, name: &str| if cell.contains(letter) { String::new() } else { format!(", no `{name}`") };
    format!("{digits} digits{}{}", has('T', "T"), has(':', ":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Option<&str>, cell: &str) -> Result<String, String> {
        Clock::new(format, Tz::Europe__London).unwrap().read(cell).map(crate::log::to_rfc3339)
    }

    #[test]
    fn offsets_are_obeyed_and_local_times_are_the_files_own() {
        for cell in
            ["2024-07-01T12:00:00+02:00", "2024-07-01T10:00:00.000+0000", "2024-07-01 11:00", "2024-07-01T11:00:00"]
        {
            assert_eq!(read(None, cell).unwrap(), "2024-07-01T10:00:00Z", "{cell}");
        }
        assert_eq!(read(None, "2024-07-01").unwrap(), "2024-06-30T23:00:00Z");
        assert_eq!(read(Some("%d/%m/%Y %H:%M"), "01/07/2024 11:00").unwrap(), "2024-07-01T10:00:00Z");
        assert_eq!(read(Some("%d/%m/%Y"), "01/12/2024").unwrap(), "2024-12-01T00:00:00Z");
        assert_eq!(read(Some("%d %b %Y %H:%M %z"), "01 Jul 2024 11:00 +0100").unwrap(), "2024-07-01T10:00:00Z");
    }

    #[test]
    fn a_local_time_that_happens_twice_is_the_earlier_and_one_that_never_happens_is_refused() {
        assert_eq!(read(None, "2024-10-27 01:30").unwrap(), "2024-10-27T00:30:00Z");
        assert!(read(None, "2024-03-31 01:30").unwrap_err().contains("does not exist in Europe/London"));
    }

    #[test]
    fn epochs_are_read_in_their_unit_and_a_wrong_unit_is_noticed() {
        assert_eq!(read(Some("epoch-s"), "1700000000.5").unwrap(), "2023-11-14T22:13:20.500Z");
        assert_eq!(read(Some("epoch-ms"), "1700000000000").unwrap(), "2023-11-14T22:13:20Z");
        assert!(read(Some("epoch-s"), "1700000000000").unwrap_err().contains("1970 to 2199"));
        assert!(read(Some("epoch-s"), "9223372036854775807").is_err());
        assert!(read(Some("epoch-s"), "NaN").is_err() || read(Some("epoch-s"), "NaN").unwrap().starts_with("1970"));
    }

    #[test]
    fn a_reason_tells_the_shape_and_never_the_cell() {
        let reason = read(None, "Jane Doe 202401010900").unwrap_err();
        assert_eq!(reason, "no time in the format `rfc3339` (12 digits, no `T`, no `:`)");
    }

    #[test]
    fn a_format_that_is_none_is_refused() {
        for format in ["%Q %!", "iso", "epoch"] {
            assert!(Clock::new(Some(format), Tz::UTC).is_err(), "{format}");
        }
    }
}
