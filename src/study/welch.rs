//! Welch's t interval for two groups of team changes, and the pooled one: shown beside the permutation, never instead.

use super::{
    Interval, Refusal, real,
    refusal::finite,
    special_functions::{student_p, student_quantile},
};

/// A difference of two means with its t test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TTest {
    /// First mean less second.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The statistic.
    pub t: f64,
    /// Degrees of freedom, by Satterthwaite when not pooled.
    pub df: f64,
    /// The two-sided p-value.
    pub p: f64,
    /// The interval.
    pub interval: Interval,
}

/// Compares two means without taking their variances for equal.
///
/// # Errors
/// Refuses groups of fewer than two, and values that do not vary at all.
pub fn welch(first: &[f64], second: &[f64], level: f64) -> Result<TTest, Refusal> {
    let (one, two) = (moments(first)?, moments(second)?);
    let (a, b) = (one.1 / real(first.len()), two.1 / real(second.len()));
    let df = (a + b).powi(2) / (a * a / (real(first.len()) - 1.0) + b * b / (real(second.len()) - 1.0));
    finish(one.0 - two.0, (a + b).sqrt(), df, level)
}

/// Compares two means with one variance for both.
///
/// # Errors
/// Refuses groups of fewer than two, and values that do not vary at all.
pub fn pooled_t(first: &[f64], second: &[f64], level: f64) -> Result<TTest, Refusal> {
    let (one, two) = (moments(first)?, moments(second)?);
    let (n, m) = (real(first.len()), real(second.len()));
    let df = n + m - 2.0;
    let variance = (one.1 * (n - 1.0) + two.1 * (m - 1.0)) / df;
    finish(one.0 - two.0, (variance * (1.0 / n + 1.0 / m)).sqrt(), df, level)
}

/// Compares one mean with zero, as the changes of teams without any to compare with.
///
/// # Errors
/// Refuses fewer than two values, and values that do not vary at all.
pub fn one_sample_t(values: &[f64], level: f64) -> Result<TTest, Refusal> {
    let (mean, variance) = moments(values)?;
    finish(mean, (variance / real(values.len())).sqrt(), real(values.len()) - 1.0, level)
}

fn finish(difference: f64, standard_error: f64, df: f64, level: f64) -> Result<TTest, Refusal> {
    if standard_error.is_nan() || standard_error <= 0.0 {
        return Err(Refusal::NoVariation);
    }
    let t = difference / standard_error;
    let half = student_quantile(f64::midpoint(1.0, level), df) * standard_error;
    let interval = Interval::around(difference, half, level);
    Ok(TTest { difference, standard_error, t, df, p: student_p(t, df), interval })
}

fn moments(values: &[f64]) -> Result<(f64, f64), Refusal> {
    finite("a team's change", values)?;
    if values.len() < 2 {
        return Err(Refusal::TooFew { what: "teams in a group", have: values.len(), need: 2 });
    }
    let n = real(values.len());
    let mean = values.iter().sum::<f64>() / n;
    Ok((mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{TEN_TEAMS, close};

    // Case `did_10_teams` of the reference: scipy 1.17.1.
    #[test]
    fn ten_teams_give_the_published_t_tests() {
        let (pilot, comparison) = TEN_TEAMS.split_at(3);
        let test = welch(pilot, comparison, 0.95).expect("varies");
        close(test.difference, -3.323_809_523_809_524, 1e-9);
        close(test.t, -2.541_713_261_780_668, 1e-9);
        close(test.df, 2.422_503_251_316_955, 1e-9);
        close(test.p, 0.104_473_717_781_907_81, 1e-9);
        close(test.interval.lower, -8.107_148_792_601_6, 1e-8);
        close(test.interval.upper, 1.459_529_744_982_555_2, 1e-8);
        let pooled = pooled_t(pilot, comparison, 0.95).expect("varies");
        close(pooled.standard_error, 0.975_406_189_010_552_9, 1e-9);
        close(pooled.p, 0.009_255_688_463_133_174, 1e-9);
        close(pooled.interval.upper, -1.074_518_818_447_452_8, 1e-9);
    }

    #[test]
    fn one_team_in_a_group_and_equal_values_are_refused() {
        assert_eq!(
            welch(&[1.0], &[2.0, 3.0], 0.95),
            Err(Refusal::TooFew { what: "teams in a group", have: 1, need: 2 })
        );
        assert_eq!(welch(&[1.0, 1.0], &[2.0, 2.0], 0.95), Err(Refusal::NoVariation));
    }
}
