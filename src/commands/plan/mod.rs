//! `milepost plan`: the analysis plan, written and hashed before the pilot starts, and what its design can find.
//!
//! In: a study with its history before the start. Out: the plan file, never overwritten but by `--amend REASON`, which
//! appends what changed and keeps the hash before; and, printed, whether the design can find anything at all, what it can
//! find of each measure, and what other designs would. Neighbours: `record` is the file, `forecast` the arithmetic; reports
//! compare the study file with the plan.

mod forecast;
mod record;

use crate::cli::{Format, PlanArgs};
use crate::config::Comparison;
use crate::config::written::Arm as ArmWritten;
use crate::log::Parameters;
use crate::measures;
use crate::study::Design;

use self::forecast::{Forecast, designs, forecasts};
use self::record::{Amendment, Fixed, Record, instant};
use super::analysis;
use super::history::{History, Launch};
use super::output::{Talk, print_rows, say};
use super::study::{self, Study};
use super::{CommandError, Outcome};
use crate::store::write_private;

pub(crate) use record::Standing;

/// A change in percent that a primary measure should be able to find: half.
const HALF: f64 = 50.0;

pub(super) fn run(args: &PlanArgs) -> Result<Outcome, CommandError> {
    let settings = study::settings(&args.study)?;
    let Some(comparison) = settings.comparison.clone() else {
        return Err(CommandError::Asked(format!(
            "`{}` has no `[comparison]`: a plan fixes `start`, windows and `primary` there, and the arms in `[[teams]]`",
            settings.file.display()
        )));
    };
    // Said before anything is pulled.
    let fixed = Fixed::of(&settings, &comparison)?;
    let study = study::open(&args.study, Talk::Aloud, study::UpTo::Measures)?;
    let as_of_us = measures::read::<Parameters>(&study.catalog)?.first().map_or(0, |row| row.as_of_us);
    keep(&study, fixed.clone(), &instant(as_of_us), args.amend.as_deref())?;
    tell(&study, &comparison, &fixed, as_of_us, args.format)?;
    Ok(Outcome::Done)
}

/// Writes the plan, appends an amendment, or leaves what is there.
fn keep(study: &Study, fixed: Fixed, written: &str, amend: Option<&str>) -> Result<(), CommandError> {
    let path = &study.settings.plan.file;
    let hash = fixed.hash(written);
    let record = match (Record::read(path)?, amend) {
        (None, Some(_)) => {
            return Err(CommandError::Asked(format!(
                "there is no plan in `{}` to amend: run `milepost plan` without `--amend`",
                path.display()
            )));
        }
        (None, None) => Record { written: written.to_owned(), hash, fixed, amendments: Vec::new() },
        (Some(known), None) => {
            let changed = known.fixed.changed(&fixed);
            if changed.is_empty() {
                say(
                    Talk::Aloud,
                    &format!("the plan of {} stands in `{}`, {}", known.written, path.display(), known.hash),
                );
                return Ok(());
            }
            return Err(CommandError::Asked(format!(
                "`{}` holds a plan of {} that differs in {}: put the study file back, or say why it changes with `--amend REASON`; the change and the hash before are kept",
                path.display(),
                known.written,
                changed.join(", ")
            )));
        }
        (Some(known), Some(reason)) => {
            let changed = known.fixed.changed(&fixed);
            if changed.is_empty() {
                return Err(CommandError::Asked(format!(
                    "nothing in the study file differs from `{}`",
                    path.display()
                )));
            }
            if reason.trim().is_empty() {
                return Err(CommandError::Asked("`--amend` takes the reason for the change, in words".to_owned()));
            }
            let amendment =
                Amendment { written: written.to_owned(), reason: reason.to_owned(), changed, hash_before: known.hash };
            let hash = fixed.hash(&known.written);
            let amendments = known.amendments.into_iter().chain([amendment]).collect();
            Record { written: known.written, hash, fixed, amendments }
        }
    };
    let text = toml::to_string(&record).expect("a plan is plain data");
    let text = format!("# Written by `milepost plan`; `--amend REASON` changes it. Reports print its hash.\n\n{text}");
    write_private(path, text.as_bytes())?;
    say(Talk::Aloud, &format!("the plan is in `{}`, {}", path.display(), record.hash));
    Ok(())
}

/// What the design can find, printed.
fn tell(
    study: &Study,
    comparison: &Comparison,
    fixed: &Fixed,
    as_of_us: i64,
    format: Format,
) -> Result<(), CommandError> {
    let of_arm = |arm: ArmWritten| study.settings.teams.iter().filter(move |team| team.arm == arm);
    let (pilot, others) = (of_arm(ArmWritten::Pilot).count(), of_arm(ArmWritten::Comparison).count());
    let starts = of_arm(ArmWritten::Pilot)
        .chain(of_arm(ArmWritten::Comparison))
        .map(|team| (team.name.clone(), team.start_us.unwrap_or(comparison.start_us)))
        .collect();
    let launch = Launch {
        starts,
        pilot: of_arm(ArmWritten::Pilot).map(|team| team.name.clone()).collect(),
        before_us: comparison.before_us,
        washout_us: comparison.washout_us,
        after_us: comparison.after_us,
        cut_us: as_of_us,
    };
    let history = History::read(study)?;
    let design = Design { plan_hashed: false, ..analysis::design(&study.settings, false) };
    let all = forecasts(&history, &launch.starts.clone(), comparison.before_us, &launch, &design);
    let (alpha, power) = (comparison.alpha, fixed.power);
    for line in advice(&all, fixed, (pilot, others), alpha, power) {
        say(Talk::Aloud, &line);
    }
    let header = ["design", "smallest p", "measure", "units a team", "spread of changes", "smallest effect found"];
    let mut rows = Vec::new();
    for instead in designs(pilot, others) {
        for forecast in &all {
            let found = forecast.smallest(instead.pilot, instead.comparison, alpha, power);
            let is_planned = instead.words == "as planned";
            if !is_planned && !is_primary(&forecast.id, fixed) {
                continue;
            }
            rows.push(vec![
                instead.words.clone(),
                format!("{:.3}", instead.floor_p),
                forecast.id.clone(),
                format!("{:.0}", forecast.units),
                forecast.spread.as_ref().map_or_else(ToString::to_string, |spread| format!("{spread:.2}")),
                found.map_or_else(|refusal| format!("none: {refusal}"), |effect| format!("{effect:+.0}%")),
            ]);
        }
    }
    print_rows(&header, &rows, format)?;
    Ok(())
}

fn is_primary(id: &str, fixed: &Fixed) -> bool {
    id == fixed.primary || id.strip_prefix(&fixed.primary).is_some_and(|rest| rest.starts_with('/'))
}

/// What somebody should hear before the pilot starts.
fn advice(all: &[Forecast], fixed: &Fixed, (pilot, others): (usize, usize), alpha: f64, power: f64) -> Vec<String> {
    let mut lines = Vec::new();
    if others == 0 {
        lines.push(
            "there are no comparison teams: whatever comes out, nothing will tell the pilot from the calendar"
                .to_owned(),
        );
        return lines;
    }
    let planned = &designs(pilot, others)[0];
    if planned.floor_p > alpha {
        lines.push(format!(
            "{pilot} of {} teams cannot be significant by design: the smallest p is {:.3}; add comparison teams, they are cheap",
            pilot + others,
            planned.floor_p
        ));
    }
    let found = |forecast: &Forecast| forecast.smallest(pilot, others, alpha, power).ok();
    let size = |effect: f64| effect.abs();
    let best_of = |primary: bool| {
        let of = all.iter().filter(|forecast| is_primary(&forecast.id, fixed) == primary);
        of.filter_map(|forecast| Some((forecast, found(forecast)?)))
            .min_by(|left, right| size(left.1).total_cmp(&size(right.1)))
    };
    let (primary, other) = (best_of(true), best_of(false));
    match primary {
        Some((forecast, effect)) if size(effect) <= HALF => lines.push(format!(
            "`{}` finds changes from {effect:+.0}% on, {:.0} times in 100",
            forecast.id,
            power * 100.0
        )),
        Some((forecast, effect)) => lines.push(format!(
            "`{}` finds nothing smaller than {effect:+.0}%: with {:.0} a team it can hardly answer",
            forecast.id, forecast.units
        )),
        None => lines
            .push(format!("`{}` cannot answer: too little of it was seen before, or of too few teams", fixed.primary)),
    }
    let is_weak = primary.is_none_or(|(_, effect)| size(effect) > HALF);
    if let (true, Some((forecast, effect))) = (is_weak, other) {
        lines.push(format!(
            "use `{}` as the primary measure: it finds changes from {effect:+.0}% on ({:.0} a team)",
            forecast.id, forecast.units
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Scale;

    fn forecast(id: &str, spread: f64) -> Forecast {
        Forecast { id: id.to_owned(), units: 4.0, teams: 8, spread: Ok(spread), scale: Scale::Ratio }
    }

    fn fixed() -> Fixed {
        let text = "primary = \"time_to_first_deploy\"\nestimator = \"e\"\ntest = \"t\"\nalpha = 0.05\npower = 0.8\n\
                    tau-days = 60\nbefore-days = 182\nwashout-days = 28\nafter-days = 182\npilot-teams-are = \"chosen\"\n\
                    seed = 1\nexclusions = []\nteams = []\n";
        toml::from_str(text).expect("a plan")
    }

    #[test]
    fn a_primary_that_cannot_answer_is_told_with_one_that_can() {
        let all = [forecast("time_to_first_deploy/production", 0.9), forecast("request_wait", 0.1)];
        let lines = advice(&all, &fixed(), (3, 5), 0.05, 0.8);
        assert!(lines[0].contains("can hardly answer"), "{lines:?}");
        assert!(lines[1].starts_with("use `request_wait`"), "{lines:?}");
        let strong = [forecast("time_to_first_deploy/production", 0.1)];
        let lines = advice(&strong, &fixed(), (3, 5), 0.05, 0.8);
        assert!(lines.len() == 1 && lines[0].contains("finds changes from -2"), "{lines:?}");
    }

    #[test]
    fn few_teams_and_none_to_compare_with_are_told() {
        let all = [forecast("time_to_first_deploy/production", 0.2)];
        let lines = advice(&all, &fixed(), (1, 3), 0.05, 0.8);
        assert!(lines[0].contains("cannot be significant by design: the smallest p is 0.250"), "{lines:?}");
        assert!(advice(&all, &fixed(), (3, 0), 0.05, 0.8)[0].contains("no comparison teams"));
    }
}
