//! Random draws of one world: a `ChaCha20` stream for each (seed, cell, world), so that no thread can change another's.
//!
//! In: a seed, a cell's key, a world's number. Out: uniform, normal, exponential and Poisson draws, made from the stream
//! alone, so that a new version of a crate cannot change a table. Neighbours: everything in `protocol` draws here.

use crate::study::real;
use crate::study::special_functions::whole;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

/// The largest mean that one product of uniforms is taken for: `exp(-30)` is far from underflow.
const AT_ONCE: f64 = 30.0;

/// The stream of one world.
pub(super) struct Draws(ChaCha20Rng);

impl Draws {
    pub(super) fn of(seed: u64, cell: u64, world: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&cell.to_le_bytes());
        let mut stream = ChaCha20Rng::from_seed(key);
        stream.set_stream(world);
        Self(stream)
    }

    /// A draw from `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        whole(self.0.next_u64() >> 11) / whole(1 << 53)
    }

    /// A standard normal draw (Box and Muller 1958, the cosine half).
    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// An exponential draw of mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A draw below `bound`, which must not be 0.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a unit draw times a small bound")]
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((self.unit() * real(bound)) as usize).min(bound - 1)
    }

    /// A Poisson draw (Knuth's product, in parts of at most [`AT_ONCE`]).
    pub(super) fn poisson(&mut self, mean: f64) -> u64 {
        let mut left = mean;
        let mut count = 0;
        while left > 0.0 {
            let limit = (-left.min(AT_ONCE)).exp();
            let mut product = self.unit();
            while product > limit {
                product *= self.unit();
                count += 1;
            }
            left -= AT_ONCE;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    fn moments(draw: impl Fn(&mut Draws) -> f64) -> (f64, f64) {
        let mut draws = Draws::of(1, 2, 3);
        let values: Vec<f64> = (0..40_000).map(|_| draw(&mut draws)).collect();
        let mean = values.iter().sum::<f64>() / 40_000.0;
        (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 40_000.0)
    }

    #[test]
    fn draws_have_the_moments_of_their_names() {
        let cases: [((f64, f64), f64, f64); 6] = [
            (moments(Draws::unit), 0.5, 1.0 / 12.0),
            (moments(Draws::normal), 0.0, 1.0),
            (moments(Draws::exponential), 1.0, 1.0),
            (moments(|draws| whole(draws.poisson(2.5))), 2.5, 2.5),
            (moments(|draws| whole(draws.poisson(70.0))), 70.0, 70.0),
            (moments(|draws| real(draws.below(4))), 1.5, 1.25),
        ];
        for (found, mean, variance) in cases {
            close(found.0, mean, 0.02 * variance.max(1.0));
            close(found.1, variance, 0.04 * variance);
        }
        assert_eq!(Draws::of(1, 2, 3).poisson(0.0), 0);
    }

    #[test]
    fn each_part_of_the_key_makes_another_stream_and_the_same_key_the_same() {
        let first = |seed, cell, world| Draws::of(seed, cell, world).unit().to_bits();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let all = [first(1, 2, 3), first(2, 2, 3), first(1, 3, 3), first(1, 2, 4), first(3, 2, 1)];
        assert!((1..5).all(|at| !all[..at].contains(&all[at])));
    }
}
