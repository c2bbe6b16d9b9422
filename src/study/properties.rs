//! What must hold whatever the numbers (METHODS.md#statistics).

use super::testing::close;
use super::*;
use proptest::prelude::*;

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![2 => Just(Cause::Done), 1 => Just(Cause::Open), 1 => Just(Cause::Abandoned)]
}

/// Spells with ties, and some seen late.
fn rows() -> impl Strategy<Value = Vec<Spell>> {
    let one = (0_u32..20, 1_u32..20, cause(), any::<bool>()).prop_map(|(entry, lasted, cause, late)| {
        let entry = if late { f64::from(entry) } else { 0.0 };
        Spell { entry, time: entry + f64::from(lasted), cause }
    });
    prop::collection::vec(one, 2..40)
}

fn ended() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((1_u32..50).prop_map(f64::from), 2..40)
}

fn team_changes() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
    (4_usize..9).prop_flat_map(|n| {
        let changes = prop::collection::vec((-40_i32..40).prop_map(|change| f64::from(change) / 8.0), n);
        (changes, 1..n).prop_map(move |(changes, k)| (changes, (0..n).map(|team| team < k).collect()))
    })
}

fn time_records() -> impl Strategy<Value = Vec<TimeRecord>> {
    let one = (0_usize..8, any::<bool>(), 1_u32..400, 0_u32..8).prop_map(|(team, after, tenths, cause)| TimeRecord {
        team: format!("team {team}"),
        arm: if team < 3 { Arm::Pilot } else { Arm::Comparison },
        period: if after { Period::After } else { Period::Before },
        entry_days: 0.0,
        time_days: f64::from(tenths) / 8.0,
        cause: if cause == 0 { Cause::Open } else { Cause::Done },
    });
    prop::collection::vec(one, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn incidences_and_survival_sum_to_one(rows in rows()) {
        for step in incidences(&rows).expect("spells") {
            close(step.done + step.abandoned + step.open, 1.0, 1e-9);
        }
    }

    #[test]
    fn rows_in_another_order_give_the_same_curve(rows in rows()) {
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert_eq!(kaplan_meier(&rows), kaplan_meier(&turned));
    }

    #[test]
    fn without_open_spells_the_curve_is_the_empirical_distribution(times in ended()) {
        let rows: Vec<Spell> = times.iter().map(|time| Spell::new(*time, Cause::Done)).collect();
        let curve = kaplan_meier(&rows).expect("spells");
        for at in [0.5, 7.0, 12.5, 49.0, 60.0] {
            let above = times.iter().filter(|time| **time > at).count();
            close(curve.survival_at(at), real(above) / real(times.len()), 1e-12);
        }
        for tau in [5.0, 20.0, 70.0] {
            let mean = times.iter().map(|time| time.min(tau)).sum::<f64>() / real(times.len());
            close(restricted_mean(&curve, tau).expect("ended").mean, mean, 1e-9);
        }
    }

    #[test]
    fn the_unit_of_time_scales_the_mean_and_not_the_shares(rows in rows()) {
        let hours: Vec<Spell> =
            rows.iter().map(|row| Spell { entry: row.entry * 24.0, time: row.time * 24.0, ..*row }).collect();
        let (days, hours) = (kaplan_meier(&rows).expect("spells"), kaplan_meier(&hours).expect("spells"));
        close(days.survival_at(10.0), hours.survival_at(240.0), 1e-12);
        if let (Ok(days), Ok(hours)) = (restricted_mean(&days, 10.0), restricted_mean(&hours, 240.0)) {
            close(days.mean * 24.0, hours.mean, 1e-9);
            close(days.standard_error * 24.0, hours.standard_error, 1e-9);
        }
    }

    #[test]
    fn newcombe_turns_its_sign_with_the_order(n in 1_u64..60, m in 1_u64..60, x in 0_u64..60, y in 0_u64..60) {
        let (one, two) = ((x.min(n), n), (y.min(m), m));
        let (there, back) = (newcombe(one, two, 0.95).expect("seen"), newcombe(two, one, 0.95).expect("seen"));
        close(there.difference, -back.difference, 1e-12);
        close(there.interval.lower, -back.interval.upper, 1e-12);
        prop_assert!(there.interval.lower >= -1.0 - 1e-12 && there.interval.upper <= 1.0 + 1e-12);
    }

    #[test]
    fn a_higher_level_never_has_a_narrower_interval(n in 1_u64..80, x in 0_u64..80) {
        let (narrow, wide) = (wilson(x.min(n), n, 0.9).expect("seen"), wilson(x.min(n), n, 0.99).expect("seen"));
        prop_assert!(wide.lower <= narrow.lower + 1e-12 && wide.upper >= narrow.upper - 1e-12);
    }

    #[test]
    fn p_is_never_below_its_floor_and_the_interval_agrees_with_it((changes, pilot) in team_changes(), alpha in 0.03..0.4) {
        let found = permutation(&changes, &pilot, alpha, 1).expect("two arms");
        prop_assert!(found.p >= found.floor_p - 1e-12);
        if let Ok(interval) = found.interval {
            let width = interval.upper - interval.lower;
            prop_assert!(interval.lower <= found.estimate + 1e-9 && found.estimate <= interval.upper + 1e-9);
            // The interval is closed; at its very ends rounding decides.
            if interval.lower.abs().min(interval.upper.abs()) > 1e-6 * (1.0 + width) && found.p > alpha + 1e-9 {
                prop_assert!(interval.contains(0.0), "{interval:?} and p {}", found.p);
            }
            if found.statistic == Statistic::Difference && found.p <= alpha && interval.lower.abs().min(interval.upper.abs()) > 1e-6 {
                prop_assert!(!interval.contains(0.0), "{interval:?} and p {}", found.p);
            }
        }
    }

    #[test]
    fn names_and_order_of_teams_change_no_p_value((changes, pilot) in team_changes()) {
        let turned: (Vec<f64>, Vec<bool>) = changes.iter().zip(&pilot).rev().map(|(change, is)| (*change, *is)).unzip();
        let one = permutation(&changes, &pilot, 0.2, 1).expect("two arms");
        let two = permutation(&turned.0, &turned.1, 0.2, 1).expect("two arms");
        prop_assert_eq!((one.extreme, one.total), (two.extreme, two.total));
    }

    #[test]
    fn rows_in_another_order_give_the_same_verdict_and_no_rows_are_lost(records in time_records()) {
        let design = Design { tau_days: 20.0, ..Design::default() };
        let verdict = time_study(&records, &design).expect("records");
        let mut turned = records.clone();
        turned.reverse();
        prop_assert_eq!(&verdict, &time_study(&turned, &design).expect("records"));
        let counted: u64 = verdict.windows.iter().map(|window| window.units).sum();
        prop_assert_eq!(counted, records.len() as u64);
        for window in &verdict.windows {
            prop_assert_eq!(window.units, window.events + window.open + window.abandoned);
        }
        if verdict.significant {
            prop_assert!(verdict.grade <= Grade::B);
        }
    }
}
