//! Pseudo-observations of the restricted mean: one number per spell, open or not, whose mean over a team is unbiased.
//!
//! `theta_i = n theta - (n - 1) theta_without_i`; an uncensored pool gives back `min(T, tau)` exactly.
//! Source: Andersen, Hansen and Klein, Lifetime Data Analysis 2004;10:335-350; exact leave-one-out.

use super::{Cause, Refusal, Spell, kaplan_meier, real, restricted_mean_with_tail};

/// Computes the pseudo-observation of every spell of a pool, in the order given.
///
/// # Errors
/// Refuses fewer than two spells, and a horizon beyond the follow-up of the pool.
pub fn pseudo_observations(spells: &[Spell], tau: f64) -> Result<Vec<f64>, Refusal> {
    let curve = kaplan_meier(spells)?;
    if spells.len() < 2 {
        return Err(Refusal::TooFew { what: "spells", have: spells.len(), need: 2 });
    }
    let whole = restricted_mean_with_tail(&curve, tau)?.mean;
    let steps: Vec<(f64, f64, f64)> = curve
        .steps
        .iter()
        .filter(|step| step.time <= tau)
        .map(|step| (step.time, real(step.at_risk), real(step.events)))
        .collect();
    let n = real(spells.len());
    Ok(spells.iter().map(|spell| n * whole - (n - 1.0) * mean_without(&steps, spell, tau)).collect())
}

/// Restricted mean of the pool without one spell; a curve that ends before the horizon goes on level.
fn mean_without(steps: &[(f64, f64, f64)], spell: &Spell, tau: f64) -> f64 {
    let (mut mean, mut survival, mut from) = (0.0, 1.0, 0.0);
    for &(time, at_risk, events) in steps {
        mean += survival * (time - from);
        from = time;
        let was_at_risk = (spell.entry < time || spell.entry <= 0.0) && time <= spell.time;
        let ended_here = spell.cause == Cause::Done && spell.time.total_cmp(&time).is_eq();
        let n = at_risk - f64::from(u8::from(was_at_risk));
        let d = events - f64::from(u8::from(ended_here));
        if n > 0.0 {
            survival *= (n - d) / n;
        }
    }
    mean + survival * (tau - from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{aml, close, spells};

    #[test]
    fn without_open_spells_each_value_is_its_own_time_up_to_the_horizon() {
        let values = pseudo_observations(&spells(&[2.0, 7.0, 40.0, 2.0], &[1, 1, 1, 1]), 30.0).expect("observed");
        for (value, expected) in values.iter().zip([2.0, 7.0, 30.0, 2.0]) {
            close(*value, expected, 1e-10);
        }
    }

    #[test]
    fn each_value_is_what_leaving_the_spell_out_gives() {
        let (rows, _) = aml();
        let values = pseudo_observations(&rows, 31.0).expect("observed");
        let mean =
            |rows: &[Spell]| restricted_mean_with_tail(&kaplan_meier(rows).expect("spells"), 31.0).expect("seen").mean;
        for (at, value) in values.iter().enumerate() {
            let mut rest = rows.clone();
            rest.remove(at);
            close(*value, 11.0 * mean(&rows) - 10.0 * mean(&rest), 1e-9);
        }
    }

    #[test]
    fn one_spell_is_refused() {
        assert_eq!(
            pseudo_observations(&spells(&[2.0], &[1]), 1.0),
            Err(Refusal::TooFew { what: "spells", have: 1, need: 2 })
        );
    }
}
