//! The delete-one-team jackknife: an error that holds when the spells of a team resemble each other.
//!
//! With team frailty of sd 0.4, Greenwood's interval covers 70 to 76%, this one 93.5 to 95% (METHODS.md#times; Williams,
//! Biometrics 1995). The team is left out whole, and t has one degree of freedom less than there are teams.

use super::{
    Interval, NoInterval, Refusal, Spell, kaplan_meier, real, restricted_mean_with_tail,
    special_functions::student_quantile,
};
use std::collections::BTreeMap;

/// Teams that an interval over teams takes.
pub const TEAMS_FOR_INTERVAL: usize = 5;

/// An estimate with its error over teams.
#[derive(Clone, Debug, PartialEq)]
pub struct Jackknife {
    /// The estimate from all.
    pub estimate: f64,
    /// `sqrt((J-1)/J sum (theta_j - mean)^2)`.
    pub standard_error: f64,
    /// Teams.
    pub clusters: usize,
    /// The t interval, from [`TEAMS_FOR_INTERVAL`] teams on.
    pub interval: Result<Interval, NoInterval>,
}

/// Estimates the restricted mean of spells in teams, with the error over teams.
///
/// # Errors
/// Refuses what the restricted mean refuses, with all teams or without any one, and fewer than two teams.
pub fn restricted_mean_over_teams<K: Ord>(spells: &[(K, Spell)], tau: f64, level: f64) -> Result<Jackknife, Refusal> {
    jackknife(spells, level, |part| {
        let part: Vec<Spell> = part.iter().map(|(_, spell)| *spell).collect();
        Ok(restricted_mean_with_tail(&kaplan_meier(&part)?, tau)?.mean)
    })
}

/// Leaves out each cluster in turn.
///
/// # Errors
/// Refuses fewer than two clusters, and what the estimator refuses.
pub fn jackknife<K: Ord, T: Copy>(
    rows: &[(K, T)],
    level: f64,
    estimator: impl Fn(&[(&K, T)]) -> Result<f64, Refusal>,
) -> Result<Jackknife, Refusal> {
    let mut clusters: BTreeMap<&K, Vec<T>> = BTreeMap::new();
    for (key, row) in rows {
        clusters.entry(key).or_default().push(*row);
    }
    if clusters.len() < 2 {
        return Err(Refusal::TooFew { what: "teams", have: clusters.len(), need: 2 });
    }
    let without = |left_out: Option<&K>| {
        let rest = clusters.iter().filter(|(key, _)| Some(**key) != left_out);
        let part: Vec<(&K, T)> = rest.flat_map(|(key, rows)| rows.iter().map(|row| (*key, *row))).collect();
        estimator(&part)
    };
    let estimate = without(None)?;
    let parts = clusters.keys().map(|key| without(Some(key))).collect::<Result<Vec<f64>, Refusal>>()?;
    let count = real(parts.len());
    let mean = parts.iter().sum::<f64>() / count;
    let spread: f64 = parts.iter().map(|part| (part - mean).powi(2)).sum();
    let standard_error = (spread * (count - 1.0) / count).sqrt();
    let interval = if parts.len() < TEAMS_FOR_INTERVAL {
        Err(NoInterval::TooFewTeams { have: parts.len(), need: TEAMS_FOR_INTERVAL })
    } else {
        let t = student_quantile(f64::midpoint(1.0, level), count - 1.0);
        Ok(Interval::around(estimate, t * standard_error, level))
    };
    Ok(Jackknife { estimate, standard_error, clusters: parts.len(), interval })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{close, spells};

    #[test]
    fn with_one_spell_a_team_it_is_the_error_of_a_mean() {
        let times = [3.0, 5.0, 8.0, 13.0, 21.0];
        let rows: Vec<(usize, Spell)> = spells(&times, &[1; 5]).into_iter().enumerate().collect();
        let found = restricted_mean_over_teams(&rows, 100.0, 0.95).expect("teams");
        close(found.estimate, 10.0, 1e-12);
        // Sample sd 7.2111 over the root of five; t(4) = 2.776445.
        close(found.standard_error, (208.0_f64 / 4.0 / 5.0).sqrt(), 1e-9);
        let interval = found.interval.expect("five teams");
        close(interval.upper, 10.0 + 2.776_445_105 * found.standard_error, 1e-6);
    }

    #[test]
    fn four_teams_have_an_error_and_no_interval_and_one_has_neither() {
        let rows: Vec<(usize, Spell)> = spells(&[3.0, 5.0, 8.0, 9.0], &[1; 4]).into_iter().enumerate().collect();
        let found = restricted_mean_over_teams(&rows, 20.0, 0.95).expect("teams");
        assert_eq!(found.interval, Err(NoInterval::TooFewTeams { have: 4, need: 5 }));
        assert!(restricted_mean_over_teams(&rows[..1], 20.0, 0.95).is_err());
    }
}
