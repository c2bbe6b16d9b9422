//! Seeded draws.
//!
//! Every thing of the world draws from a stream of its own, named by what it is and its number. So switching the effect
//! off, or making the world quieter, changes nothing else: two worlds of one seed differ only where they must.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A stream of draws.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of the thing `what` with this number in the world of this seed.
    pub(super) fn of(seed: u64, what: &str, number: usize) -> Self {
        // FNV-1a: a stream is named once and for all, on every machine and by every compiler.
        let name = what.bytes().chain((number as u64).to_le_bytes());
        let stream = name
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Between 0 and 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// Between two numbers.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// One of the whole numbers below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// One of some things.
    pub(super) fn one<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    /// Standard normal (Box and Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.share(), self.share());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// Log-normal with this median and this standard deviation of the logarithm.
    pub(super) fn log_normal(&mut self, median: f64, sd: f64) -> f64 {
        median * (sd * self.normal()).exp()
    }

    /// Poisson (Knuth's product; the means here are small).
    pub(super) fn poisson(&mut self, mean: f64) -> usize {
        let limit = (-mean).exp();
        let mut product = self.share();
        let mut count = 0;
        while product > limit {
            product *= self.share();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_seed_name_and_number() {
        let first = |seed, what, number| Draw::of(seed, what, number).share().to_bits();
        assert_eq!(first(1, "service", 3), first(1, "service", 3));
        assert_ne!(first(1, "service", 3), first(2, "service", 3));
        assert_ne!(first(1, "service", 3), first(1, "service", 4));
        assert_ne!(first(1, "service", 3), first(1, "ticket", 3));
    }

    #[test]
    fn draws_have_the_moments_that_they_are_named_for() {
        let mut draw = Draw::of(7, "moments", 0);
        let n = 20_000;
        let logs: Vec<f64> = (0..n).map(|_| draw.log_normal(10.0, 0.5).ln()).collect();
        let mean = logs.iter().sum::<f64>() / f64::from(n);
        let sd = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
        assert!((mean - 10.0_f64.ln()).abs() < 0.02, "mean of logs {mean}");
        assert!((sd - 0.5).abs() < 0.02, "sd of logs {sd}");
        let total: usize = (0..n).map(|_| draw.poisson(0.3)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of thousands")]
        let rate = total as f64 / f64::from(n);
        assert!((rate - 0.3).abs() < 0.02, "rate {rate}");
    }
}
