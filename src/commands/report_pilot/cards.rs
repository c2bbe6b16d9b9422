//! Number cards: one measure with its arms, its effect, what it stands on and why the evidence has its grade.

use super::book::Book;
use super::guarded::{Shown, Told, arm_level, shown};
use super::headlines::{grade, pilot_direction};
use super::words::{self, capital, plain_change, sentence, subject, title, window};
use super::{doubts, methods, not_told};
use crate::commands::analysis::{Answer, Level};
use crate::commands::measure;
use crate::report::{Absence, ArmNumbers, Block, Callout, CalloutKind, NumberCard, Quantity, Unit};
use crate::study::{Arm, Direction, Finding, Frame, Grade, NoInterval, Period, Scale};

/// The card of an answer, with a remark where something got worse; or why there is none.
pub(super) fn blocks(book: &Book<'_>, answer: &Answer) -> Vec<Block> {
    match shown(answer) {
        Shown::Told(told) => {
            let mut blocks = vec![card(book, &told).into()];
            blocks.extend(got_worse(&told).map(Block::from));
            blocks
        }
        _ => vec![not_told::of_answer(book, answer).into()],
    }
}

/// The cards of a measure; one that says why, where the measure has no answer at all.
pub(super) fn of_measure(book: &Book<'_>, id: &str) -> Vec<Block> {
    let blocks: Vec<Block> = book.answers(id).flat_map(|answer| blocks(book, answer)).collect();
    if blocks.is_empty() { vec![not_told::of_measure(book, id).into()] } else { blocks }
}

fn card(book: &Book<'_>, told: &Told<'_>) -> NumberCard {
    let (answer, verdict) = (told.answer, told.verdict);
    let windows = told.arms.iter().flat_map(|arm| told.periods().iter().map(|period| told.n(*arm, *period)));
    let teams = verdict.teams.iter().filter(|team| told.arms.contains(&team.arm)).count();
    NumberCard {
        id: answer.id.clone(),
        label: title(answer),
        definition: definition(answer, book.analysis.design.tau_days),
        arms: [Arm::Pilot, Arm::Comparison].into_iter().filter_map(|arm| arm_numbers(told, arm)).collect(),
        estimate: estimate(told),
        estimate_is: estimate_is(told),
        verb: verb(told),
        grade: grade(verdict),
        reasons: reasons(told),
        n: windows.sum(),
        n_of: told.n_of().to_owned(),
        n_teams: teams as u64,
        open: told.sum(|window| window.open),
        excluded: left_out_of(answer) + told.sum(|window| window.excluded),
        exclusions: exclusions(told),
        unlinked: unlinked(answer),
        methods: methods::of(answer),
    }
}

fn definition(answer: &Answer, tau_days: f64) -> String {
    let definition = answer.measure.definition;
    match (answer.level, answer.of.as_deref()) {
        (Level::Days, of) => {
            let things = if of.is_some() { "journeys still open count" } else { "requests not answered yet count" };
            format!(
                "{definition} Levels are means in which nothing counts for more than {tau_days:.0} days, so that {things} for as long as they were seen."
            )
        }
        (Level::HoursPerJourney, _) => {
            format!("{definition} Levels are means over finished journeys of the first definition in use.")
        }
        (Level::PerJourney, _) => format!("{definition} Levels are means over finished journeys of the first definition in use."),
        (Level::Share, Some(_)) if words::is_of_all_fields(answer) => {
            "Services whose catalog entry holds a valid value in every required field, of those that lived before and after.".to_owned()
        }
        (Level::Share, Some(field)) => {
            format!("Services whose catalog entry holds a valid {}, of those that lived before and after.", words::spoken(field))
        }
        _ => definition.to_owned(),
    }
}

/// What is left out and of the same kind as what is counted: weeks are no deploys, and windows are no tickets.
fn left_out_of(answer: &Answer) -> u64 {
    match answer.level {
        Level::PerServiceWeek | Level::PerDeveloperWeek => 0,
        _ => answer.left_out.iter().map(|(_, many)| many).sum(),
    }
}

fn arm_numbers(told: &Told<'_>, arm: Arm) -> Option<ArmNumbers> {
    let of = told.answer.level;
    let at = |period| window(told.verdict, arm, period);
    if at(Period::Before).is_none() && at(Period::After).is_none() {
        return None;
    }
    let teams = told.verdict.teams.iter().filter(|team| team.arm == arm).count();
    let (before, after) = if told.arms.contains(&arm) {
        (arm_level(told, arm, Period::Before), arm_level(told, arm, Period::After))
    } else {
        let hidden = || Quantity::absent(words::unit(of), Absence::FewerThanFive);
        (hidden(), hidden())
    };
    let of_cohort = told.answer.arms.iter().find(|coverage| coverage.arm == arm);
    let change = match of_cohort.map(|coverage| &coverage.cohort_change) {
        Some(Ok(change)) if told.arms.contains(&arm) => words::paired_change(change),
        _ => plain_change(of, &before, &after),
    };
    Some(ArmNumbers { arm: format!("{} ({teams})", capital(words::arm_words(arm))), before, after, change })
}

fn estimate(told: &Told<'_>) -> Quantity {
    match &told.verdict.effect {
        _ if !told.effect => Quantity::absent(Unit::RelativeChange, Absence::FewerThanFive),
        Ok(effect) => words::change(effect),
        Err(refusal) => Quantity::absent(Unit::RelativeChange, Absence::CannotBeTold(refusal.to_string())),
    }
}

/// What the estimate is, with the same effect in days where there is one.
fn estimate_is(told: &Told<'_>) -> String {
    let Some(effect) = told.verdict.effect.as_ref().ok().filter(|_| told.effect) else {
        return "no estimate".to_owned();
    };
    let (_, comparisons) = told.verdict.teams_compared();
    let mut text = if comparisons > 0 {
        "change in the pilot teams against the change in the comparison teams, averaged over teams".to_owned()
    } else {
        "change in the pilot teams alone, averaged over teams".to_owned()
    };
    let in_days = told.verdict.beside.iter().find(|beside| beside.scale == Scale::Days);
    if let (Scale::Ratio, Some(days)) = (effect.scale, in_days) {
        let days = words::change(days);
        let interval = days.interval().map_or_else(String::new, |interval| format!(" ({interval})"));
        text = format!("{text}; the same in days, as a second reading: {}{interval}", days.bare());
    }
    if let Err(why) = &effect.interval {
        text = format!("{text}; no interval: {}", no_interval(why));
    }
    text
}

fn no_interval(why: &NoInterval) -> String {
    match why {
        NoInterval::NotByDesign { .. } => "so few teams cannot bound it".to_owned(),
        other => other.to_string(),
    }
}

fn verb(told: &Told<'_>) -> String {
    let wording = &told.verdict.wording;
    if !told.effect {
        return "Cannot be shown: one arm would stand for fewer than five people".to_owned();
    }
    match wording.frame {
        _ if words::nothing_moved(told.verdict) => "Was the same after as before in every team compared".to_owned(),
        Frame::PilotDid => format!("The pilot {} it", wording.verb),
        Frame::MeasureWas => capital(&wording.verb),
    }
}

fn reasons(told: &Told<'_>) -> Vec<String> {
    let mut reasons: Vec<String> = told.verdict.reasons.iter().map(|reason| sentence(&reason.to_string())).collect();
    if let (Some(effect), true) = (told.verdict.effect.as_ref().ok(), told.effect)
        && let Some(p) = effect.p
    {
        let p = Quantity::level(p, Unit::Probability).text();
        reasons.push(match (effect.placebo, effect.floor_p) {
            (Some((extreme, total)), Some(floor)) => format!(
                "p = {p}: of {} ways to choose the pilot teams, {} an effect at least this large; the smallest p that this many teams can give is {}.",
                Quantity::count(total).text(),
                if extreme == 1 { "1 gives".to_owned() } else { format!("{} give", Quantity::count(extreme).text()) },
                Quantity::level(floor, Unit::Probability).text()
            ),
            _ => format!("p = {p}."),
        });
        reasons.extend(days_disagree(told));
    }
    if told.effect {
        reasons.extend(doubts::carried(told));
    }
    reasons
}

/// A remark where the effect in days and the plan's ratio would be told differently.
fn days_disagree(told: &Told<'_>) -> Option<String> {
    let leaves_out =
        |found: &Finding, nothing: f64| found.interval.as_ref().ok().map(|interval| !interval.contains(nothing));
    let ratio = told.verdict.effect.as_ref().ok().filter(|effect| effect.scale == Scale::Ratio)?;
    let days = told.verdict.beside.iter().find(|beside| beside.scale == Scale::Days)?;
    let (by_ratio, by_days) = (leaves_out(ratio, 1.0)?, leaves_out(days, 0.0)?);
    (by_ratio != by_days).then(|| {
        let (holds, not) = if by_ratio { ("in days", "as a ratio") } else { ("as a ratio", "in days") };
        format!("The interval holds no effect at all {holds} and not {not}: the case is close. The ratio is the first reading, and it decides.")
    })
}

fn exclusions(told: &Told<'_>) -> Vec<String> {
    let mut lines: Vec<String> = told
        .answer
        .left_out
        .iter()
        .map(|(reason, many)| format!("{} {}", Quantity::count(*many).text(), words::left_out_because(reason)))
        .collect();
    let teams = told.verdict.teams.iter().filter(|team| told.arms.contains(&team.arm));
    let mut of_teams = std::collections::BTreeMap::<String, usize>::new();
    for reason in teams.filter_map(|team| team.left_out.as_ref()) {
        *of_teams.entry(measure::why(reason)).or_default() += 1;
    }
    lines.extend(of_teams.into_iter().map(|(why, many)| {
        let is = if many == 1 { "does" } else { "do" };
        format!("{} {is} not enter the effect: {why}", words::many(many, "team"))
    }));
    lines
}

fn unlinked(answer: &Answer) -> Quantity {
    let share = answer
        .linked
        .map(|(linked, events)| super::book::whole(events - linked.min(events)) / super::book::whole(events));
    Quantity::known(share, Unit::Percent, Absence::NotKnown)
}

/// A remark where the number went the wrong way and the grade lets that be said.
fn got_worse(told: &Told<'_>) -> Option<Callout> {
    let less_is_better = told.answer.measure.less_is_better?;
    let verdict = told.verdict;
    let direction = match verdict.grade {
        _ if !told.effect => return None,
        Grade::A | Grade::B if verdict.significant => verdict.direction,
        Grade::C | Grade::D => pilot_direction(verdict),
        Grade::A | Grade::B | Grade::E => return None,
    };
    let is_worse = direction == if less_is_better { Direction::Higher } else { Direction::Lower };
    is_worse.then(|| {
        let (subject, verb) = (subject(told.answer), &verdict.wording.verb);
        let text = match verdict.wording.frame {
            Frame::PilotDid => format!("The pilot {verb} {subject}."),
            Frame::MeasureWas => format!("{} {verb}.", capital(&subject)),
        };
        Callout { kind: CalloutKind::Unwelcome, text }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, verdict};
    use super::*;
    use crate::measures::measure;
    use crate::study::Grade as Of;

    fn with<T>(grade: Of, read: impl Fn(&Told<'_>) -> T) -> T {
        let answer = answer(verdict(grade, true));
        let Shown::Told(told) = shown(&answer) else { panic!("ten people stand") };
        read(&told)
    }

    #[test]
    fn the_verb_of_a_card_is_bound_to_its_grade() {
        assert_eq!(with(Of::B, verb), "The pilot reduced it");
        assert_eq!(with(Of::D, verb), "Was lower after than before");
        assert_eq!(with(Of::E, verb), "Is described only");
    }

    #[test]
    fn a_gain_is_no_loss_and_a_loss_is_said() {
        assert_eq!(with(Of::B, got_worse), None);
        let mut answer = answer(verdict(Of::B, true));
        answer.measure = measure("metadata_coverage").expect("a measure");
        let Shown::Told(told) = shown(&answer) else { panic!("ten people stand") };
        let callout = got_worse(&told).expect("less of what should be more");
        assert_eq!(callout.kind, CalloutKind::Unwelcome);
        assert!(callout.text.contains("reduced"), "{}", callout.text);
    }

    #[test]
    fn a_card_says_its_p_and_the_smallest_that_could_be() {
        let reasons = with(Of::B, reasons);
        assert!(reasons.iter().any(|reason| reason.starts_with("p = 0.018: of 56 ways")), "{reasons:?}");
        assert_eq!(with(Of::B, |told| unlinked(told.answer).text()), "10%");
    }
}
