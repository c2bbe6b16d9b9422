//! What the tests of this room share.

/// Checks that two numbers are as close as the case demands.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) {
    let gap = (found - expected).abs();
    assert!(
        gap <= tolerance || gap.is_nan() && found.is_nan() && expected.is_nan(),
        "{found} is not {expected} within {tolerance}"
    );
}

/// Changes of the ten teams of case `did_10_teams`, the three of the pilot first.
pub(crate) const TEN_TEAMS: [f64; 10] = [
    9.1 - 14.2,
    12.8 - 18.5,
    10.2 - 11.9,
    15.1 - 16.3,
    13.9 - 13.1,
    18.2 - 20.4,
    14.1 - 15.0,
    12.9 - 12.7,
    15.8 - 17.6,
    14.0 - 14.8,
];

use super::{Cause, Spell};

/// Makes spells of times and marks of the event.
pub(crate) fn spells(times: &[f64], ended: &[u8]) -> Vec<Spell> {
    let cause = |mark: &u8| if *mark == 1 { Cause::Done } else { Cause::Open };
    times.iter().zip(ended).map(|(time, mark)| Spell::new(*time, cause(mark))).collect()
}

/// The two groups of R's `aml`.
pub(crate) fn aml() -> (Vec<Spell>, Vec<Spell>) {
    (
        spells(&[9., 13., 13., 18., 23., 28., 31., 34., 45., 48., 161.], &[1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
        spells(&[5., 5., 8., 8., 12., 16., 23., 27., 30., 33., 43., 45.], &[1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
    )
}
