//! Answers on ordinal scales: what people said before and after, and what those who did not answer could change.
//!
//! In: paired answers of the same people under keys that name nobody, or one wave. Out: how many said better and worse, with
//! the interval of the difference (Newcombe, paired) and the sign and signed-rank tests; bounds in which all who are missing
//! said worse, or better; the SUS score of one sheet; the share of the top two answers. No mean of a Likert scale stands
//! alone, and a question whose words changed is another question. A cell of fewer than [`PEOPLE_OF_A_CELL`] people is
//! refused, here as in reports. Sources: Pratt 1959; Newcombe 1998;17:2635; Brooke 1996 (SUS); Manski 1989 (bounds).

use super::special_functions::whole;
use super::{Interval, Paired, Refusal, SignTest, SignedRank, paired_change, sign_test, signed_rank, wilson};

/// People below which nothing is said.
pub const PEOPLE_OF_A_CELL: u64 = 5;

/// What changed in the answers of the same people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedAnswers {
    /// Who answered both times.
    pub people: u64,
    /// Who said better the second time.
    pub better: u64,
    /// Who said worse.
    pub worse: u64,
    /// Share of better less share of worse.
    pub difference: f64,
    /// Its interval.
    pub interval: Interval,
    /// Better against worse alone.
    pub sign: Option<SignTest>,
    /// By size as well.
    pub signed_rank: Option<SignedRank>,
    /// The difference had everybody who did not answer twice said worse, and had they all said better.
    pub bounds: (f64, f64),
}

/// Compares paired answers, second less first; `missing` people were asked and did not answer both times.
///
/// # Errors
/// Refuses fewer than five people, answers that are no numbers, and a level outside (0, 1).
pub fn paired_answers(pairs: &[(f64, f64)], missing: u64, level: f64) -> Result<PairedAnswers, Refusal> {
    super::refusal::inside("a level", level)?;
    let people = pairs.len() as u64;
    if people < PEOPLE_OF_A_CELL {
        let (have, need) = (pairs.len(), 5);
        return Err(Refusal::TooFew { what: "people", have, need });
    }
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
    super::refusal::finite("an answer", &differences)?;
    let many = |sign: fn(&&f64) -> bool| differences.iter().filter(sign).count() as u64;
    let (better, worse) = (many(|value| **value > 0.0), many(|value| **value < 0.0));
    // Better and worse are the two ways to leave the diagonal; who stayed is split between its ends without any effect.
    let table = Paired { kept: 0, gained: better, lost: worse, never: people - better - worse };
    let change = paired_change(table, level)?;
    let all = whole(people + missing);
    let net = whole(better) - whole(worse);
    Ok(PairedAnswers {
        people,
        better,
        worse,
        difference: change.difference,
        interval: change.interval,
        sign: sign_test(&differences).ok(),
        signed_rank: signed_rank(&differences).ok(),
        bounds: ((net - whole(missing)) / all, (net + whole(missing)) / all),
    })
}

/// The score of one sheet of the System Usability Scale: ten items from 1 to 5, every second one worded the other way.
///
/// # Errors
/// Refuses another number of items, and answers that are not 1 to 5.
pub fn system_usability(items: &[u8]) -> Result<f64, Refusal> {
    if items.len() != 10 {
        return Err(Refusal::TooFew { what: "items of the ten", have: items.len(), need: 10 });
    }
    if let Some(&item) = items.iter().find(|item| !(1..=5).contains(*item)) {
        return Err(Refusal::Impossible { what: "an answer from 1 to 5", value: f64::from(item) });
    }
    let points = |(place, item): (usize, &u8)| if place % 2 == 0 { item - 1 } else { 5 - item };
    Ok(2.5 * f64::from(items.iter().enumerate().map(points).sum::<u8>()))
}

/// Share of answers in the top two, with Wilson's interval.
///
/// # Errors
/// Refuses fewer than five people, and a scale of fewer than three answers.
pub fn top_two(answers: &[u8], largest: u8, level: f64) -> Result<(f64, Interval), Refusal> {
    super::refusal::inside("a level", level)?;
    if largest < 3 {
        return Err(Refusal::Impossible { what: "the largest answer", value: f64::from(largest) });
    }
    if let Some(&answer) = answers.iter().find(|answer| !(1..=largest).contains(*answer)) {
        return Err(Refusal::Impossible { what: "an answer", value: f64::from(answer) });
    }
    let people = answers.len() as u64;
    if people < PEOPLE_OF_A_CELL {
        return Err(Refusal::TooFew { what: "people", have: answers.len(), need: 5 });
    }
    let top = answers.iter().filter(|answer| **answer >= largest - 1).count() as u64;
    Ok((whole(top) / whole(people), wilson(top, people, level)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// Case `sus` of the reference: Brooke 1996.
    #[test]
    fn a_sheet_is_scored_item_by_item() {
        close(system_usability(&[4, 2, 5, 1, 4, 2, 4, 1, 5, 2]).expect("ten items"), 85.0, 0.0);
        close(system_usability(&[5, 1, 5, 1, 5, 1, 5, 1, 5, 1]).expect("ten items"), 100.0, 0.0);
        close(system_usability(&[1, 5, 1, 5, 1, 5, 1, 5, 1, 5]).expect("ten items"), 0.0, 0.0);
        assert!(
            system_usability(&[3; 9]).is_err()
                && system_usability(&[0; 10]).is_err()
                && system_usability(&[6; 10]).is_err()
        );
    }

    #[test]
    fn who_did_not_answer_widens_the_bounds() {
        let pairs: Vec<(f64, f64)> =
            [(2.0, 4.0), (3.0, 3.0), (3.0, 4.0), (4.0, 3.0), (2.0, 3.0), (1.0, 4.0), (3.0, 5.0), (4.0, 4.0)].into();
        let found = paired_answers(&pairs, 2, 0.95).expect("eight people");
        assert_eq!((found.people, found.better, found.worse), (8, 5, 1));
        close(found.difference, 0.5, 1e-12);
        assert!(found.interval.lower < 0.5 && found.interval.upper > 0.5);
        close(found.bounds.0, 0.2, 1e-12);
        close(found.bounds.1, 0.6, 1e-12);
        close(found.sign.expect("somebody moved").p, 0.218_75, 1e-12);
        let still = paired_answers(&[(3.0, 3.0); 6], 0, 0.95).expect("six people");
        assert!(still.sign.is_none() && still.signed_rank.is_none());
        close(still.difference, 0.0, 0.0);
    }

    #[test]
    fn fewer_than_five_people_say_nothing() {
        assert!(matches!(paired_answers(&[(1.0, 2.0); 4], 0, 0.95), Err(Refusal::TooFew { need: 5, .. })));
        assert!(matches!(top_two(&[5; 4], 5, 0.95), Err(Refusal::TooFew { need: 5, .. })));
        let (share, interval) = top_two(&[5, 4, 3, 2, 5, 4], 5, 0.95).expect("six people");
        close(share, 4.0 / 6.0, 1e-12);
        assert!(interval.lower < share && share < interval.upper);
        assert!(top_two(&[6; 6], 5, 0.95).is_err() && top_two(&[1; 6], 2, 0.95).is_err());
        assert!(
            paired_answers(&[(1.0, f64::NAN); 6], 0, 0.95).is_err()
                && paired_answers(&[(1.0, 2.0); 6], 0, 1.0).is_err()
        );
    }
}
