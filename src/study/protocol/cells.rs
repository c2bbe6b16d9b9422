//! The cells of the protocol: which settings are run, in an order that never changes.
//!
//! In: nothing. Out: cells. Not the full factorial: every number of teams with every size of pilot at the middle setting;
//! each factor varied alone with three of twelve teams, those that change most also with five of twenty; the hard ends of
//! all factors together; then the traps, and power. New cells go to the end of their list. Neighbours: `cell`, `run`.

use super::cell::{Cell, Task};
use super::setting::{Measure, Selection, Setting, Shape};
use super::traps::{Naive, Snare};
use crate::study::TrapKind;

/// Teams and pilots of the grid.
#[rustfmt::skip]
const PAIRS: [(usize, usize); 23] = [
    (6, 1), (6, 2), (6, 3), (6, 5),
    (8, 1), (8, 2), (8, 3), (8, 4), (8, 5),
    (10, 1), (10, 2), (10, 3), (10, 5),
    (12, 1), (12, 2), (12, 3), (12, 5), (12, 6),
    (20, 1), (20, 2), (20, 3), (20, 5), (20, 10),
];

/// The two companies in which factors are varied.
const COMPANIES: [(usize, usize); 2] = [(12, 3), (20, 5)];

const MEASURES: [Measure; 3] = [Measure::Times, Measure::Rates, Measure::Shares];

/// One change of a setting, with its name.
type Change = (&'static str, fn(Setting) -> Setting);

/// The factors that matter to one study, each changed alone.
fn factors(measure: Measure) -> Vec<Change> {
    let mut all: Vec<Change> = vec![
        ("teams alike", |s| Setting { frailty: 0.0, ..s }),
        ("frailty 0.2", |s| Setting { frailty: 0.2, ..s }),
        ("frailty 0.8", |s| Setting { frailty: 0.8, ..s }),
        ("no shocks", |s| Setting { shock: 0.0, ..s }),
        ("shocks 0.2", |s| Setting { shock: 0.2, ..s }),
        ("a third of the volume", |s| Setting { volume: 1.0 / 3.0, ..s }),
        ("the most eager teams", |s| Setting { selection: Selection::MostEager, ..s }),
        ("the worst baseline", |s| Setting { selection: Selection::WorstBaseline, ..s }),
    ];
    let times: [Change; 9] = [
        ("Weibull 0.7", |s| Setting { shape: Shape::Weibull, ..s }),
        ("exponential", |s| Setting { shape: Shape::Exponential, ..s }),
        ("5% open", |s| Setting { open: 0.05, ..s }),
        ("40% open", |s| Setting { open: 0.4, ..s }),
        ("none older than the data", |s| Setting { truncated: 0.0, ..s }),
        ("many given up", |s| Setting { abandoned_a_day: 0.012, ..s }),
        ("mix shifts in both arms", |s| Setting { mix_shift: (0.2, 0.2), ..s }),
        ("no season", |s| Setting { season: false, ..s }),
        ("5% of days lost", |s| Setting { missing: 0.05, ..s }),
    ];
    let rates: [Change; 5] = [
        ("weeks independent", |s| Setting { carried: 0.0, ..s }),
        ("no season", |s| Setting { season: false, ..s }),
        ("5% of days lost", |s| Setting { missing: 0.05, ..s }),
        ("teams keep their size", |s| Setting { resized: 0, ..s }),
        ("teams change by up to 3", |s| Setting { resized: 3, ..s }),
    ];
    let shares: [Change; 1] = [("half as many born", |s| Setting { growth: (0.5, 0.5), ..s })];
    match measure {
        Measure::Times => all.extend(times),
        Measure::Rates => all.extend(rates),
        Measure::Shares => all.extend(shares),
    }
    all
}

/// Factors that are varied with five of twenty teams too, where a world takes long.
const WIDE: [&str; 8] = [
    "frailty 0.8",
    "shocks 0.2",
    "a third of the volume",
    "the most eager teams",
    "the worst baseline",
    "Weibull 0.7",
    "40% open",
    "half as many born",
];

/// The hard ends of all factors together.
const HARD: Change = ("all hard", |s| Setting {
    frailty: 0.8,
    shock: 0.2,
    shape: Shape::Weibull,
    open: 0.4,
    abandoned_a_day: 0.012,
    volume: 1.0 / 3.0,
    resized: 3,
    missing: 0.05,
    ..s
});

fn with(kept: f64, setting: Setting) -> Setting {
    Setting { kept, ..setting }
}

/// The cells of size and coverage, in the order in which they are run.
pub fn size_and_coverage() -> Vec<Cell> {
    let mut cells = Vec::new();
    for measure in MEASURES {
        for (teams, pilot) in PAIRS {
            cells.push(Cell::new("middle", Setting::base(measure, teams, pilot)));
        }
        for (teams, pilot) in [(8, 3), (12, 3), (20, 5)] {
            for kept in [0.9, 0.7] {
                cells.push(Cell::new("middle", with(kept, Setting::base(measure, teams, pilot))));
            }
        }
    }
    for (teams, pilot) in COMPANIES {
        for measure in MEASURES {
            let base = Setting::base(measure, teams, pilot);
            for (name, change) in factors(measure).into_iter().filter(|(name, _)| teams == 12 || WIDE.contains(name)) {
                cells.push(Cell::new(name, change(base)));
                // Of teams chosen by what they were like, the truth of an effect is another.
                if teams == 12 && change(base).selection == Selection::Random {
                    cells.push(Cell::new(name, with(0.7, change(base))));
                }
            }
            let (name, change) = HARD;
            cells.extend([1.0, 0.9, 0.7].map(|kept| Cell::new(name, with(kept, change(base)))));
        }
    }
    cells
}

/// Cells beyond what the engine claims to hold: a pilot that makes its teams vary more than the others, which a drawn one
/// does not do by itself.
pub fn beyond() -> Vec<Cell> {
    let one = |(teams, pilot): (usize, usize), measure| {
        let setting = Setting { shock: 0.2, pilot_noise: 3.0, ..Setting::base(measure, teams, pilot) };
        Cell { task: Task::Beyond, ..Cell::new("pilot varies thrice", setting) }
    };
    COMPANIES.iter().flat_map(|&company| MEASURES.map(|measure| one(company, measure))).collect()
}

/// The traps, each in small companies and middling ones.
pub fn of_traps() -> Vec<Cell> {
    let snare = |kind, naive, must_be_seen| Snare { kind, naive, must_be_seen };
    let worst = snare(TrapKind::Selection, Naive::OfThePilot, true);
    let eager = snare(TrapKind::Selection, Naive::Afterwards, false);
    let mut cells = Vec::new();
    for (teams, pilot) in [(8, 3), (12, 3)] {
        let mut add = |name, measure, snare, change: fn(Setting) -> Setting| {
            let setting = change(Setting::base(measure, teams, pilot));
            cells.push(Cell { task: Task::Trap(snare), ..Cell::new(name, setting) });
        };
        for measure in MEASURES {
            add("the worst baseline", measure, worst, |s| Setting { selection: Selection::WorstBaseline, ..s });
            add("the most eager teams", measure, eager, |s| Setting { selection: Selection::MostEager, ..s });
        }
        let calendar = snare(TrapKind::Calendar, Naive::OfThePilot, true);
        add("December in one window", Measure::Rates, calendar, |s| s);
        let mix = snare(TrapKind::Mix, Naive::OfThePilot, false);
        add("mix shifts in both arms", Measure::Times, mix, |s| Setting { mix_shift: (0.3, 0.3), ..s });
        let mix = snare(TrapKind::Mix, Naive::Differences, true);
        add("mix shifts in the pilot", Measure::Times, mix, |s| Setting { mix_shift: (0.3, 0.0), ..s });
        let growth = snare(TrapKind::Growth, Naive::Differences, true);
        add("services born in the pilot", Measure::Shares, growth, |s| Setting { growth: (1.0, 0.1), ..s });
        let follow_up = snare(TrapKind::FollowUp, Naive::OfThePilot, true);
        add("one extract", Measure::Times, follow_up, |s| Setting { one_extract: true, open: 0.4, ..s });
    }
    cells
}

/// Companies whose simulated power is held against the formula's.
pub fn of_power() -> Vec<Cell> {
    let one = |measure, (teams, pilot)| Cell {
        task: Task::Power,
        ..Cell::new("middle", Setting::base(measure, teams, pilot))
    };
    let pairs = [(8, 3), (10, 5), (12, 3), (12, 6), (20, 5)];
    MEASURES.into_iter().flat_map(|measure| pairs.map(|pair| one(measure, pair))).collect()
}

/// Everything.
pub fn all() -> Vec<Cell> {
    [size_and_coverage(), beyond(), of_traps(), of_power()].concat()
}

/// The few cells of the short form: small companies, one of them refused by design, one in a trap, and a power.
pub fn short() -> Vec<Cell> {
    let base = |measure, pilot| Cell::new("middle", Setting::base(measure, 8, pilot));
    let times = base(Measure::Times, 3);
    let effect = Cell::new("middle", Setting { kept: 0.7, ..times.setting });
    let mut cells = vec![times, effect, base(Measure::Rates, 3), base(Measure::Shares, 3), base(Measure::Rates, 1)];
    cells.extend(
        of_traps().into_iter().filter(|cell| cell.setting.teams == 8 && cell.setting.measure == Measure::Rates),
    );
    cells.extend(
        of_power().into_iter().filter(|cell| cell.setting.teams == 10 && cell.setting.measure == Measure::Rates),
    );
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cell_has_a_name_and_a_key_of_its_own() {
        let cells = all();
        let ids: BTreeSet<String> = cells.iter().map(Cell::id).collect();
        let keys: BTreeSet<u64> = cells.iter().map(Cell::key).collect();
        assert_eq!((ids.len(), keys.len()), (cells.len(), cells.len()));
        assert!(ids.contains("times 3 of 12, middle, +0%"), "{ids:?}");
        assert!(ids.contains("rates 5 of 20, all hard, -30%"));
    }

    #[test]
    fn every_pair_of_the_specification_is_there_for_each_study() {
        let cells = size_and_coverage();
        for measure in MEASURES {
            for teams in [6, 8, 10, 12, 20] {
                for pilot in [1, 2, 3, 5, teams / 2] {
                    let wanted = Setting::base(measure, teams, pilot);
                    assert!(cells.iter().any(|cell| cell.setting == wanted), "{measure:?} {pilot} of {teams}");
                }
            }
        }
    }

    #[test]
    fn only_the_largest_company_is_run_in_fewer_worlds() {
        let fewer: Vec<String> = all().iter().filter(|cell| cell.worlds(1000) < 1000).map(Cell::id).collect();
        assert_eq!(fewer.len(), 3, "{fewer:?}");
        assert!(fewer.iter().all(|id| id.contains("10 of 20")));
    }
}
