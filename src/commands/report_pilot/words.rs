//! How numbers, measures and weeks are named. One place, so that a card and a headline call a thing by one name.

use chrono::NaiveDate;

use crate::commands::analysis::{Answer, Level};
use crate::report::{Absence, Quantity, Unit};
use crate::study::{Arm, Finding, Period, Scale, Verdict, Window};

/// The unit of a measure's level.
pub(super) const fn unit(level: Level) -> Unit {
    match level {
        Level::Days => Unit::Days,
        Level::HoursPerJourney => Unit::WorkingHours,
        Level::PerJourney => Unit::PerJourney,
        Level::PerDeveloperWeek => Unit::PerDeveloperWeek,
        Level::PerServiceWeek => Unit::PerServiceWeek,
        Level::Share | Level::PerDeploy => Unit::Percent,
    }
}

/// The arm of a verdict in one period.
pub(super) fn window(verdict: &Verdict, arm: Arm, period: Period) -> Option<&Window> {
    verdict.windows.iter().find(|window| window.arm == arm && window.period == period)
}

/// The level of a window with its interval, or why there is none.
pub(super) fn level(level: Level, window: Option<&Window>) -> Quantity {
    let unit = unit(level);
    let Some(window) = window else { return Quantity::absent(unit, Absence::NoRecords) };
    match &window.level {
        Err(refusal) => Quantity::absent(unit, Absence::CannotBeTold(refusal.to_string())),
        Ok(found) => with_interval(Quantity::level(found.estimate, unit), found, |value| value),
    }
}

/// A finding that is a change.
pub(super) fn change(found: &Finding) -> Quantity {
    match found.scale {
        Scale::Ratio => {
            with_interval(Quantity::change(found.estimate - 1.0, Unit::RelativeChange), found, |value| value - 1.0)
        }
        Scale::Days => with_interval(Quantity::change(found.estimate, Unit::Days), found, |value| value),
        Scale::Share => with_interval(Quantity::change(found.estimate, Unit::PercentPoints), found, |value| value),
        Scale::Rate => with_interval(Quantity::change(found.estimate, Unit::Ratio), found, |value| value),
    }
}

fn with_interval(quantity: Quantity, found: &Finding, onto: impl Fn(f64) -> f64) -> Quantity {
    let Ok(interval) = &found.interval else { return quantity };
    let mut quantity = quantity.between(Some(onto(interval.lower)), Some(onto(interval.upper)));
    quantity.confidence = interval.level;
    quantity
}

/// The change of a share in the same services.
pub(super) fn paired_change(change: &crate::study::PairedChange) -> Quantity {
    let mut quantity = Quantity::change(change.difference, Unit::PercentPoints)
        .between(Some(change.interval.lower), Some(change.interval.upper));
    quantity.confidence = change.interval.level;
    quantity
}

/// The change of a level between two windows, as the cards show it; description, without an interval.
pub(super) fn plain_change(level: Level, before: &Quantity, after: &Quantity) -> Quantity {
    let unit = match level {
        Level::Days => Unit::Days,
        Level::HoursPerJourney => Unit::WorkingHours,
        Level::PerJourney => Unit::PerJourney,
        Level::PerDeveloperWeek | Level::PerServiceWeek => Unit::RelativeChange,
        Level::Share | Level::PerDeploy => Unit::PercentPoints,
    };
    let absent = |why| Quantity::absent(unit, why);
    match (before.value, after.value) {
        (Some(before), Some(after)) if unit == Unit::RelativeChange => {
            if before > 0.0 {
                Quantity::change(after / before - 1.0, unit)
            } else {
                absent(Absence::CannotBeTold("there was nothing before".to_owned()))
            }
        }
        (Some(before), Some(after)) => Quantity::change(after - before, unit),
        _ => absent(before.absent.clone().or_else(|| after.absent.clone()).unwrap_or(Absence::NotKnown)),
    }
}

/// What a sentence about the measure is about; lower case, singular.
pub(super) fn subject(answer: &Answer) -> String {
    let of = answer.of.as_deref().unwrap_or_default();
    match answer.measure.id {
        "time_to_first_deploy" => format!("the time to a first deploy to {of}"),
        "journey_time" => format!("the time of a {} journey from start to finish", spoken(of)),
        "handoffs" => "the number of handoffs between teams in a journey".to_owned(),
        "request_wait" => "the working time that a journey waits for answers".to_owned(),
        "request_answer_time" => "the time from a request to its first answer".to_owned(),
        "platform_tickets" => "the rate of tickets to the platform teams".to_owned(),
        "metadata_coverage" if is_of_all_fields(answer) => {
            "the share of services whose catalog entry is complete".to_owned()
        }
        "metadata_coverage" => format!("the share of services with a valid {} in the catalog", spoken(of)),
        "ownership_validity" => "the share of services whose owner is a team with members".to_owned(),
        "deployment_frequency" => "the rate of production deploys".to_owned(),
        "change_fail_rate" => "the share of production deploys that failed".to_owned(),
        "failed_deployment_recovery_time" => "the time that a failed deploy lasts".to_owned(),
        "incidents" => "the rate of incidents".to_owned(),
        other => spoken(other),
    }
}

/// The title of the measure's card.
pub(super) fn title(answer: &Answer) -> String {
    match answer.of.as_deref() {
        None => answer.measure.title.to_owned(),
        Some(of) => format!("{}: {}", answer.measure.title, spoken(of)),
    }
}

/// Whether the answer is about complete entries, not about one field.
pub(super) fn is_of_all_fields(answer: &Answer) -> bool {
    answer.of.as_deref() == Some(crate::commands::analysis::ALL_FIELDS)
}

/// An id as people say it: `create-service` → `create service`.
pub(super) fn spoken(id: &str) -> String {
    id.replace(['-', '_'], " ")
}

/// A step's name as a heading.
pub(super) fn step_title(name: &str) -> String {
    let name = spoken(name);
    name.strip_prefix("ci ").map_or_else(|| capital(&name), |rest| format!("CI {rest}"))
}

/// Why something is left out, as the end of a sentence that begins with a count.
pub(super) fn left_out_because(reason: &str) -> String {
    match reason {
        // What is compared and in neither window began in the weeks between them.
        "compared" => "in the weeks left out after a start".to_owned(),
        "outside the windows" => "outside the windows".to_owned(),
        "platform team" => "of platform teams".to_owned(),
        "unknown team" => "of a team that no source can tell".to_owned(),
        "not compared" => "of teams that are in neither arm".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether no team that is compared moved at all. Of what is described only nothing is said, not even this.
pub(super) fn nothing_moved(verdict: &Verdict) -> bool {
    let still = |team: &&crate::study::TeamLine| team.left_out.is_none();
    let mut teams = verdict.teams.iter().filter(still).peekable();
    verdict.grade < crate::study::Grade::E
        && verdict.effect.is_ok()
        && teams.peek().is_some()
        && teams.all(|team| team.change == Some(0.0))
}

/// A week in words.
pub(super) fn week(monday: NaiveDate) -> String {
    monday.format("week of %-d %B %Y").to_string()
}

/// `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The text with a capital at its start.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A clause as a sentence of its own.
pub(super) fn sentence(clause: &str) -> String {
    let text = capital(clause.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// `1 team`, `3 teams`.
pub(super) fn many(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {one}s", Quantity::count(count as u64).text()) }
}

/// The arm as the log and the tables call it.
pub(super) const fn arm_words(arm: Arm) -> &'static str {
    match arm {
        Arm::Pilot => "pilot teams",
        Arm::Comparison => "comparison teams",
    }
}

/// The period in words.
pub(super) const fn period_words(period: Period) -> &'static str {
    match period {
        Period::Before => "before",
        Period::After => "after",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Interval, NoInterval};

    fn found(scale: Scale, estimate: f64, interval: Option<(f64, f64)>) -> Finding {
        let none = NoInterval::TooFewTeams { have: 2, need: 5 };
        let interval = interval.map(|(lower, upper)| Interval { lower, upper, level: 0.9 }).ok_or(none);
        Finding { scale, estimate, interval, p: None, floor_p: None, placebo: None, method: String::new() }
    }

    #[test]
    fn a_ratio_is_written_as_a_change_with_the_confidence_of_the_study() {
        let ratio = change(&found(Scale::Ratio, 0.62, Some((0.5, 1.1))));
        assert_eq!(ratio.text(), "−38%");
        assert_eq!(ratio.interval().as_deref(), Some("90% interval −50% to +10%"));
        assert_eq!(change(&found(Scale::Share, 0.12, None)).interval(), None);
    }

    #[test]
    fn a_change_from_nothing_is_no_percentage() {
        let rate = |value| Quantity::level(value, Unit::PerDeveloperWeek);
        assert_eq!(plain_change(Level::PerDeveloperWeek, &rate(0.0), &rate(0.2)).text(), "cannot be told");
        assert_eq!(plain_change(Level::PerDeveloperWeek, &rate(0.4), &rate(0.2)).text(), "−50%");
    }

    #[test]
    fn a_reason_to_leave_out_is_said_in_words() {
        assert_eq!(left_out_because("compared"), "in the weeks left out after a start");
        assert_eq!(step_title("ci configured"), "CI configured");
    }

    #[test]
    fn lists_and_sentences_read_well() {
        assert_eq!(listed(&["a".to_owned(), "b".to_owned(), "c".to_owned()]), "a, b and c");
        assert_eq!(sentence("no plan was fixed"), "No plan was fixed.");
        assert_eq!((many(1, "team"), many(1200, "team")), ("1 team".to_owned(), "1,200 teams".to_owned()));
    }
}
