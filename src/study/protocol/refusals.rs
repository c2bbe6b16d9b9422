//! Where the engine cannot hold what it says, it must not say it: each refusal of the protocol, on worlds of its own.

use super::*;

fn primary(name: &str, setting: Setting, worlds: u64) -> Tally {
    let cell = Cell::new(name, setting);
    let result = run_cell(&cell, Request { seed: 5, worlds }, &|| ());
    *result.of(Method::Permutation).expect("the engine looked")
}

#[test]
fn so_few_teams_that_no_p_is_small_enough_get_neither_a_claim_nor_an_interval() {
    for (teams, pilot) in [(6, 1), (6, 2), (6, 3), (6, 5), (8, 1), (10, 1), (12, 1)] {
        for measure in [Measure::Times, Measure::Rates, Measure::Shares] {
            // An effect that nobody could miss.
            let setting = Setting { kept: 0.05, ..Setting::base(measure, teams, pilot) };
            let tally = primary("refused", setting, 20);
            assert_eq!((tally.claimed, tally.intervals), (0, 0), "{measure:?} {pilot} of {teams}");
            assert_eq!(judge_size(&tally, &setting, ALPHA), Mark::Refused);
            assert_eq!(judge_coverage(&tally, &setting, ALPHA), Mark::Refused);
        }
    }
}

#[test]
fn a_pilot_chosen_for_the_worst_numbers_is_claimed_nothing_of() {
    for measure in [Measure::Times, Measure::Rates, Measure::Shares] {
        let setting = Setting { selection: Selection::WorstBaseline, ..Setting::base(measure, 16, 4) };
        let tally = primary("worst", setting, 600);
        // The return to the usual is rejected as no chance far too often, and the engine says so by its grade.
        assert!(tally.rejected > 36, "{measure:?}: {}", tally.rejected);
        assert!(tally.claimed <= 6, "{measure:?}: {}", tally.claimed);
        assert_eq!(judge_size(&tally, &setting, ALPHA), Mark::Downgraded, "{measure:?}");
        assert_eq!(judge_coverage(&tally, &setting, ALPHA), Mark::Downgraded, "{measure:?}");
    }
}

#[test]
fn shares_of_few_services_have_no_interval_and_no_claim() {
    let setting = Setting { volume: 0.2, kept: 0.3, ..Setting::base(Measure::Shares, 12, 3) };
    let tally = primary("few services", setting, 200);
    assert!(tally.rejected > 10, "the test itself finds something: {}", tally.rejected);
    assert_eq!((tally.claimed, tally.intervals, tally.grades[0] + tally.grades[1]), (0, 0, 0));
    assert_eq!(judge_coverage(&tally, &setting, ALPHA), Mark::Downgraded);
    let many = primary("many services", Setting { volume: 2.0, ..setting }, 200);
    assert_eq!(many.intervals, 200);
}
