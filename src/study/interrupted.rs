//! A single series of counts that a start interrupts: what changed at it, beside trend and season.
//!
//! In: counts and exposures at even steps (weeks, months), and where the start lies. Out: the ratio of the level after to
//! what the trend before would have gone on to, and of the slopes where the plan asks for them, by quasi-Poisson and by a
//! regression of the log rates whose errors carry over. Season is two pairs of harmonics, which it takes two full years to
//! tell from the step; on shorter series compare with the same weeks of last year, or with comparison teams. Steps washed
//! out around the start are left out. A series alone cannot tell the start from whatever else came then: grade C at most.
//! Refused: fewer than [`STEPS_FOR_INTERRUPTED`] steps, or fewer than eight on one side; season without two years. Sources:
//! Lopez Bernal, Cummins and Gasparrini, International Journal of Epidemiology 2017;46:348; Linden, arXiv 2603.24814.

use super::{Autoregressive, CountFit, Interval, Refusal, autoregressive, count_regression, real};

/// Steps that a series needs to say more than a description.
pub const STEPS_FOR_INTERRUPTED: usize = 24;
/// Steps that each side needs.
const STEPS_OF_A_SIDE: usize = 8;

/// How a series is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The first step after the start, counted from 0.
    pub start: usize,
    /// Steps from the start on that are left out.
    pub washout: usize,
    /// Whether the slope may change too.
    pub slope: bool,
    /// Steps of a year, if season is taken off.
    pub year: Option<usize>,
    /// Where in the year the first step lies, counted from 0.
    pub first: usize,
}

/// A ratio with its interval and p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The ratio.
    pub ratio: f64,
    /// Its interval.
    pub interval: Interval,
    /// The two-sided p-value.
    pub p: f64,
}

/// What a series shows at its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Interrupted {
    /// The level after over what the trend before leads to, by quasi-Poisson.
    pub level: Change,
    /// The slope after over that before, a step, where asked for.
    pub slope: Option<Change>,
    /// The level by log rates whose errors carry over; the reading that holds on short series.
    pub level_by_log_rates: Result<Change, Refusal>,
    /// How many times as much as Poisson's the counts vary.
    pub dispersion: f64,
    /// The part that errors carry over.
    pub rho: Option<f64>,
}

/// The columns of a step: one, time, after, time since where asked for, harmonics where asked for.
fn row(step: usize, reading: Reading) -> Vec<f64> {
    let after = if step >= reading.start { 1.0 } else { 0.0 };
    let mut row = vec![1.0, real(step), after];
    if reading.slope {
        row.push(after * (real(step) - real(reading.start) + 1.0));
    }
    if let Some(year) = reading.year {
        for pair in [1.0, 2.0] {
            let angle = std::f64::consts::TAU * pair * real(step + reading.first) / real(year);
            row.extend([angle.sin(), angle.cos()]);
        }
    }
    row
}

/// Reads a series.
///
/// # Errors
/// As the head of this file says; and as `glm` and `linear` do. A level must lie inside (0, 1).
pub fn interrupted(counts: &[f64], exposure: &[f64], reading: Reading, level: f64) -> Result<Interrupted, Refusal> {
    super::refusal::inside("a level", level)?;
    if counts.len() != exposure.len() {
        return Err(Refusal::Unequal { left: counts.len(), right: exposure.len() });
    }
    let after_from = reading.start.saturating_add(reading.washout);
    let (before, after) = (reading.start.min(counts.len()), counts.len().saturating_sub(after_from));
    if counts.len() < STEPS_FOR_INTERRUPTED || before.min(after) < STEPS_OF_A_SIDE {
        let (have, need) = if counts.len() < STEPS_FOR_INTERRUPTED {
            (counts.len(), STEPS_FOR_INTERRUPTED)
        } else {
            (before.min(after), STEPS_OF_A_SIDE)
        };
        return Err(Refusal::TooFew { what: "steps of a series", have, need });
    }
    if let Some(year) = reading.year.filter(|year| *year < 5 || counts.len() < 2 * year) {
        let what = "steps for a season: compare with the same weeks of last year, or with comparison teams";
        return Err(Refusal::TooFew { what, have: counts.len(), need: (2 * year).max(10) });
    }
    let kept: Vec<usize> = (0..counts.len()).filter(|step| !(reading.start..after_from).contains(step)).collect();
    let of = |values: &[f64]| kept.iter().map(|step| values[*step]).collect::<Vec<f64>>();
    let design: Vec<Vec<f64>> = kept.iter().map(|step| row(*step, reading)).collect();
    let (counts, exposure) = (of(counts), of(exposure));
    let fit = count_regression(&design, &counts, &exposure)?;
    let by_log_rates = log_rates(&counts, &exposure).and_then(|rates| autoregressive(&design, &rates));
    let rho = by_log_rates.as_ref().ok().map(|fit| fit.rho);
    Ok(Interrupted {
        level: of_counts(&fit, 2, level),
        slope: reading.slope.then(|| of_counts(&fit, 3, level)),
        level_by_log_rates: by_log_rates.map(|fit| of_series(&fit, 2, level)),
        dispersion: fit.dispersion(),
        rho,
    })
}

fn of_counts(fit: &CountFit, column: usize, level: f64) -> Change {
    let (ratio, interval) = fit.ratio(column, level);
    Change { ratio, interval, p: fit.p(column) }
}

fn of_series(fit: &Autoregressive, column: usize, level: f64) -> Change {
    let interval = fit.interval(column, level).map(f64::exp);
    Change { ratio: fit.coefficients[column].exp(), interval, p: fit.p(column) }
}

/// Logarithms of rates, half a count added, so that a step without any has one.
fn log_rates(counts: &[f64], exposure: &[f64]) -> Result<Vec<f64>, Refusal> {
    let rate = |(count, exposure): (&f64, &f64)| ((count + 0.5) / exposure).ln();
    let rates: Vec<f64> = counts.iter().zip(exposure).map(rate).collect();
    super::refusal::finite("the logarithm of a rate", &rates)?;
    Ok(rates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{SICILY_ACES, SICILY_STDPOP, close};

    const BAN: Reading = Reading { start: 36, washout: 0, slope: false, year: None, first: 1 };

    /// Case `its_sicily` of the reference: R's `glm(…, quasipoisson)`; limits there are normal ones.
    #[test]
    fn a_smoking_ban_lowers_what_a_trend_hides() {
        let found = interrupted(&SICILY_ACES, &SICILY_STDPOP, BAN, 0.95).expect("59 months");
        close(found.level.ratio, 0.894_376_508_014_399_3, 1e-6);
        close(found.dispersion, 3.559_186_763_760_721_3, 1e-6);
        let seasons = Reading { year: Some(12), ..BAN };
        let found = interrupted(&SICILY_ACES, &SICILY_STDPOP, seasons, 0.95).expect("59 months");
        close(found.level.ratio, 0.885_071_547_243_843_7, 1e-6);
        close(found.dispersion, 2.262_182_640_500_134, 1e-6);
        assert!(found.level.p < 0.001 && found.slope.is_none());
        let slopes = Reading { slope: true, ..seasons };
        let found = interrupted(&SICILY_ACES, &SICILY_STDPOP, slopes, 0.95).expect("59 months");
        assert!((found.slope.expect("asked for").ratio - 1.0).abs() < 0.01);
        let by_log_rates = found.level_by_log_rates.expect("59 months");
        assert!(by_log_rates.ratio > 0.8 && by_log_rates.ratio < 0.95, "{by_log_rates:?}");
        assert!(found.rho.is_some());
    }

    #[test]
    fn washed_out_steps_do_not_count() {
        let mut counts = SICILY_ACES;
        counts[36] = 5_000.0;
        counts[37] = 1.0;
        let washed = Reading { washout: 2, ..BAN };
        let (one, other) = (
            interrupted(&counts, &SICILY_STDPOP, washed, 0.95).expect("months"),
            interrupted(&SICILY_ACES, &SICILY_STDPOP, washed, 0.95).expect("months"),
        );
        assert_eq!(one, other);
    }

    #[test]
    fn short_series_and_seasons_of_one_year_are_refused() {
        let counts = [10.0; 30];
        let refused = |reading, n: usize| interrupted(&counts[..n], &[1.0; 30][..n], reading, 0.95).err();
        let at_15 = Reading { start: 15, ..BAN };
        assert!(matches!(refused(at_15, 20), Some(Refusal::TooFew { have: 20, need: 24, .. })));
        assert!(matches!(refused(Reading { start: 25, ..BAN }, 30), Some(Refusal::TooFew { have: 5, need: 8, .. })));
        let told = refused(Reading { year: Some(52), ..at_15 }, 30).expect("one year");
        assert!(told.to_string().contains("comparison teams"), "{told}");
        assert!(refused(at_15, 30).is_none());
        assert!(interrupted(&counts, &[1.0; 29], at_15, 0.95).is_err());
        assert!(interrupted(&counts, &[1.0; 30], at_15, 1.0).is_err());
        assert!(interrupted(&counts, &[1.0; 30], Reading { start: usize::MAX, ..BAN }, 0.95).is_err());
    }
}
