//! `milepost measure`: every number before and after, per team and in sum, with what it stands on. Private.

use serde_json::{Value, json};

use super::analysis::{Analysis, Answer, Level, analyse};
use super::output::{Talk, print_json, print_rows, say};
use super::{CommandError, Outcome, study};
use crate::cli::{Format, MeasureArgs};
use crate::measures::MEASURES;
use crate::study::{Arm, Finding, Period, Scale, Sight, TeamLine, Trap, Window};

pub(super) fn run(args: &MeasureArgs) -> Result<Outcome, CommandError> {
    for name in &args.measures {
        if !MEASURES.iter().any(|measure| measure.id == *name) {
            let known: Vec<_> = MEASURES.iter().map(|measure| measure.id).collect();
            return Err(CommandError::Asked(format!("`{name}` is no measure; the measures are {}", known.join(", "))));
        }
    }
    let study = study::open(&args.study, Talk::Aloud, study::UpTo::Measures)?;
    let mut analysis = analyse(&study)?;
    if !args.measures.is_empty() {
        analysis.answers.retain(|answer| args.measures.iter().any(|name| name == answer.measure.id));
    }
    if study.settings.comparison.is_none() {
        say(
            Talk::Aloud,
            "the study file has no `[comparison]` with `[[teams]]`: nothing is compared; `milepost query` shows the tables of each measure",
        );
    }
    match args.format {
        Format::Json => print_json(&json_of(&analysis))?,
        format => print_rows(&HEADER, &analysis.answers.iter().flat_map(lines).collect::<Vec<_>>(), format)?,
    }
    Ok(Outcome::Done)
}

const HEADER: [&str; 13] = [
    "measure",
    "row",
    "before",
    "after",
    "change",
    "interval",
    "p",
    "n",
    "teams",
    "open",
    "abandoned",
    "left out",
    "grade",
];

/// The effect first, then the arms, then each team.
fn lines(answer: &Answer) -> Vec<Vec<String>> {
    let left_out: u64 = answer.left_out.iter().map(|(_, many)| many).sum();
    let mut rows = Vec::new();
    let verdict = match &answer.verdict {
        Err(refusal) => {
            rows.push(row(&answer.id, &format!("cannot be told: {refusal}"), &[("left out", left_out.to_string())]));
            return rows;
        }
        Ok(verdict) => verdict,
    };
    let grade = ("grade", verdict.grade.to_string());
    match &verdict.effect {
        Ok(effect) => rows.push(row(
            &answer.id,
            "effect",
            &[
                ("change", shown(effect.scale, effect.estimate)),
                ("interval", interval_of(effect)),
                ("p", effect.p.map_or_else(String::new, |p| format!("{p:.3}"))),
                ("left out", left_out.to_string()),
                grade,
            ],
        )),
        Err(refusal) => rows.push(row(&answer.id, &format!("no effect: {refusal}"), &[grade])),
    }
    for arm in [Arm::Pilot, Arm::Comparison] {
        let of = |period| verdict.windows.iter().find(|window| window.arm == arm && window.period == period);
        let (before, after) = (of(Period::Before), of(Period::After));
        if before.is_none() && after.is_none() {
            continue;
        }
        let sum = |count: fn(&Window) -> u64| both(before.map(count), after.map(count));
        rows.push(row(
            &answer.id,
            arm_word(arm),
            &[
                ("before", before.map_or_else(|| "no records".to_owned(), |window| level_of(answer.level, window))),
                ("after", after.map_or_else(|| "no records".to_owned(), |window| level_of(answer.level, window))),
                ("n", sum(|window| window.units)),
                ("teams", both(before.map(|window| window.teams as u64), after.map(|window| window.teams as u64))),
                ("open", sum(|window| window.open)),
                ("abandoned", sum(|window| window.abandoned)),
                ("left out", sum(|window| window.excluded)),
            ],
        ));
    }
    rows.extend(verdict.teams.iter().map(|team| team_line(answer, team)));
    rows
}

fn team_line(answer: &Answer, team: &TeamLine) -> Vec<String> {
    let number =
        |value: Option<f64>| value.map_or_else(|| "not told".to_owned(), |value| shown_level(answer.level, value));
    let mut name = format!("{} ({})", team.team, arm_word(team.arm));
    if let Some(reason) = &team.left_out {
        name = format!("{name}: left out, {}", why(reason));
    }
    let (before, after) = team.units;
    row(
        &answer.id,
        &name,
        &[("before", number(team.before)), ("after", number(team.after)), ("n", format!("{before} → {after}"))],
    )
}

fn row(measure: &str, name: &str, cells: &[(&str, String)]) -> Vec<String> {
    let mut row = vec![String::new(); HEADER.len()];
    measure.clone_into(&mut row[0]);
    name.clone_into(&mut row[1]);
    for (column, text) in cells {
        if let Some(place) = HEADER.iter().position(|known| known == column) {
            row[place].clone_from(text);
        }
    }
    row
}

fn both(before: Option<u64>, after: Option<u64>) -> String {
    let text = |value: Option<u64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    format!("{} → {}", text(before), text(after))
}

fn level_of(level: Level, window: &Window) -> String {
    match &window.level {
        Err(refusal) => format!("cannot be told: {refusal}"),
        Ok(found) => match &found.interval {
            Ok(interval) => format!(
                "{} ({} to {})",
                shown_level(level, found.estimate),
                shown_level(level, interval.lower),
                shown_level(level, interval.upper)
            ),
            Err(_) => shown_level(level, found.estimate),
        },
    }
}

fn shown_level(level: Level, value: f64) -> String {
    match level {
        Level::Days => format!("{value:.1} d"),
        Level::HoursPerJourney => format!("{value:.1} h"),
        Level::PerJourney | Level::PerServiceWeek => format!("{value:.2}"),
        Level::PerDeveloperWeek => format!("{value:.3}"),
        Level::PerDeploy => format!("{:.1}%", value * 100.0),
        Level::Share => format!("{:.0}%", value * 100.0),
    }
}

fn shown(scale: Scale, value: f64) -> String {
    match scale {
        Scale::Days => format!("{value:+.1} d"),
        Scale::Ratio => format!("{:+.0}%", (value - 1.0) * 100.0),
        Scale::Rate => format!("{value:+.3}"),
        Scale::Share => format!("{:+.0} points", value * 100.0),
    }
}

fn interval_of(finding: &Finding) -> String {
    match &finding.interval {
        Ok(interval) => {
            format!("{} to {}", shown(finding.scale, interval.lower), shown(finding.scale, interval.upper))
        }
        Err(why) => format!("none: {why}"),
    }
}

fn arm_word(arm: Arm) -> &'static str {
    match arm {
        Arm::Pilot => "pilot",
        Arm::Comparison => "comparison",
    }
}

pub(super) fn why(reason: &crate::study::LeftOut) -> String {
    use crate::study::LeftOut;
    match reason {
        LeftOut::TooFew { period, have, need } => {
            let window = if *period == Period::Before { "before" } else { "after" };
            format!("{have} in the window {window}, and it takes {need}")
        }
        LeftOut::Refused(refusal) => refusal.to_string(),
    }
}

/// Everything, for programs.
pub(super) fn json_of(analysis: &Analysis) -> Value {
    let answers: Vec<Value> = analysis.answers.iter().map(answer_json).collect();
    json!({ "tau_days": analysis.design.tau_days, "alpha": analysis.design.alpha, "measures": answers })
}

fn answer_json(answer: &Answer) -> Value {
    let left_out: Vec<Value> =
        answer.left_out.iter().map(|(reason, many)| json!({ "reason": reason, "count": many })).collect();
    let mut value = json!({
        "id": answer.id,
        "measure": answer.measure.id,
        "of": answer.of,
        "definition": answer.measure.definition,
        "unit": answer.measure.unit,
        "left_out": left_out,
        "linked": answer.linked.map(|(linked, events)| json!({ "linked": linked, "events": events })),
    });
    let told = match &answer.verdict {
        Err(refusal) => json!({ "cannot_be_told": refusal.to_string() }),
        Ok(verdict) => json!({
            "estimand": verdict.estimand,
            "grade": verdict.grade.to_string(),
            "reasons": verdict.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "traps": verdict.traps.iter().map(trap_json).collect::<Vec<_>>(),
            "verb": verdict.wording.verb,
            "hedge": verdict.wording.hedge,
            "significant": verdict.significant,
            "effect": verdict.effect.as_ref().map_or_else(|refusal| json!({ "cannot_be_told": refusal.to_string() }), finding_json),
            "beside": verdict.beside.iter().map(finding_json).collect::<Vec<_>>(),
            "without_one_pilot_team": verdict.without_one_pilot_team.map(|(low, high)| [low, high]),
            "windows": verdict.windows.iter().map(window_json).collect::<Vec<_>>(),
            "teams": verdict.teams.iter().map(team_json).collect::<Vec<_>>(),
        }),
    };
    if let (Some(all), Value::Object(told)) = (value.as_object_mut(), told) {
        all.extend(told);
    }
    value
}

fn trap_json(trap: &Trap) -> Value {
    let sight = match trap.sight {
        Sight::Describes => "seen, described only",
        Sight::Lowers => "seen, lowers the grade",
        Sight::Seen => "seen",
        Sight::NotSeen => "not seen",
        Sight::CannotBeTold => "cannot be told",
    };
    json!({ "trap": trap.kind.to_string(), "sight": sight, "told": trap.told })
}

fn finding_json(finding: &Finding) -> Value {
    let interval = match &finding.interval {
        Ok(interval) => json!({ "lower": interval.lower, "upper": interval.upper, "level": interval.level }),
        Err(why) => json!({ "none": why.to_string() }),
    };
    json!({
        "scale": format!("{:?}", finding.scale).to_lowercase(),
        "estimate": finding.estimate,
        "interval": interval,
        "p": finding.p,
        "floor_p": finding.floor_p,
        "method": finding.method,
    })
}

fn window_json(window: &Window) -> Value {
    json!({
        "arm": arm_word(window.arm),
        "period": if window.period == Period::Before { "before" } else { "after" },
        "n": window.units,
        "teams": window.teams,
        "events": window.events,
        "open": window.open,
        "abandoned": window.abandoned,
        "excluded": window.excluded,
        "level": window.level.as_ref().map_or_else(|refusal| json!({ "cannot_be_told": refusal.to_string() }), finding_json),
        "median": window.median.as_ref().map(|median| json!({ "estimate": median.estimate, "lower": median.lower, "upper": median.upper, "method": median.method })),
    })
}

fn team_json(team: &TeamLine) -> Value {
    json!({
        "team": team.team,
        "arm": arm_word(team.arm),
        "n_before": team.units.0,
        "n_after": team.units.1,
        "before": team.before,
        "after": team.after,
        "change": team.change,
        "left_out": team.left_out.as_ref().map(why),
    })
}
