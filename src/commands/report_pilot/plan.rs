//! The plan: whether there was one before the start, what changed since, what it says should follow, and what else happened.

use super::CommandError;
use super::book::Book;
use super::guarded::{Shown, shown};
use super::words::{listed, spoken, title, week};
use crate::commands::analysis::Answer;
use crate::commands::plan::Standing;
use crate::report::{Block, Callout, CalloutKind, Column, Entry, Section, Table, fingerprint_in_groups};
use crate::study::{Finding, Grade, Scale, Verdict};

pub(super) fn section(book: &Book<'_>) -> Result<Section, CommandError> {
    let standing = Standing::of(book.settings, book.comparison)?;
    let mut section = Section::new("plan", "The plan");
    section.blocks.extend(of_record(&standing));
    section.blocks.extend(of_threshold(book, &standing));
    section.blocks.push(other_changes(book));
    Ok(section)
}

fn of_record(standing: &Standing) -> Vec<Block> {
    let warning = |text: String| Callout { kind: CalloutKind::Unwelcome, text }.into();
    let Some(record) = &standing.record else {
        return vec![warning(
            "No plan was written before the start: the measure that decides, its method and its windows could have been chosen by what came out.".to_owned(),
        )];
    };
    let fingerprint = fingerprint_in_groups(record.hash.trim_start_matches("sha256:"));
    let mut blocks = vec![Block::paragraph(format!(
        "A plan fixed, before the numbers were looked at, the measure that decides ({}), how it is estimated and tested, the windows, the teams and what is left out. It was written on {}; its fingerprint is {fingerprint}.",
        spoken(&record.fixed.primary),
        day(&record.written),
    ))];
    if !standing.is_whole {
        blocks.push(warning(
            "The plan file was changed by hand: its hash is not that of what stands there, so it proves nothing."
                .to_owned(),
        ));
    }
    if !standing.is_before {
        blocks.push(warning("The plan was written, or amended, after the first pilot team had started.".to_owned()));
    }
    if !standing.changed.is_empty() {
        let fields: Vec<String> = standing.changed.iter().map(|field| spoken(field)).collect();
        blocks.push(warning(format!("What was done differs from the plan in: {}.", listed(&fields))));
    }
    for amendment in &record.amendments {
        let fields: Vec<String> = amendment.changed.iter().map(|field| spoken(field)).collect();
        blocks.push(Block::paragraph(format!(
            "Amended on {}, in {}: {}.",
            day(&amendment.written),
            listed(&fields),
            amendment.reason.trim_end_matches('.')
        )));
    }
    blocks
}

/// The day of an instant; seconds could be looked up elsewhere.
fn day(written: &str) -> &str {
    written.get(..10).unwrap_or(written)
}

/// What the plan's threshold says should follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    Extend,
    Change,
    Stop,
    CannotBeTold,
}

/// The rule: extend where a claimed effect is at least as good as wanted; change where it is claimed and smaller; stop where
/// even the best value that the interval holds is not good enough; else nothing can be told yet.
fn follows(verdict: &Verdict, effect: &Finding, extend_at: f64) -> Follows {
    let percent = |value: f64| match effect.scale {
        Scale::Ratio => (value - 1.0) * 100.0,
        Scale::Share => value * 100.0,
        Scale::Days | Scale::Rate => f64::NAN,
    };
    let good = |value: f64| percent(value) / extend_at;
    let best = effect.interval.as_ref().ok().map(|interval| good(interval.lower).max(good(interval.upper)));
    let is_claimed = verdict.significant && good(effect.estimate) > 0.0;
    match best {
        Some(best) if best < 1.0 && verdict.grade <= Grade::B => Follows::Stop,
        _ if is_claimed && good(effect.estimate) >= 1.0 => Follows::Extend,
        _ if is_claimed => Follows::Change,
        _ => Follows::CannotBeTold,
    }
}

fn of_threshold(book: &Book<'_>, standing: &Standing) -> Option<Block> {
    let extend_at = standing.record.as_ref()?.fixed.extend_at?;
    let primary = &standing.record.as_ref()?.fixed.primary;
    let production = book.settings.environments.production.as_str();
    let is_it = |answer: &&Answer| {
        answer.measure.id == primary && (answer.of.is_none() || answer.of.as_deref() == Some(production))
    };
    let answer = book.analysis.answers.iter().find(is_it)?;
    let Shown::Told(told) = shown(answer) else { return None };
    let wanted = format!(
        "The plan wanted a change of {extend_at:+.0}% in {} to extend the pilot.",
        title(answer).to_lowercase()
    );
    let says = match told
        .verdict
        .effect
        .as_ref()
        .ok()
        .filter(|_| told.effect)
        .map(|effect| follows(told.verdict, effect, extend_at))
    {
        Some(Follows::Extend) => "It is there: extend.",
        Some(Follows::Change) => "There is an effect, and a smaller one: change the pilot before it is extended.",
        Some(Follows::Stop) => "Even the best value that the interval holds is less: stop, or change what is piloted.",
        Some(Follows::CannotBeTold) | None => "Whether it is there cannot be told yet: more teams or more time.",
    };
    Some(Block::paragraph(format!("{wanted} {says}").replace(" -", " −")))
}

fn other_changes(book: &Book<'_>) -> Block {
    let changes = &book.settings.plan.other_changes;
    if changes.is_empty() {
        return Block::paragraph(
            "No other change in the period is named. A reorganisation, a freeze or new tools in one arm would be in the numbers all the same.",
        );
    }
    let columns = vec![Column::text("Since"), Column::text("What else changed")];
    let table = Table::new("other-changes", "What else changed in the period", columns)
        .note("Whatever came to both arms alike cancels; what came to one of them is in the numbers.");
    changes
        .iter()
        .fold(table, |table, (at_us, what)| {
            table.row([Entry::text(format!("the {}", week(book.monday(*at_us)))), Entry::text(what.clone())])
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::super::testing::verdict;
    use super::*;
    use crate::study::Interval;

    fn after(lower: f64, upper: f64, extend_at: f64, grade: Grade) -> Follows {
        let verdict = verdict(grade, true);
        let mut effect = verdict.effect.clone().expect("an effect");
        effect.estimate = f64::midpoint(lower, upper);
        effect.interval = Ok(Interval { lower, upper, level: 0.95 });
        follows(&verdict, &effect, extend_at)
    }

    #[test]
    fn a_threshold_says_extend_change_stop_or_nothing_yet() {
        assert_eq!(after(0.6, 0.9, -20.0, Grade::B), Follows::Extend);
        assert_eq!(after(0.75, 0.95, -20.0, Grade::B), Follows::Change);
        assert_eq!(after(0.85, 0.95, -20.0, Grade::B), Follows::Stop, "the best of it is -15%");
        assert_eq!(after(0.6, 0.9, -20.0, Grade::C), Follows::CannotBeTold, "nothing is claimed at C");
        assert_eq!(after(0.6, 0.9, 20.0, Grade::B), Follows::Stop, "it went the other way");
    }

    #[test]
    fn no_plan_is_told_and_so_is_one_that_was_touched() {
        let none = Standing { record: None, is_whole: false, is_before: false, changed: Vec::new() };
        let text = |blocks: Vec<Block>| format!("{blocks:?}");
        assert!(text(of_record(&none)).contains("No plan was written before the start"));
    }
}
