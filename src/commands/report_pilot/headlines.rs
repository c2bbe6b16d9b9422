//! The sentences that a reader takes away: frame, verb and hedge of each verdict, with its numbers, never stronger.
//!
//! Welcome and unwelcome ones stand side by side in the order of the measures, the study's primary measure first.

use super::book::Book;
use super::guarded::{Shown, Told, arm_level, shown};
use super::not_told;
use super::words::{self, capital, sentence, subject};
use crate::commands::analysis::{Answer, Level};
use crate::report::{Grade, Headline, Quantity, Unit};
use crate::study::{Arm, Direction, Frame, Period, Reason, Verdict};

/// Measures that have a headline; others have cards alone.
const MEASURES: [&str; 11] = [
    "time_to_first_deploy",
    "handoffs",
    "request_wait",
    "request_answer_time",
    "platform_tickets",
    "metadata_coverage",
    "ownership_validity",
    "deployment_frequency",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "incidents",
];

pub(super) fn headlines(book: &Book<'_>) -> Vec<Headline> {
    let primary = book.comparison.primary.as_deref().unwrap_or_default();
    let mut measures = MEASURES.to_vec();
    measures.sort_by_key(|measure| *measure != primary);
    let mut lines = Vec::new();
    // What the design carries is the same everywhere: it is said once, at the first number that it bears on.
    let mut design_said = false;
    for measure in measures {
        let mut answers: Vec<&Answer> = book
            .answers(measure)
            .filter(|answer| measure != "metadata_coverage" || words::is_of_all_fields(answer))
            .collect();
        // Of several environments production first: it is the one that a journey is for.
        answers.sort_by_key(|answer| answer.of.as_deref() != Some(book.settings.environments.production.as_str()));
        if answers.is_empty() {
            lines.push(not_told::headline(&not_told::of_measure(book, measure)));
        }
        for answer in answers {
            match shown(answer) {
                Shown::Told(told) => {
                    lines.push(headline(&told, book.analysis.design.tau_days, !design_said));
                    design_said |= told.effect && told.verdict.reasons.iter().any(is_of_design);
                }
                _ => lines.push(not_told::headline(&not_told::of_answer(book, answer))),
            }
        }
    }
    lines
}

fn headline(told: &Told<'_>, tau_days: f64, with_design: bool) -> Headline {
    let sentence = if told.effect && words::nothing_moved(told.verdict) {
        format!(
            "{} was the same after as before in every team compared. {}",
            capital(&subject(told.answer)),
            levels(told, tau_days)
        )
    } else if told.effect {
        format!("{} {}", claim(told, tau_days), hedge(told.verdict, with_design)).trim_end().to_owned()
    } else {
        format!(
            "How the pilot changed {} cannot be shown: the numbers of one arm would stand for fewer than five people, or one person for more than half of them.",
            subject(told.answer)
        )
    };
    Headline { sentence, grade: grade(told.verdict), supports: vec![told.answer.id.clone()] }
}

/// The claim with its effect and the levels that it rests on.
fn claim(told: &Told<'_>, tau_days: f64) -> String {
    let (wording, subject) = (&told.verdict.wording, subject(told.answer));
    let effect = told.verdict.effect.as_ref().ok().map(words::change);
    let interval = effect.as_ref().and_then(Quantity::interval).map_or_else(String::new, |text| format!(" ({text})"));
    match (wording.frame, &effect) {
        (Frame::PilotDid, Some(effect)) => format!(
            "The pilot {} {subject} by {}{interval} against the change in the comparison teams. {}",
            wording.verb,
            size(effect),
            levels(told, tau_days)
        ),
        (Frame::MeasureWas, Some(effect)) if told.verdict.grade <= crate::study::Grade::B => format!(
            "{} {}: {} against the change in the comparison teams{interval}. {}",
            capital(&subject),
            wording.verb,
            effect.text(),
            levels(told, tau_days)
        ),
        _ => format!("{} {}. {}", capital(&subject), wording.verb, levels(told, tau_days)),
    }
}

/// A change without its sign, where the verb says which way it went.
fn size(effect: &Quantity) -> String {
    Quantity::level(effect.value.unwrap_or_default().abs(), effect.unit).text()
}

/// The levels of the arms, before and after.
fn levels(told: &Told<'_>, tau_days: f64) -> String {
    if !told.arms.contains(&Arm::Pilot) {
        return String::new();
    }
    let of = |arm| {
        let (before, after) = (arm_level(told, arm, Period::Before), arm_level(told, arm, Period::After));
        let is_days = after.value.is_some() && after.unit == Unit::Days;
        let after_text = if is_days { format!("{} days", after.bare()) } else { after.text() };
        if before.value.is_some() && before.text() == after.text() {
            // What only looks the same once it is rounded has moved a little.
            return format!("stayed {} {after_text}", if before.value == after.value { "at" } else { "near" });
        }
        let is_named_once = before.value.is_some() && before.unit != Unit::Percent;
        format!("went from {} to {after_text}", if is_named_once { before.bare() } else { before.text() })
    };
    let what = if told.answer.level == Level::Days {
        format!("Counted up to day {tau_days:.0}, its average")
    } else {
        "It".to_owned()
    };
    let mut text = format!("{what} {} in the pilot teams", of(Arm::Pilot));
    if told.arms.contains(&Arm::Comparison) {
        let comparison = of(Arm::Comparison);
        // One verb does for both where both did the same.
        let verb = ["went ", "stayed "].into_iter().find(|verb| of(Arm::Pilot).starts_with(verb)).unwrap_or_default();
        text = format!("{text} and {} in the comparison teams", comparison.strip_prefix(verb).unwrap_or(&comparison));
    }
    if levels_contradict(told) {
        text = format!("{text}, all journeys together; the verdict is an average over teams");
    }
    format!("{text}.")
}

/// Whether the pilot's level over everything went another way than its teams did on average.
fn levels_contradict(told: &Told<'_>) -> bool {
    let at = |period| arm_level(told, Arm::Pilot, period).value;
    let Some((before, after)) = at(Period::Before).zip(at(Period::After)) else { return false };
    let pooled = Direction::of(after - before);
    told.verdict.grade > crate::study::Grade::B && pooled != pilot_direction(told.verdict)
}

/// Which way the pilot teams went on average, as the words of a verdict mean it.
pub(super) fn pilot_direction(verdict: &Verdict) -> Direction {
    let pilots = verdict.teams.iter().filter(|team| team.arm == Arm::Pilot && team.left_out.is_none());
    Direction::of(pilots.filter_map(|team| team.change).sum())
}

/// What must be said with the verb.
fn hedge(verdict: &Verdict, with_design: bool) -> String {
    let all = joined(verdict.reasons.iter());
    let said = joined(verdict.reasons.iter().filter(|reason| with_design || !is_of_design(reason)));
    let (lead, tail) = verdict.wording.hedge.split_once(&all).unwrap_or((verdict.wording.hedge.as_str(), ""));
    // The claim itself says that it stands against the comparison teams.
    let lead = lead.trim_start_matches("against the change in the comparison teams").trim_start_matches("; ");
    let parts = format!("{lead}{said}{tail}");
    sentence(parts.trim().trim_end_matches(';'))
}

fn joined<'a>(reasons: impl Iterator<Item = &'a Reason>) -> String {
    reasons.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

const fn is_of_design(reason: &Reason) -> bool {
    matches!(reason, Reason::NotDrawn | Reason::NoPlan | Reason::Drawn | Reason::Planned)
}

/// The grade as reports know it.
pub(super) const fn grade(verdict: &Verdict) -> Grade {
    match verdict.grade {
        crate::study::Grade::A => Grade::A,
        crate::study::Grade::B => Grade::B,
        crate::study::Grade::C => Grade::C,
        crate::study::Grade::D => Grade::D,
        crate::study::Grade::E => Grade::E,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, crowd, verdict};
    use super::*;
    use crate::study::Grade as Of;

    fn said(grade: Of, has_effect: bool) -> String {
        let answer = answer(verdict(grade, has_effect));
        let Shown::Told(told) = shown(&answer) else { panic!("ten people stand") };
        headline(&told, 60.0, true).sentence
    }

    #[test]
    fn only_a_significant_comparison_is_told_as_the_pilots_doing() {
        let sentence = said(Of::B, true);
        assert!(
            sentence.starts_with("The pilot reduced the number of handoffs between teams in a journey by 6"),
            "{sentence}"
        );
        assert!(sentence.contains("95% interval −"), "{sentence}");
        assert!(sentence.contains("not drawn at random"), "{sentence}");
        for grade in [Of::C, Of::D, Of::E] {
            let sentence = said(grade, true);
            assert!(!sentence.contains("The pilot "), "{grade}: {sentence}");
            assert!(!sentence.contains("reduced"), "{grade}: {sentence}");
        }
    }

    #[test]
    fn what_is_inconclusive_says_so_with_its_interval() {
        let sentence = said(Of::B, false);
        assert!(sentence.contains("did not change by more than chance would explain: "), "{sentence}");
        assert!(sentence.contains("95% interval") && sentence.contains("Inconclusive: "), "{sentence}");
    }

    #[test]
    fn before_and_after_alone_is_told_from_the_calendar_by_nothing() {
        let sentence = said(Of::D, true);
        assert!(sentence.contains("was lower after than before"), "{sentence}");
        assert!(sentence.contains("so nothing tells the pilot from the calendar."), "{sentence}");
    }

    #[test]
    fn the_design_is_said_once_and_the_rest_every_time() {
        let inconclusive = verdict(Of::B, false);
        assert!(hedge(&inconclusive, true).contains("not drawn"), "{}", hedge(&inconclusive, true));
        let short = hedge(&inconclusive, false);
        assert!(!short.contains("not drawn") && short.starts_with("Inconclusive: "), "{short}");
        let few = verdict(Of::C, true);
        assert!(hedge(&few, false).contains("cannot be significant by design"), "{}", hedge(&few, false));
    }

    #[test]
    fn a_hidden_arm_hides_the_claim_and_its_numbers() {
        let mut few = answer(verdict(Of::B, true));
        few.people.insert((Arm::Comparison, Period::After), crowd("c", 3));
        let Shown::Told(told) = shown(&few) else { panic!("the pilot stands") };
        let sentence = headline(&told, 60.0, true).sentence;
        assert!(sentence.contains("cannot be shown"), "{sentence}");
        assert!(!sentence.contains(|character: char| character.is_ascii_digit()), "{sentence}");
    }
}
