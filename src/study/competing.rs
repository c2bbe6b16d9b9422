//! How many spells end by the event and how many are given up: Aalen-Johansen incidence with its error.
//!
//! Taking what was given up for censored would report 67% done where 55% were (case `aj_toy`). Source: R
//! `cmprsk::cuminc`; variance by the delta method, as in statsmodels `CumIncidenceRight`. `F1 + F2 + S = 1` throughout.

use super::{Cause, Refusal, Spell, kaplan_meier::check, real};

/// The incidences at one time at which spells ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncidenceStep {
    /// The time.
    pub time: f64,
    /// Share ended by the event so far.
    pub done: f64,
    /// Share given up so far.
    pub abandoned: f64,
    /// Share neither.
    pub open: f64,
    /// Standard error of `done`.
    pub done_error: f64,
    /// Standard error of `abandoned`.
    pub abandoned_error: f64,
}

/// What happened at one time: at risk, ended by either cause, survival before.
struct Moment {
    time: f64,
    n: f64,
    ended: [f64; 2],
    before: f64,
    incidence: [f64; 2],
}

/// Estimates both incidences at every time at which a spell ended.
///
/// # Errors
/// Refuses no spells at all, and impossible times.
pub fn incidences(spells: &[Spell]) -> Result<Vec<IncidenceStep>, Refusal> {
    check(spells)?;
    let moments = moments(spells);
    let step = |(at, moment): (usize, &Moment)| {
        let [done, abandoned] = moment.incidence;
        let error = |cause| variance(&moments[..=at], cause).max(0.0).sqrt();
        let gone: f64 = moment.ended.iter().sum::<f64>() / moment.n;
        IncidenceStep {
            time: moment.time,
            done,
            abandoned,
            open: moment.before * (1.0 - gone),
            done_error: error(0),
            abandoned_error: error(1),
        }
    };
    Ok(moments.iter().enumerate().map(step).collect())
}

fn moments(spells: &[Spell]) -> Vec<Moment> {
    let mut sorted: Vec<&Spell> = spells.iter().collect();
    sorted.sort_by(|left, right| left.time.total_cmp(&right.time));
    let mut entries: Vec<f64> = spells.iter().map(|spell| spell.entry).collect();
    entries.sort_by(f64::total_cmp);
    let (mut gone, mut survival, mut incidence) = (0, 1.0, [0.0; 2]);
    let mut moments = Vec::new();
    for tied in sorted.chunk_by(|left, right| left.time.total_cmp(&right.time).is_eq()) {
        let time = tied[0].time;
        let at_risk = entries.partition_point(|&entry| entry < time || entry <= 0.0) - gone;
        gone += tied.len();
        let count = |cause| real(tied.iter().filter(|spell| spell.cause == cause).count());
        let ended = [count(Cause::Done), count(Cause::Abandoned)];
        if ended[0] + ended[1] <= 0.0 {
            continue;
        }
        let n = real(at_risk);
        let before = survival;
        incidence = [incidence[0] + before * ended[0] / n, incidence[1] + before * ended[1] / n];
        survival = before * (1.0 - (ended[0] + ended[1]) / n);
        moments.push(Moment { time, n, ended, before, incidence });
    }
    moments
}

/// Variance of the incidence of one cause at the last of the moments.
fn variance(moments: &[Moment], cause: usize) -> f64 {
    let Some(last) = moments.last() else { return 0.0 };
    let at_end = last.incidence[cause];
    let terms = moments.iter().map(|moment| {
        let Moment { n, before, .. } = *moment;
        let (d, all) = (moment.ended[cause], moment.ended[0] + moment.ended[1]);
        let to_come = at_end - moment.incidence[cause];
        // At the moment when nobody is left there is nothing to come, and the first term is 0.
        let survived = if n > all { to_come * to_come * all / (n * (n - all)) } else { 0.0 };
        survived + before * before * (n - d) * d / n.powi(3) - 2.0 * to_come * before * d / (n * n)
    });
    terms.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    // Case `aj_toy` of the reference: statsmodels 0.15.0.
    #[test]
    fn the_toy_gives_the_published_incidences_and_errors() {
        let times = [2., 3., 3., 5., 6., 7., 8., 8., 10., 12., 14., 15., 18., 20., 21.];
        let causes = [1, 1, 2, 1, 0, 2, 1, 1, 0, 2, 1, 0, 1, 2, 0];
        let cause = |code| [Cause::Open, Cause::Done, Cause::Abandoned][code];
        let spells: Vec<Spell> = times.iter().zip(causes).map(|(&time, code)| Spell::new(time, cause(code))).collect();
        let steps = incidences(&spells).expect("not empty");
        let end = steps.last().expect("events");
        close(end.done, 0.546_296_296_296_296_4, 1e-12);
        close(end.abandoned, 0.339_629_629_629_629_6, 1e-12);
        close(end.done_error, 0.146_294_58, 1e-8);
        close(end.abandoned_error, 0.140_550_23, 1e-8);
        for step in steps {
            close(step.done + step.abandoned + step.open, 1.0, 1e-12);
        }
    }

    #[test]
    fn spells_all_open_have_no_steps_and_no_spells_are_refused() {
        assert_eq!(incidences(&[Spell::new(1.0, Cause::Open)]), Ok(Vec::new()));
        assert_eq!(incidences(&[]), Err(Refusal::Empty));
    }
}
