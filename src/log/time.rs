//! Instants as the log holds them: microseconds since the epoch, UTC.

use chrono::{DateTime, SecondsFormat, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Microseconds since the epoch, UTC.
pub type Micros = i64;

/// The instant in RFC 3339, UTC, to the second (fractions only where there are any).
pub fn to_rfc3339(at_us: Micros) -> String {
    DateTime::<Utc>::from_timestamp_micros(at_us)
        .map_or_else(|| format!("{at_us} us"), |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// Days since the epoch of the local date that the instant has in `zone`.
pub fn day_of(at_us: Micros, zone: Tz) -> i64 {
    let epoch = chrono::NaiveDate::default();
    DateTime::<Utc>::from_timestamp_micros(at_us).map_or_else(
        || at_us.div_euclid(86_400_000_000),
        |at| (zone.from_utc_datetime(&at.naive_utc()).date_naive() - epoch).num_days(),
    )
}
