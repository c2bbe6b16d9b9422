//! Small answers to phrase.

use crate::commands::analysis::{Answer, Level, Units};
use crate::measures::measure;
use crate::report::guard::Backing;
use crate::study::{Arm, Design, Grade, Period, RateRecord, Verdict, WINDOWS, rate_study};

/// So many people with a touch each on as many journeys.
pub(super) fn crowd(prefix: &str, people: u64) -> Backing {
    Backing::new(people.max(5), (0..people).map(|person| (format!("{prefix}{person}"), 1)))
}

/// A verdict of this grade on eight teams: with an effect, the pilot has a third of its handoffs.
pub(super) fn verdict(grade: Grade, has_effect: bool) -> Verdict {
    let (pilots, all) = match grade {
        Grade::A | Grade::B => (3, 8),
        Grade::C => (1, 4),
        Grade::D | Grade::E => (3, 3),
    };
    let scale = u64::from(grade != Grade::E);
    let cell = |team: u64, period: Period| {
        let base = 60 + 5 * team;
        let noise = base + [0, 3, 1, 2, 6, 2, 5, 1][usize::try_from(team).unwrap_or(0) % 8];
        let after = if has_effect && team < pilots { base / 3 } else { noise };
        let units = scale * if period == Period::Before { base } else { after };
        RateRecord {
            team: format!("team {team}"),
            arm: if team < pilots { Arm::Pilot } else { Arm::Comparison },
            period,
            amount: super::book::whole(units),
            exposure: 26.0,
            units,
        }
    };
    let records: Vec<RateRecord> =
        (0..all).flat_map(|team| [cell(team, Period::Before), cell(team, Period::After)]).collect();
    let design = Design { drawn_at_random: grade == Grade::A, plan_hashed: grade == Grade::A, ..Design::default() };
    let verdict = rate_study(&records, &design).expect("records");
    assert_eq!(verdict.grade, grade);
    verdict
}

/// An answer about handoffs with ten people behind each window.
pub(super) fn answer(verdict: Verdict) -> Answer {
    Answer {
        id: "handoffs".to_owned(),
        measure: measure("handoffs").expect("a measure"),
        of: None,
        level: Level::PerJourney,
        verdict: Ok(verdict),
        units: Units::Amounts { records: Vec::new(), kinds: Vec::new() },
        arms: Vec::new(),
        left_out: vec![("open at the end".to_owned(), 4)],
        linked: Some((90, 100)),
        people: WINDOWS.into_iter().map(|(arm, period)| ((arm, period), crowd(&format!("{arm:?}"), 10))).collect(),
    }
}
