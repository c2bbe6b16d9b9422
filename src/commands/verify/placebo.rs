//! `milepost verify placebo`: launches of nothing, in the study's own history before the real start.
//!
//! In: a study. Out: for each measure, how often a launch that never was looks like one that did something, and where the
//! real effect stands among them. The real pilot teams at earlier dates; and pilots that are found as real ones are, by
//! the worst numbers, by eagerness, by size; where dates are left over, drawn ones, for which an exact permutation cannot
//! alarm too often, as a check of the check. Nothing from the real start on is looked at. Where the windows of the study do
//! not fit into the history before it, all are shortened alike, and that is said. Source: METHODS.md#placebo.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::cli::{Format, PlaceboArgs};
use crate::commands::analysis::{Analysis, analyse};
use crate::commands::history::{History, Launch};
use crate::commands::output::{Talk, print_json, print_rows, say};
use crate::commands::study::{self, Study};
use crate::commands::{CommandError, Outcome};
use crate::config::Comparison;
use crate::config::written::Arm as ArmWritten;
use crate::log::Micros;
use crate::study::{Design, Finding, Interval, Scale, selection, wilson, with_baseline_held};

const WEEK_US: Micros = 7 * 86_400_000_000;
/// Weeks that a shortened window must still have.
const LEAST_WEEKS: Micros = 8;
/// Of the history before the start, what shortened windows take up; the rest is for moving them about.
const TAKEN_UP: f64 = 0.75;

/// How a pilot that never was is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// The real pilot teams, earlier.
    Real,
    /// Those whose number was the worst in the window before.
    Worst,
    /// Those that began the most journeys.
    Eager,
    /// Those with the most developers.
    Largest,
    /// Drawn.
    Drawn,
}

impl Found {
    pub(crate) const ALL: [Self; 5] = [Self::Real, Self::Worst, Self::Eager, Self::Largest, Self::Drawn];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Real => "the real pilot teams, earlier",
            Self::Worst => "the teams with the worst number",
            Self::Eager => "the teams that began the most",
            Self::Largest => "the largest teams",
            Self::Drawn => "teams drawn at random",
        }
    }
}

/// What the launches of one kind came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shams {
    pub(crate) found: Found,
    /// Launches made.
    pub(crate) launches: u64,
    /// Those that gave an estimate with a p-value.
    pub(crate) tested: u64,
    /// Those with a p-value at or below alpha.
    pub(crate) alarms: u64,
    /// Those that would have been told as the pilot's doing.
    pub(crate) claimed: u64,
}

impl Shams {
    /// The share of false alarms with its interval.
    pub(crate) fn share(&self) -> Option<Interval> {
        wilson(self.alarms, self.tested, 0.95).ok()
    }
}

/// One measure among its placebos.
#[derive(Clone, Debug)]
pub(crate) struct Placebos {
    /// The id of the answer.
    pub(crate) id: String,
    pub(crate) shams: Vec<Shams>,
    /// The real effect.
    pub(crate) observed: Option<f64>,
    /// Placebos at least as large, either way, and all that gave an estimate.
    pub(crate) rank: (u64, u64),
}

/// All of it.
pub(crate) struct Told {
    pub(crate) measures: Vec<Placebos>,
    /// Weeks before and after of the launches of nothing, and of the real one.
    pub(crate) weeks: (Micros, Micros),
    pub(crate) real_weeks: (Micros, Micros),
    /// Dates that they were launched at.
    pub(crate) dates: usize,
}

pub(in crate::commands) fn run(args: &PlaceboArgs) -> Result<Outcome, CommandError> {
    let study = study::open(&args.study, Talk::Aloud, study::UpTo::Measures)?;
    let Some(comparison) = study.settings.comparison.clone() else {
        return Err(CommandError::Asked(
            "the study file has no `[comparison]`, so there is no launch to imitate: add `[comparison]` with `start`, and `[[teams]]` with their arms".to_owned(),
        ));
    };
    let analysis = analyse(&study)?;
    let told = placebos(&study, &comparison, &analysis, args.launches)?;
    for line in sentences(&told) {
        say(Talk::Aloud, &line);
    }
    match args.format {
        Format::Json => print_json(&json_of(&told))?,
        format => {
            let header = ["measure", "pilot", "launches", "tested", "false alarms", "share", "interval", "claimed"];
            print_rows(&header, &rows(&told), format)?;
        }
    }
    Ok(Outcome::Done)
}

/// Launches nothing, many times.
pub(crate) fn placebos(
    study: &Study,
    comparison: &Comparison,
    analysis: &Analysis,
    launches: u32,
) -> Result<Told, CommandError> {
    let history = History::read(study)?;
    let starts = starts(study, comparison);
    let pilot = pilot(study);
    let field = Field::new(&history, comparison, &starts)?;
    let design = Design { plan_hashed: false, load_moved: false, ..analysis.design };
    let plan = launches_of(&field, &pilot, launches, design.seed);
    let measures = history
        .ids()
        .into_iter()
        .filter_map(|id| {
            let answer = analysis.answers.iter().find(|answer| answer.id == id)?;
            let observed = answer.verdict.as_ref().ok().and_then(|verdict| verdict.effect.as_ref().ok());
            Some(measure(&history, &id, observed, answer.measure.less_is_better, &plan, &field, &design))
        })
        .collect();
    let weeks = |us: Micros| us / WEEK_US;
    Ok(Told {
        measures,
        weeks: (weeks(field.before_us), weeks(field.after_us)),
        real_weeks: (weeks(comparison.before_us), weeks(comparison.after_us)),
        dates: field.dates.len(),
    })
}

fn starts(study: &Study, comparison: &Comparison) -> BTreeMap<String, Micros> {
    let compared = |arm| matches!(arm, ArmWritten::Pilot | ArmWritten::Comparison);
    let teams = study.settings.teams.iter().filter(|team| compared(team.arm));
    teams.map(|team| (team.name.clone(), team.start_us.unwrap_or(comparison.start_us))).collect()
}

fn pilot(study: &Study) -> BTreeSet<String> {
    study.settings.teams.iter().filter(|team| team.arm == ArmWritten::Pilot).map(|team| team.name.clone()).collect()
}

/// Where launches can lie.
struct Field {
    teams: Vec<String>,
    dates: Vec<Micros>,
    before_us: Micros,
    washout_us: Micros,
    after_us: Micros,
    cut_us: Micros,
}

impl Field {
    fn new(
        history: &History,
        comparison: &Comparison,
        starts: &BTreeMap<String, Micros>,
    ) -> Result<Self, CommandError> {
        let first_start = starts.values().copied().min().unwrap_or(comparison.start_us);
        let span = first_start - history.first_us;
        let (before, washout, after) = (comparison.before_us, comparison.washout_us, comparison.after_us);
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "weeks of a history")]
        let shortened = |us: Micros| {
            let room = (span - washout) as f64 * TAKEN_UP / (before + after) as f64;
            (us as f64 * room.min(1.0) / WEEK_US as f64).floor() as Micros * WEEK_US
        };
        let (before_us, after_us) = if span >= before + washout + after + WEEK_US {
            (before, after)
        } else {
            (shortened(before), shortened(after))
        };
        if before_us.min(after_us) < LEAST_WEEKS * WEEK_US {
            return Err(CommandError::Asked(format!(
                "only {} weeks of history lie before the start, too few for launches with {LEAST_WEEKS} weeks on both sides: read more history, or leave this check out",
                (span / WEEK_US).max(0)
            )));
        }
        let (from, to) = (history.first_us + before_us, first_start - washout - after_us);
        let dates = (0..=(to - from).max(0) / WEEK_US).map(|week| from + week * WEEK_US).collect();
        let teams = starts.keys().cloned().collect();
        Ok(Self { teams, dates, before_us, washout_us: washout, after_us, cut_us: first_start - 1 })
    }

    fn launch(&self, date: Micros, pilot: BTreeSet<String>) -> Launch {
        Launch {
            starts: self.teams.iter().map(|team| (team.clone(), date)).collect(),
            pilot,
            before_us: self.before_us,
            washout_us: self.washout_us,
            after_us: self.after_us,
            // As the real analysis has data up to some time after its window, so far and no further.
            cut_us: self.cut_us,
        }
    }
}

/// How a launch is found, and when; who is in it may hang on the measure.
struct Planned {
    found: Found,
    date: Micros,
    drawn: BTreeSet<String>,
}

/// The same number of each kind, dates spread evenly; what dates do not give is drawn.
fn launches_of(field: &Field, pilot: &BTreeSet<String>, launches: u32, seed: u64) -> Vec<Planned> {
    let each = (launches as usize / Found::ALL.len()).min(field.dates.len());
    let mut plan = Vec::new();
    for found in [Found::Real, Found::Worst, Found::Eager, Found::Largest] {
        plan.extend((0..each).map(|at| {
            let date = field.dates[at * field.dates.len() / each];
            Planned { found, date, drawn: pilot.clone() }
        }));
    }
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let mut below = |bound: usize| usize::try_from(random.next_u64() % bound.max(1) as u64).unwrap_or(0);
    while plan.len() < launches as usize {
        let date = field.dates[below(field.dates.len())];
        let mut teams = field.teams.clone();
        let drawn = (0..pilot.len()).map(|_| teams.swap_remove(below(teams.len()))).collect();
        plan.push(Planned { found: Found::Drawn, date, drawn });
    }
    plan
}

fn measure(
    history: &History,
    id: &str,
    observed: Option<&Finding>,
    less_is_better: Option<bool>,
    plan: &[Planned],
    field: &Field,
    design: &Design,
) -> Placebos {
    let mut shams: Vec<Shams> =
        Found::ALL.map(|found| Shams { found, launches: 0, tested: 0, alarms: 0, claimed: 0 }).into();
    let size = |finding: &Finding| {
        if finding.scale == Scale::Ratio { finding.estimate.ln().abs() } else { finding.estimate.abs() }
    };
    let mut rank = (0, 0);
    for planned in plan {
        let launch = chosen(history, id, less_is_better, planned, field, design);
        let design = Design { drawn_at_random: planned.found == Found::Drawn, ..*design };
        let kind = shams.iter_mut().find(|kind| kind.found == planned.found).expect("all kinds are there");
        kind.launches += 1;
        let Ok(verdict) = history.verdict(id, &launch, &design) else { continue };
        let Ok(effect) = verdict.effect.clone() else { continue };
        if let Some(p) = effect.p {
            kind.tested += 1;
            kind.alarms += u64::from(p <= design.alpha + 1e-9);
            let held = with_baseline_held(&verdict.teams, effect.scale, &design);
            let trap = selection(&verdict.teams, &effect, held.as_ref(), &design);
            kind.claimed += u64::from(verdict.with_traps(vec![trap], &design).significant);
        }
        rank.1 += 1;
        rank.0 += u64::from(observed.is_some_and(|observed| size(&effect) >= size(observed)));
    }
    Placebos { id: id.to_owned(), shams, observed: observed.map(|finding| finding.estimate), rank }
}

/// The launch with its pilot, found by what could be seen before its date.
fn chosen(
    history: &History,
    id: &str,
    less_is_better: Option<bool>,
    planned: &Planned,
    field: &Field,
    design: &Design,
) -> Launch {
    let nobody = field.launch(planned.date, planned.drawn.clone());
    let many = planned.drawn.len();
    let top = |mut scores: Vec<(f64, String)>| -> BTreeSet<String> {
        scores.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        scores.into_iter().take(many).map(|(_, team)| team).collect()
    };
    let pilot = match planned.found {
        Found::Real | Found::Drawn => return nobody,
        Found::Worst => {
            let lines = history.verdict(id, &nobody, design).map(|verdict| verdict.teams).unwrap_or_default();
            let sign = if less_is_better == Some(false) { -1.0 } else { 1.0 };
            top(lines.into_iter().filter_map(|line| Some((sign * line.before?, line.team))).collect())
        }
        Found::Eager | Found::Largest => {
            let score = |team: &String| {
                let (begun, people) = history.size(&nobody, team);
                #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
                let score = if planned.found == Found::Eager { begun } else { people } as f64;
                (score, team.clone())
            };
            top(field.teams.iter().map(score).collect())
        }
    };
    if pilot.len() == many { field.launch(planned.date, pilot) } else { nobody }
}

/// What it comes to, in words.
pub(crate) fn sentences(told: &Told) -> Vec<String> {
    let ((before, after), (real_before, real_after)) = (told.weeks, told.real_weeks);
    let mut lines = Vec::new();
    if told.weeks != told.real_weeks {
        lines.push(format!(
            "the history before the start is too short for windows of {real_before} and {real_after} weeks: launches of nothing have {before} and {after}"
        ));
    }
    lines.push(format!("launched at {} dates before the real start; nothing after it is looked at", told.dates));
    lines
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn rows(told: &Told) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for measure in &told.measures {
        for kind in measure.shams.iter().filter(|kind| kind.launches > 0) {
            let limits = kind.share();
            rows.push(vec![
                measure.id.clone(),
                kind.found.words().to_owned(),
                kind.launches.to_string(),
                kind.tested.to_string(),
                kind.alarms.to_string(),
                limits.map_or_else(|| "cannot be told".to_owned(), |_| percent(ratio(kind.alarms, kind.tested))),
                limits.map_or_else(String::new, |limits| {
                    format!("{} to {}", percent(limits.lower), percent(limits.upper))
                }),
                kind.claimed.to_string(),
            ]);
        }
        let (larger, all) = measure.rank;
        let standing = match measure.observed {
            None => "no effect was measured".to_owned(),
            Some(_) if all == 0 => "no launch of nothing gave an estimate".to_owned(),
            Some(_) => format!("{larger} of {all} at least as large as the real effect"),
        };
        rows.push(vec![
            measure.id.clone(),
            standing,
            all.to_string(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ]);
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn ratio(count: u64, all: u64) -> f64 {
    count as f64 / all as f64
}

fn json_of(told: &Told) -> Value {
    let kind = |kind: &Shams| {
        json!({
            "pilot": kind.found.words(), "launches": kind.launches, "tested": kind.tested, "alarms": kind.alarms,
            "claimed": kind.claimed, "interval": kind.share().map(|limits| [limits.lower, limits.upper]),
        })
    };
    let measures: Vec<Value> = told
        .measures
        .iter()
        .map(|measure| {
            json!({
                "id": measure.id, "observed": measure.observed, "at_least_as_large": measure.rank.0, "of": measure.rank.1,
                "kinds": measure.shams.iter().filter(|one| one.launches > 0).map(kind).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "weeks_before": told.weeks.0, "weeks_after": told.weeks.1, "dates": told.dates,
        "of_the_study": { "weeks_before": told.real_weeks.0, "weeks_after": told.real_weeks.1 }, "measures": measures,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The real launch, put together from the history, is the analysis.
    pub(crate) fn real(study: &Study, comparison: &Comparison, as_of_us: Micros) -> Launch {
        Launch {
            starts: starts(study, comparison),
            pilot: pilot(study),
            before_us: comparison.before_us,
            washout_us: comparison.washout_us,
            after_us: comparison.after_us,
            cut_us: as_of_us,
        }
    }

    fn sample() -> (tempfile::TempDir, Study) {
        use crate::config::{Overrides, load};
        use crate::engine::Queries;
        let folder = tempfile::tempdir().expect("a folder");
        let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/acme");
        let git = folder.path().join("git");
        crate::simulate::build_repositories(&sample.join(crate::simulate::SCRIPT), &git).expect("repositories");
        let overrides = Overrides { git_root: Some(git), data: Some(folder.path().join("data")), as_of_us: None };
        let settings = load(&sample.join("milepost.toml"), &overrides).expect("settings");
        let study = study::run(settings, Queries::built_in().expect("queries"), Talk::Silent, study::UpTo::Measures)
            .expect("a study");
        (folder, study)
    }

    #[test]
    fn the_real_launch_is_the_analysis_and_shams_of_drawn_teams_alarm_seldom() {
        let (_folder, study) = sample();
        let comparison = study.settings.comparison.clone().expect("a comparison");
        let analysis = analyse(&study).expect("answers");
        let history = History::read(&study).expect("a history");
        let parameters: Vec<crate::log::Parameters> = crate::measures::read(&study.catalog).expect("parameters");
        let launch = real(&study, &comparison, parameters[0].as_of_us);
        for id in history.ids() {
            let answer = analysis.answers.iter().find(|answer| answer.id == id).expect("an answer");
            let again = history.verdict(&id, &launch, &analysis.design);
            let plain = |verdict: &crate::study::Verdict| {
                (verdict.effect.clone(), verdict.teams.clone(), verdict.windows.clone())
            };
            assert_eq!(again.as_ref().map(plain), answer.verdict.as_ref().map(plain), "{id}");
        }
        let told = placebos(&study, &comparison, &analysis, 100).expect("launches");
        assert!(told.weeks.0 >= LEAST_WEEKS && told.dates > 5, "{:?} {}", told.weeks, told.dates);
        let (tested, alarms) = told
            .measures
            .iter()
            .flat_map(|measure| &measure.shams)
            .filter(|kind| kind.found == Found::Drawn)
            .fold((0, 0), |sum, kind| (sum.0 + kind.tested, sum.1 + kind.alarms));
        assert!(tested > 50 && ratio(alarms, tested) < 0.12, "{alarms} of {tested}");
        let production = told.measures.iter().find(|one| one.id == "time_to_first_deploy/production").expect("there");
        assert!(ratio(production.rank.0, production.rank.1) < 0.5, "{:?}", production.rank);
        let again = placebos(&study, &comparison, &analysis, 100).expect("launches");
        assert_eq!(json_of(&told), json_of(&again), "the same seed, the same bytes");
        // A start before the history has no room for a launch of nothing.
        let early = Comparison { start_us: history.first_us + 10 * WEEK_US, ..comparison };
        let mut starts = starts(&study, &early);
        for start in starts.values_mut() {
            *start = early.start_us;
        }
        let refused = Field::new(&history, &early, &starts).err().expect("too short").to_string();
        assert!(refused.contains("only 10 weeks of history"), "{refused}");
    }
}
