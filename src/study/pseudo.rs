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
    let parts = Parts::new(&steps, tau);
    let without = |spell: &Spell| {
        // Whoever was seen from the start on is at risk up to the end of the spell: two look-ups. Others are worked through.
        if spell.entry <= 0.0 { parts.mean_without(&steps, spell) } else { mean_without(&steps, spell, tau) }
    };
    Ok(spells.iter().map(|spell| n * whole - (n - 1.0) * without(spell)).collect())
}

/// What the mean without a spell is put together from: up to its end with one fewer at risk, beyond it as all are.
struct Parts {
    /// Area and survival just before each step, with one fewer at risk from the beginning on.
    fewer: Vec<(f64, f64)>,
    /// Area from each step to the horizon, of a curve that is 1 just after the step; the last is of the end.
    rest: Vec<f64>,
    tau: f64,
}

impl Parts {
    fn new(steps: &[(f64, f64, f64)], tau: f64) -> Self {
        let (mut area, mut survival, mut from) = (0.0, 1.0, 0.0);
        let mut fewer = Vec::with_capacity(steps.len());
        for &(time, at_risk, events) in steps {
            area += survival * (time - from);
            from = time;
            fewer.push((area, survival));
            if at_risk > 1.0 {
                survival *= (at_risk - 1.0 - events) / (at_risk - 1.0);
            }
        }
        fewer.push((area + survival * (tau - from), survival));
        let mut rest = vec![0.0; steps.len()];
        let (mut area, mut until) = (0.0, tau);
        for (at, &(time, at_risk, events)) in steps.iter().enumerate().rev() {
            area += until - time;
            rest[at] = area;
            // Seen from just before the step, the area after it counts by whoever is left.
            area *= (at_risk - events) / at_risk;
            until = time;
        }
        Self { fewer, rest, tau }
    }

    /// The mean of the pool without a spell that was at risk from the beginning on.
    fn mean_without(&self, steps: &[(f64, f64, f64)], spell: &Spell) -> f64 {
        // Up to here it was at risk: at the step of its own end as well.
        let seen = steps.partition_point(|step| step.0 <= spell.time);
        let own =
            seen.checked_sub(1).filter(|at| spell.cause == Cause::Done && steps[*at].0.total_cmp(&spell.time).is_eq());
        let (area, survival) = match own {
            None => self.fewer[seen],
            Some(at) => {
                let (_, at_risk, events) = steps[at];
                let (area, before) = self.fewer[at];
                let kept = if at_risk > 1.0 { (at_risk - events) / (at_risk - 1.0) } else { 1.0 };
                let next = steps.get(seen).map_or(self.tau, |step| step.0);
                (before * kept * (next - steps[at].0) + area, before * kept)
            }
        };
        match steps.get(seen) {
            None => area,
            Some((_, at_risk, events)) => survival.mul_add((at_risk - events) / at_risk * self.rest[seen], area),
        }
    }
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

    /// Ties of ends and events, ends beyond the horizon, and late entries: the short way gives what the long way does.
    #[test]
    fn both_ways_agree() {
        let mut rows: Vec<Spell> = (0..60_u32)
            .map(|at| Spell::new(f64::from(at * 7 % 19 + 1), if at % 4 == 0 { Cause::Open } else { Cause::Done }))
            .collect();
        rows[7].entry = 0.5;
        let whole = kaplan_meier(&rows).expect("spells");
        for tau in [4.5, 12.0, 19.0] {
            let steps: Vec<(f64, f64, f64)> = whole
                .steps
                .iter()
                .filter(|step| step.time <= tau)
                .map(|step| (step.time, real(step.at_risk), real(step.events)))
                .collect();
            let parts = Parts::new(&steps, tau);
            for row in rows.iter().filter(|row| row.entry <= 0.0) {
                close(parts.mean_without(&steps, row), mean_without(&steps, row, tau), 1e-12);
            }
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
