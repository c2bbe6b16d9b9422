//! The cells of the protocol: which settings are run, in an order that never changes, each with a key of its own.
//!
//! In: nothing. Out: cells. Not the full factorial: every number of teams with every size of pilot at the middle setting;
//! each factor varied alone with three of twelve and five of twenty teams; the hard ends of all factors together. New
//! cells go to the end of their list, and a cell whose definition changes gets a new key, so that a state never serves
//! an old answer. Neighbours: `run` runs them, `table` shows them.

use super::setting::{Measure, Selection, Setting, Shape};
use crate::study::choose;
use std::fmt::Write;

/// Raised whenever the drawing of worlds or the counting of looks changes: no result of another version is taken over.
pub const VERSION: u32 = 1;

/// One setting with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What is different from the middle setting.
    pub name: String,
    /// The setting.
    pub setting: Setting,
}

/// Assignments from which on a cell is run in a tenth of the worlds, because each takes so long.
const MANY_ASSIGNMENTS: u64 = 100_000;

impl Cell {
    fn new(name: &str, setting: Setting) -> Self {
        Self { name: name.to_owned(), setting }
    }

    /// The words that tell a cell from all others.
    pub fn id(&self) -> String {
        let Setting { measure, teams, pilot, .. } = self.setting;
        format!("{} {pilot} of {teams}, {}, {:+.0}%", measure.word(), self.name, self.setting.percent())
    }

    /// The key of its definition (FNV-1a of 64 bits), which its streams of draws hang on as well.
    pub fn key(&self) -> u64 {
        let mut definition = String::new();
        // Writing to a string cannot fail.
        let _ = write!(definition, "{VERSION} {} {:?}", self.name, self.setting);
        definition
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// Worlds that it is run in when so many were asked for.
    pub fn worlds(&self, asked: u64) -> u64 {
        if choose(self.setting.teams, self.setting.pilot) > MANY_ASSIGNMENTS { asked.div_ceil(10) } else { asked }
    }

    /// What one world costs, in milliseconds of one core as measured once on the profile `dev`; only for saying how
    /// long a run will take before it has told itself.
    pub fn cost(&self) -> f64 {
        let Setting { measure, teams, pilot, volume, .. } = self.setting;
        #[expect(clippy::cast_precision_loss, reason = "a rough forecast")]
        let (assignments, teams) = (choose(teams, pilot) as f64, teams as f64);
        match measure {
            Measure::Times => 0.3 + assignments * 2.5e-3 + teams * teams * volume * 6e-3,
            Measure::Rates | Measure::Shares => 0.05 + assignments * 1.2e-3 + teams * 0.01,
        }
    }
}

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

/// The hard ends of all factors together, and a pilot whose teams vary more than the others.
const CORNERS: [Change; 2] = [
    ("all hard", |s| Setting {
        frailty: 0.8,
        shock: 0.2,
        shape: Shape::Weibull,
        open: 0.4,
        abandoned_a_day: 0.012,
        volume: 1.0 / 3.0,
        resized: 3,
        missing: 0.05,
        ..s
    }),
    ("pilot varies thrice", |s| Setting { shock: 0.2, pilot_noise: 3.0, ..s }),
];

/// The cells of size and coverage, in the order in which they are run.
pub fn size_and_coverage() -> Vec<Cell> {
    let mut cells = Vec::new();
    let with = |kept: f64, setting: Setting| Setting { kept, ..setting };
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
            for (name, change) in factors(measure) {
                cells.push(Cell::new(name, change(base)));
                // With five of twenty teams only what changes most is also run with an effect: it takes long.
                let wide = matches!(name, "frailty 0.8" | "a third of the volume" | "40% open");
                if change(base).selection == Selection::Random && (teams == 12 || wide) {
                    cells.push(Cell::new(name, with(0.7, change(base))));
                }
            }
            for (name, change) in CORNERS {
                for kept in [1.0, 0.9, 0.7] {
                    cells.push(Cell::new(name, with(kept, change(base))));
                }
            }
        }
    }
    cells
}

/// The few cells of the short form: small companies, one of them refused by design.
pub fn short() -> Vec<Cell> {
    let base = |measure, pilot| Cell::new("middle", Setting::base(measure, 8, pilot));
    let times = base(Measure::Times, 3);
    let effect = Cell::new("middle", Setting { kept: 0.7, ..times.setting });
    vec![times, effect, base(Measure::Rates, 3), base(Measure::Shares, 3), base(Measure::Rates, 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cell_has_a_name_and_a_key_of_its_own() {
        let cells = size_and_coverage();
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
        let fewer: Vec<String> =
            size_and_coverage().iter().filter(|cell| cell.worlds(1000) < 1000).map(Cell::id).collect();
        assert_eq!(fewer.len(), 3, "{fewer:?}");
        assert!(fewer.iter().all(|id| id.contains("10 of 20")));
    }
}
