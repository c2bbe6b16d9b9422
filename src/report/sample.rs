//! A small document with every block in it, for the tests of this room.

use chrono::{Days, NaiveDate};

use super::chart::{
    Arm, AtRisk, Chart, Curve, CurveStep, Flow, FlowTeam, JourneyMap, Lane, MapStep, Mark, Panel, Period, Point,
    Ribbon, Series, Slopes, StepTime, Survival, SurvivalPanel, TeamRole, TeamSlope, TimeSeries, WeekValue,
};
use super::*;

/// What a hostile name holds.
pub(super) const HOSTILE: &str = "<script>alert('x')</script> | \"q\" `b` \u{202e}txt\n=2+5";

fn figure(id: &str, chart: Chart) -> Figure {
    Figure { id: id.into(), caption: format!("What {id} shows"), explains: format!("How to read it, {HOSTILE}"), chart }
}

fn survival() -> Chart {
    let curve = |period, shares: [f64; 4]| Curve {
        period,
        journeys: 40,
        steps: shares
            .iter()
            .zip([0.0, 7.0, 14.0, 21.0])
            .map(|(share, at_days)| CurveStep {
                at_days,
                share: *share,
                low: Some(share - 0.05),
                high: Some((share + 0.05).min(1.0)),
            })
            .collect(),
        at_risk: [(0.0, Some(40)), (7.0, Some(30)), (14.0, Some(12)), (21.0, None)]
            .map(|(at_days, journeys)| AtRisk { at_days, journeys })
            .into(),
    };
    let curves = vec![curve(Period::Before, [1.0, 0.9, 0.7, 0.5]), curve(Period::After, [1.0, 0.6, 0.3, 0.2])];
    Chart::Survival(Survival {
        waiting_for: "not yet deployed".into(),
        tau_days: 21.0,
        panels: vec![SurvivalPanel { arm: Arm::Pilot, curves }],
    })
}

fn flow() -> Chart {
    let team = |name: &str, role| FlowTeam { name: name.into(), role };
    let teams = vec![team("platform", TeamRole::Platform), team(HOSTILE, TeamRole::Product)];
    let ribbons = vec![Ribbon { from: 0, to: 1, count: 12 }, Ribbon { from: 1, to: 0, count: 9 }];
    Chart::Flow(Flow { teams, ribbons, merged: 6 })
}

fn series() -> Chart {
    let monday = NaiveDate::from_ymd_opt(2025, 1, 6).unwrap_or_default();
    let points = (0..40_u32).map(|week| Point {
        week: monday + Days::new(7 * u64::from(week)),
        value: if (10..14).contains(&week) {
            WeekValue::NoRecords
        } else {
            WeekValue::Known(0.2 + 0.01 * f64::from(week % 7))
        },
    });
    let lines = vec![Series { label: HOSTILE.into(), arm: Arm::Pilot, points: points.collect() }];
    let marks = vec![Mark { week: monday + Days::new(140), label: "pilot starts".into() }];
    Chart::TimeSeries(TimeSeries {
        unit: Unit::PerDeveloperWeek,
        panels: vec![Panel { title: String::new(), lines }],
        marks,
    })
}

fn journey_map() -> Chart {
    let time = |day: f64| StepTime {
        median_day: Some(day),
        early_day: Some(day * 0.6),
        late_day: Some(day * 1.5),
        waited_days: Some(day * 0.3),
        missing: Some(0.38),
    };
    let step = |name: &str, day| MapStep {
        name: name.into(),
        times: vec![Some(time(day)), if day > 10.0 { None } else { Some(time(day * 0.5)) }],
    };
    let lanes = vec![Lane { period: Period::Before, journeys: 41 }, Lane { period: Period::After, journeys: 33 }];
    Chart::JourneyMap(JourneyMap { lanes, steps: vec![step("repository created", 1.0), step(HOSTILE, 20.0)] })
}

fn slopes() -> Chart {
    let days = |days| Quantity::known(days, Unit::Days, Absence::NotReached);
    let team = |label: &str, arm, before, after| TeamSlope {
        label: label.into(),
        arm,
        before: days(before),
        after: days(after),
    };
    let teams =
        vec![team("checkout", Arm::Pilot, Some(20.0), Some(9.0)), team(HOSTILE, Arm::Comparison, None, Some(18.0))];
    Chart::Slopes(Slopes {
        measure: "Days to first deploy".into(),
        unit: Unit::Days,
        teams,
        placebo: "1st of 56".into(),
    })
}

fn card() -> NumberCard {
    let days = |value| Quantity::level(value, Unit::Days);
    NumberCard {
        id: "time_to_first_deploy".into(),
        label: "Time to first deploy".into(),
        definition: "Days from the first commit to the first production deploy.".into(),
        arms: vec![ArmNumbers {
            arm: "Pilot teams".into(),
            before: days(21.0),
            after: days(9.0),
            change: Quantity::change(-12.0, Unit::Days),
        }],
        estimate: Quantity::change(-11.5, Unit::Days).between(Some(-16.0), Some(-6.2)),
        estimate_is: "difference in differences, average over teams".into(),
        verb: "fell more than in the comparison teams".into(),
        grade: Grade::B,
        reasons: vec!["3 pilot and 5 comparison teams".into()],
        n: 74,
        n_of: "journeys".into(),
        n_teams: 8,
        open: 6,
        excluded: 3,
        exclusions: vec!["3 began before the records".into()],
        unlinked: Quantity::level(0.04, Unit::Percent),
        methods: vec!["rmst-did".into()],
    }
}

/// The document.
pub(super) fn document() -> Document {
    let table = Table::new("teams", "By team", vec![Column::text("Team"), Column::number("Before", Unit::Days)])
        .row([Entry::text(HOSTILE), Entry::Number(Quantity::absent(Unit::Days, Absence::NotReached))])
        .row([Entry::text("other teams (2)"), Entry::FewerThanFive]);
    let not_told = NotTold {
        id: "self-service".into(),
        what: "Self-service rate".into(),
        why: "No request channel.".into(),
        what_to_do: "Export tickets.".into(),
    };
    Document {
        title: "What the pilot changed".into(),
        subtitle: HOSTILE.into(),
        as_of: "week of 2 March 2026".into(),
        study: vec![Fact::new("Pilot teams", "3 of 8")],
        headline: vec![Headline {
            sentence: "Time to first deploy fell.".into(),
            grade: Grade::B,
            supports: vec!["time_to_first_deploy".into()],
        }],
        sections: vec![
            Section::new("deploys", "Time to first deploy")
                .with(card())
                .with(figure("survival", survival()))
                .with(figure("journey-map", journey_map()))
                .with(figure("slopes", slopes()))
                .with(table),
            Section::new("tickets", "Tickets")
                .with(Block::paragraph(HOSTILE))
                .with(Callout { kind: CalloutKind::Unwelcome, text: "Tickets rose.".into() })
                .with(figure("tickets-by-week", series()))
                .with(figure("flow", flow()))
                .with(not_told),
        ],
        caveats: vec![CaveatLine {
            kind: "open-journey".into(),
            meaning: "journeys that had not ended".into(),
            count: 6,
            place: HOSTILE.into(),
        }],
        methods: vec![MethodNote {
            id: "rmst-did".into(),
            definition: "Mean days within the horizon.".into(),
            formula: "∫ S(t) dt".into(),
            source: "STATISTICS".into(),
        }],
        glossary: vec![Term { word: "journey".into(), meaning: "one pass".into() }],
        colophon: Colophon {
            version: "0.1.0".into(),
            input_fingerprint: fingerprint_in_groups("4f2a9c1bd00d17e5"),
            seed: 7,
        },
    }
}
