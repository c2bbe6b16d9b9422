//! What the cells of measures mean outside SQL: windows, names, counts and stretches of time.

use crate::log::Micros;
use crate::study::{Arm, Period};

/// The arm and window of a row, where it is compared.
pub(super) fn window_of(arm: Option<&str>, period: Option<&str>) -> Option<(Arm, Period)> {
    let arm = match arm? {
        "pilot" => Arm::Pilot,
        "comparison" => Arm::Comparison,
        _ => return None,
    };
    let period = match period? {
        "before" => Period::Before,
        "after" => Period::After,
        _ => return None,
    };
    Some((arm, period))
}

/// The name in `TYPE:NAME`.
pub(super) fn bare_name(object_id: &str) -> &str {
    object_id.split_once(':').map_or(object_id, |(_, name)| name)
}

/// A number of rows; never negative where the queries keep their promises.
pub(super) fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A count as a number to divide with.
#[expect(clippy::cast_precision_loss, reason = "counts and microseconds stay far below 2^53")]
pub(super) const fn real(value: i64) -> f64 {
    value as f64
}

/// Days of a stretch of time.
pub(super) const fn days(us: Micros) -> f64 {
    real(us) / 86_400e6
}

/// Hours of a stretch of time.
pub(super) const fn hours(us: Micros) -> f64 {
    real(us) / 3_600e6
}
