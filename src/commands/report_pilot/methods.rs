//! How each number is made, and what the words mean.

use super::book::Book;
use crate::commands::analysis::{Answer, Level};
use crate::measures::MEASURES;
use crate::report::{MethodNote, Term};

const TIMES: &str = "Mean up to a horizon";
const RATES: &str = "Rates by team";
const SHARES: &str = "Shares of the same services";
const COMPARED: &str = "Comparison of teams";
const LEVELS: &str = "Intervals of levels";

/// The notes that a card refers to.
pub(super) fn of(answer: &Answer) -> Vec<String> {
    let way = match answer.level {
        Level::Days => TIMES,
        Level::Share => SHARES,
        _ => RATES,
    };
    [answer.measure.title, way, COMPARED, LEVELS].map(str::to_owned).into()
}

/// Every note: the measures of the report, then the statistics.
pub(super) fn notes(book: &Book<'_>) -> Vec<MethodNote> {
    let measures = MEASURES.iter().map(|measure| MethodNote {
        id: measure.title.to_owned(),
        definition: format!("{} Counts: {} Leaves out: {}", measure.definition, measure.counts, measure.leaves_out),
        formula: String::new(),
        source: measure.anchor.to_owned(),
    });
    measures.chain(statistics(book)).collect()
}

fn statistics(book: &Book<'_>) -> Vec<MethodNote> {
    let note = |id: &str, definition: String, formula: &str, source: &str| MethodNote {
        id: id.to_owned(),
        definition,
        formula: formula.to_owned(),
        source: source.to_owned(),
    };
    let (tau, level) = (book.analysis.design.tau_days, (1.0 - book.analysis.design.alpha) * 100.0);
    vec![
        note(
            TIMES,
            format!(
                "The area under the Kaplan-Meier curve up to day {tau:.0}: a journey counts with its days, at most {tau:.0}, and an open one for as long as it was seen. Each journey's share in it is its jackknife pseudo-observation; a team's level is the mean of those of its journeys, its change the logarithm of after over before."
            ),
            "RMST(τ) = ∫₀^τ S(t) dt;  θᵢ = n θ − (n − 1) θ₍₋ᵢ₎",
            "Royston and Parmar 2013; Andersen, Klein and Rosthøj 2003",
        ),
        note(
            RATES,
            "Counts over exposure, with half a count added on both sides, by team; the change is the logarithm of the ratio.".to_owned(),
            "ln((b + ½) / (a + ½) · Tₐ / T_b)",
            "Haldane 1956; Anscombe 1956",
        ),
        note(
            SHARES,
            "The same services before and after, by the team that works on them. Gained and lost are told each; the change of an arm has Newcombe's paired interval, services taken for independent.".to_owned(),
            "p_after − p_before = (gained − lost) / n",
            "Newcombe 1998 (method 10); McNemar 1947",
        ),
        note(
            COMPARED,
            format!(
                "The mean change of the pilot teams less that of the comparison teams; the team is the unit, whatever its size. p is the share of all ways to choose the pilot teams that give a difference at least this large; the {level:.0}% interval holds every effect that this test does not reject."
            ),
            "effect = mean(Δ pilot) − mean(Δ comparison);  p = #{|t*| ≥ |t|} / C(N, k)",
            "exact permutation; studentised where three or more pilot teams",
        ),
        note(
            LEVELS,
            format!(
                "Each level has a {level:.0}% interval that takes teams as the unit: leave one team out in turn (times and rates, from five teams on), or Wilson's on as many services as the spread between teams is worth (shares). Where there is none, there are too few teams."
            ),
            "θ ± t(J − 1) · se(jackknife)",
            "Williams 1995; Wilson 1927",
        ),
    ]
}

/// The words of the report.
pub(super) fn glossary() -> Vec<Term> {
    [
        ("Journey", "one pass of one service from a start to a finish, or to abandonment, or still open at the end of the records"),
        ("Step", "a milestone inside a journey; it has an order and may be missing"),
        ("Touch", "a human act that moves a journey on: beginning or landing a change that is a step, opening, assigning, answering or closing a ticket, a review, an approval, a manual deploy. Bots never touch; ordinary commits are work"),
        ("Handoff", "two consecutive touches of a journey by people of different teams"),
        ("Wait", "the time from something asked for to its answer by another party, and nothing else; the rest is unattributed"),
        ("Pilot, comparison", "the teams that got the platform, each from its own date on, and the teams that did not"),
        ("Before, after, left out", "a journey belongs to the period that it began in. The weeks after a team's start that it takes to settle are in neither. Journeys begun before are watched until the start alone"),
        ("Horizon", "the day up to which times are compared, the same on both sides"),
        ("Open, abandoned", "not finished at the end of the records; given up, by retirement or by long silence"),
        ("Developer-week", "five working days of one member of a team"),
        ("Platform team", "a team that runs the platform: its own journeys are not compared"),
        ("Could not be linked", "the share of the events that such numbers are made of which no rule ties to a service"),
        ("Fewer than five people", "a number that fewer than five people or five journeys stand behind, or one person for more than half; it is not shown, nor anything that it could be reckoned from"),
    ]
    .map(|(word, meaning)| Term { word: word.to_owned(), meaning: meaning.to_owned() })
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, verdict};
    use super::*;

    #[test]
    fn a_card_refers_to_notes_that_exist() {
        let known: Vec<&str> =
            MEASURES.iter().map(|measure| measure.title).chain([TIMES, RATES, SHARES, COMPARED, LEVELS]).collect();
        for id in of(&answer(verdict(crate::study::Grade::B, true))) {
            assert!(known.contains(&id.as_str()), "{id}");
        }
    }
}
