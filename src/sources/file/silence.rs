//! Months in which a file holds nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _};
use chrono_tz::Tz;

use crate::log::Micros;

/// The months (`YYYY-MM`) between the first and the last of some instants that have none.
pub(super) fn silent_months(instants: &[Micros], zone: Tz) -> Vec<String> {
    let months: BTreeSet<i32> = instants
        .iter()
        .filter_map(|at| DateTime::from_timestamp_micros(*at))
        .map(|at| at.with_timezone(&zone))
        .map(|at| at.year() * 12 + i32::try_from(at.month0()).unwrap_or(0))
        .collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Vec::new() };
    (*first..*last)
        .filter(|month| !months.contains(month))
        .map(|month| format!("{}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_months_within_the_range_are_silent() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
        let instants = [at("2024-03-31T22:59:00Z"), at("2023-11-30T10:00:00Z"), at("2024-01-01T00:00:00Z")];
        assert_eq!(silent_months(&instants, Tz::UTC), ["2023-12", "2024-02"]);
        let summer = [at("2024-03-31T23:30:00Z"), at("2024-05-01T00:00:00Z")];
        assert!(silent_months(&summer, Tz::Europe__London).is_empty());
        assert_eq!(silent_months(&summer, Tz::UTC), ["2024-04"]);
        assert!(silent_months(&[], Tz::UTC).is_empty());
    }
}
