//! The same effect by methods that the plan did not choose: shown beside, never instead.
//!
//! In: a verdict. Out: findings on its scale: the median of all differences between a pilot and a comparison team with its
//! exact limits, and, with four teams in each arm, the restricted wild cluster bootstrap. Where a method refuses, it is
//! absent. Sources: `mann_whitney`, `cluster_robust`.

use super::{Arm, Design, Finding, Interval, Scale, Verdict, hodges_lehmann, wild_bootstrap};

/// Second readings of an effect against comparison teams.
pub fn second_readings(verdict: &Verdict, design: &Design) -> Vec<Finding> {
    let Ok(effect) = &verdict.effect else { return Vec::new() };
    let entering = || verdict.teams.iter().filter(|team| team.left_out.is_none());
    let of =
        |arm: Arm| -> Vec<f64> { entering().filter(|team| team.arm == arm).filter_map(|team| team.change).collect() };
    let (pilot, comparison) = (of(Arm::Pilot), of(Arm::Comparison));
    let back = |value: f64| if effect.scale == Scale::Ratio { value.exp() } else { value };
    let finding = |estimate: f64, interval: Interval, p: Option<f64>, method: String| Finding {
        scale: effect.scale,
        estimate: back(estimate),
        interval: Ok(interval.map(back)),
        p,
        floor_p: None,
        placebo: None,
        method,
    };
    let shift = hodges_lehmann(&pilot, &comparison, design.level()).map(|shift| {
        let method = format!(
            "Hodges-Lehmann: median difference between a pilot and a comparison team; limits achieve {:.1}%",
            shift.achieved * 100.0
        );
        finding(shift.estimate, Interval { level: shift.achieved, ..shift.interval }, None, method)
    });
    let changes: Vec<f64> = pilot.iter().chain(&comparison).copied().collect();
    let marks: Vec<bool> = (0..changes.len()).map(|at| at < pilot.len()).collect();
    let signs = wild_bootstrap(&changes, &marks, design.alpha, design.seed).map(|found| {
        let way = if found.exact { "every sign" } else { "drawn weights" };
        let method = format!(
            "restricted wild cluster bootstrap over teams ({way}, {} draws), interval by inversion",
            found.total
        );
        finding(found.estimate, found.interval, Some(found.p), method)
    });
    shift.into_iter().chain(signs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Period, RateRecord, rate_study};

    fn verdict(pilots: u32) -> Verdict {
        let record = |team: u32, period: Period| RateRecord {
            team: format!("team {team}"),
            arm: if team < pilots { Arm::Pilot } else { Arm::Comparison },
            period,
            amount: f64::from(60 + 7 * team % 5) * if team < pilots && period == Period::After { 0.5 } else { 1.0 }
                + f64::from(team * 3 % 4),
            exposure: 20.0,
            units: 60,
        };
        let records: Vec<RateRecord> =
            (0..9).flat_map(|team| [record(team, Period::Before), record(team, Period::After)]).collect();
        rate_study(&records, &Design::default()).expect("records")
    }

    #[test]
    fn four_pilot_teams_have_two_readings_and_three_have_one() {
        let four = second_readings(&verdict(4), &Design::default());
        assert_eq!(four.len(), 2);
        assert!(four.iter().all(|finding| (finding.estimate - 0.5).abs() < 0.05), "{four:?}");
        assert!(four[1].p.expect("a test") < 0.05 && four[0].p.is_none());
        let three = second_readings(&verdict(3), &Design::default());
        assert_eq!(three.len(), 1);
        assert!(three[0].method.starts_with("Hodges-Lehmann"));
    }
}
