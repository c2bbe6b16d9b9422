//! What a design can find, by what teams did before: forecast from the window before alone.
//!
//! In: a history, and the launch that is planned. Out: for each measure how much teams' changes vary without any pilot, and
//! the smallest effect that this many teams find; and what more teams, or a start in drawn waves, would buy. Changes are
//! those between the halves of the window before, half as long as what will be compared, so the forecast is rather too
//! modest than too bold. Sources: `study::power`; METHODS.md#plan.

use std::collections::BTreeMap;

use crate::commands::history::{History, Launch};
use crate::log::Micros;
use crate::study::{Arm, Design, Refusal, Scale, Verdict, floor_p, smallest_effect_by_permutation};

/// What a measure could find.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Forecast {
    pub(crate) id: String,
    /// Units of a team in the window before, the mean.
    pub(crate) units: f64,
    /// Teams whose change could be told.
    pub(crate) teams: usize,
    /// Standard deviation of teams' changes between the halves, or why it cannot be told.
    pub(crate) spread: Result<f64, Refusal>,
    pub(crate) scale: Scale,
}

impl Forecast {
    /// The smallest effect that a design finds: a change in percent, or in points; towards less on a ratio.
    pub(crate) fn smallest(&self, pilot: usize, comparison: usize, alpha: f64, power: f64) -> Result<f64, Refusal> {
        let spread = self.spread.clone()? * smallest_effect_by_permutation(pilot, comparison, alpha, power)?;
        Ok(if self.scale == Scale::Ratio { (-spread).exp_m1() * 100.0 } else { spread * 100.0 })
    }
}

/// Forecasts every measure that the history can launch.
pub(crate) fn forecasts(
    history: &History,
    starts: &BTreeMap<String, Micros>,
    before_us: Micros,
    launch: &Launch,
    design: &Design,
) -> Vec<Forecast> {
    let halves = Launch {
        starts: starts.iter().map(|(team, start)| (team.clone(), start - before_us / 2)).collect(),
        before_us: before_us / 2,
        washout_us: 0,
        after_us: before_us / 2,
        cut_us: starts.values().copied().min().unwrap_or(launch.cut_us).min(launch.cut_us),
        ..launch.clone()
    };
    history.ids().into_iter().map(|id| forecast(id.clone(), history.verdict(&id, &halves, design))).collect()
}

fn forecast(id: String, verdict: Result<Verdict, Refusal>) -> Forecast {
    let verdict = match verdict {
        Err(refusal) => return Forecast { id, units: 0.0, teams: 0, spread: Err(refusal), scale: Scale::Ratio },
        Ok(verdict) => verdict,
    };
    let scale = verdict.effect.as_ref().map_or(Scale::Ratio, |effect| effect.scale);
    let all: u64 = verdict.teams.iter().map(|team| team.units.0 + team.units.1).sum();
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let (units, many) = (all as f64 / verdict.teams.len().max(1) as f64, |n: usize| n as f64);
    let changes = |arm: Arm| -> Vec<f64> {
        let of_arm = verdict.teams.iter().filter(|team| team.arm == arm && team.left_out.is_none());
        of_arm.filter_map(|team| team.change).collect()
    };
    let arms = [changes(Arm::Pilot), changes(Arm::Comparison)];
    let teams = arms[0].len() + arms[1].len();
    // Within arms: without a pilot they should not differ, and if they do it is not noise.
    let squares: f64 = arms
        .iter()
        .map(|arm| {
            let mean = arm.iter().sum::<f64>() / many(arm.len().max(1));
            arm.iter().map(|change| (change - mean).powi(2)).sum::<f64>()
        })
        .sum();
    let spread = if teams < 4 {
        Err(Refusal::TooFew { what: "teams with something in both halves of the window before", have: teams, need: 4 })
    } else if squares > 0.0 {
        Ok((squares / many(teams - 2)).sqrt())
    } else {
        Err(Refusal::NoVariation)
    };
    Forecast { id, units, teams, spread, scale }
}

/// A design that could be instead, and the smallest p that it can give.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Instead {
    pub(crate) words: String,
    pub(crate) pilot: usize,
    pub(crate) comparison: usize,
    pub(crate) floor_p: f64,
}

/// The design that is planned, and those that more teams or another start would make of it.
pub(crate) fn designs(pilot: usize, comparison: usize) -> Vec<Instead> {
    let instead = |words: String, pilot: usize, comparison: usize| {
        let floor_p = floor_p(pilot + comparison, pilot);
        Instead { words, pilot, comparison, floor_p }
    };
    let mut designs = vec![instead("as planned".to_owned(), pilot, comparison)];
    for more in [1, 2, 4, 8] {
        let words = format!("{more} more comparison team{}", if more == 1 { "" } else { "s" });
        designs.push(instead(words, pilot, comparison + more));
    }
    let all = pilot + comparison;
    if all >= 4 {
        let words = "a stepped start: two waves in drawn order, the second compared until it starts".to_owned();
        designs.push(instead(words, all / 2, all - all / 2));
    }
    designs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    fn with(spread: f64) -> Forecast {
        Forecast { id: "x".to_owned(), units: 12.0, teams: 8, spread: Ok(spread), scale: Scale::Ratio }
    }

    #[test]
    fn few_teams_find_nothing_by_design_and_more_find_less() {
        let refused = with(0.3).smallest(1, 3, 0.05, 0.8);
        assert_eq!(refused, Err(Refusal::NotByDesign { floor_p: 0.25 }));
        let few = with(0.3).smallest(3, 5, 0.05, 0.8).expect("eight teams");
        let more = with(0.3).smallest(3, 13, 0.05, 0.8).expect("sixteen teams");
        assert!(few < more && more < 0.0, "{few} {more}");
        let spread = smallest_effect_by_permutation(3, 5, 0.05, 0.8).expect("eight teams") * 0.3;
        close(few, ((-spread).exp() - 1.0) * 100.0, 1e-9);
        let share = Forecast { scale: Scale::Share, ..with(0.1) };
        assert!(share.smallest(3, 5, 0.05, 0.8).expect("eight teams") > 20.0);
    }

    #[test]
    fn every_design_says_its_smallest_p() {
        let all = designs(1, 3);
        assert_eq!(all.len(), 6);
        close(all[0].floor_p, 0.25, 1e-12);
        close(all[1].floor_p, 0.2, 1e-12);
        assert!(all[5].words.starts_with("a stepped start") && (all[5].pilot, all[5].comparison) == (2, 2));
        assert_eq!(designs(1, 2).len(), 5);
    }

    #[test]
    fn what_does_not_vary_or_is_not_there_has_no_forecast() {
        let none = forecast("x".to_owned(), Err(Refusal::Empty));
        assert_eq!(none.spread, Err(Refusal::Empty));
        assert_eq!(none.smallest(3, 5, 0.05, 0.8), Err(Refusal::Empty));
    }
}
