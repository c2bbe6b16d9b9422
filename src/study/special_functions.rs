//! Distribution functions that stay right where the usual crates do not.
//!
//! `statrs` 0.19.1 gives wrong beta tails at large shapes (its issue 434) and may hang on their inverse (435), so the
//! incomplete beta function is computed here: continued fraction (Lentz; DLMF 8.17.22) times a prefactor in the
//! saddle-point form of Loader (2000), which does not cancel at shapes of 1e8. The incomplete gamma
//! function of `statrs` is sound; its `erfc` has 11 digits, so normal tails are taken from the former. Inverses are by
//! bisection.

use statrs::function::gamma;

const TINY: f64 = 1e-300;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_7;

/// Probability that a standard normal variable exceeds `z`.
pub fn normal_sf(z: f64) -> f64 {
    // Far out the square leaves the numbers there are, and the tail has done so long before.
    if z.abs() > 40.0 {
        return if z < 0.0 { 1.0 } else { 0.0 };
    }
    let tail = 0.5 * chi_square_sf(z * z, 1.0);
    if z < 0.0 { 1.0 - tail } else { tail }
}

/// Value that a standard normal variable stays below with probability `p`.
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    bisect(-40.0, 0.0, |z| normal_sf(-z) < p)
}

/// Two-sided p-value of a standard normal statistic.
pub fn normal_p(z: f64) -> f64 {
    2.0 * normal_sf(z.abs())
}

/// Probability that a chi-square variable with `df` degrees of freedom exceeds `x`.
pub fn chi_square_sf(x: f64, df: f64) -> f64 {
    match x {
        _ if x.is_nan() || df.is_nan() || df <= 0.0 => f64::NAN,
        _ if x <= 0.0 => 1.0,
        _ if x.is_infinite() => 0.0,
        _ => gamma::gamma_ur(df / 2.0, x / 2.0),
    }
}

/// Two-sided p-value of a t statistic; `df` may be fractional.
pub fn student_p(t: f64, df: f64) -> f64 {
    beta_cdf(df / (df + t * t), df / 2.0, 0.5)
}

/// Value that a t variable stays below with probability `p`; `df` may be fractional.
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if p < 0.5 {
        return -student_quantile(1.0 - p, df);
    }
    let two_sided = 2.0 * (1.0 - p);
    let mut upper = 2.0;
    while student_p(upper, df) > two_sided && upper < 1e150 {
        upper *= 2.0;
    }
    bisect(0.0, upper, |t| student_p(t, df) > two_sided)
}

/// Regularised incomplete beta function: the distribution function of a beta variable.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side of the mean only; the other is the mirror image.
    if x > (a + 1.0) / (a + b + 2.0) { 1.0 - beta_lower(1.0 - x, b, a) } else { beta_lower(x, a, b) }
}

/// Value that a beta variable stays below with probability `p`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cdf(x, a, b) < p)
}

/// Probability that a binomial variable is at most `k`.
pub fn binomial_cdf(k: u64, n: u64, probability: f64) -> f64 {
    if k >= n { 1.0 } else { beta_cdf(1.0 - probability, whole(n - k), whole(k) + 1.0) }
}

/// Probability that a binomial variable is exactly `k`.
pub fn binomial_pmf(k: u64, n: u64, probability: f64) -> f64 {
    match (k, n - k) {
        (0, _) => (whole(n) * (-probability).ln_1p()).exp(),
        (_, 0) => (whole(n) * probability.ln()).exp(),
        (_, rest) => saddle(probability, whole(k), whole(rest)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) const fn whole(count: u64) -> f64 {
    count as f64
}

fn beta_lower(x: f64, a: f64, b: f64) -> f64 {
    let front = saddle(x, a, b) * b / (a + b);
    (front * fraction(x, a, b)).clamp(0.0, 1.0)
}

/// `Γ(a+b+1)/(Γ(a+1)Γ(b+1)) x^a (1-x)^b`, a binomial probability for whole shapes.
fn saddle(x: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let log =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * (1.0 - x));
    log.exp() * (n / (std::f64::consts::TAU * a * b)).sqrt()
}

/// `ln Γ(x+1)` less its Stirling approximation.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return gamma::ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - LN_SQRT_2PI;
    }
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square) / square)
        / x
}

/// `x ln(x/m) + m - x` without cancellation where `x` is near `m`.
fn deviance(x: f64, m: f64) -> f64 {
    let gap = x - m;
    if gap.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - gap;
    }
    let v = gap / (x + m);
    let mut sum = gap * v;
    let mut term = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        term *= v * v;
        odd += 2.0;
        let next = sum + term / odd;
        if next.to_bits() == sum.to_bits() {
            return next;
        }
        sum = next;
    }
}

fn kept_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// Lentz's evaluation of the continued fraction; the number of terms grows with the root of the larger shape.
#[expect(clippy::many_single_char_names, reason = "the names of the formula")]
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / kept_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    let mut m = 1.0;
    while m < 1e6 {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept_from_zero(1.0 + even * d);
        c = kept_from_zero(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept_from_zero(1.0 + odd * d);
        c = kept_from_zero(1.0 + odd / c);
        result *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
        m += 1.0;
    }
    result
}

/// Finds where `below` turns from true to false.
pub(super) fn bisect(mut lower: f64, mut upper: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(lower, upper);
        if middle <= lower || middle >= upper {
            break;
        }
        if below(middle) {
            lower = middle;
        } else {
            upper = middle;
        }
    }
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    // Expected values: scipy 1.17.1, case `special_functions` of the reference.
    #[test]
    fn quantiles_and_tails_equal_scipy() {
        close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-12);
        close(student_quantile(0.975, 9.0), 2.262_157_162_798_205, 1e-10);
        close(student_quantile(0.975, 2.422_503_251_316_955), 3.657_813_953_535_620_7, 1e-10);
        // The reference prints the tail of an unrounded 122.249125573006.
        close(chi_square_sf(122.249_125_573_006_18, 1.0) / 2.035_983_222_285_498_6e-28, 1.0, 1e-10);
        close(beta_quantile(0.025, 11.0, 22.0), 0.185_719_091_716_566_14, 1e-10);
        close(binomial_cdf(86, 236, 0.5) / 1.857_968_069_785_693_3e-5, 1.0, 1e-10);
    }

    #[test]
    fn a_symmetric_beta_is_one_half_at_its_centre_even_at_shapes_of_a_hundred_million() {
        for shape in [0.5, 1.0, 1e2, 1e4, 1e5, 1e6, 1e8] {
            close(beta_cdf(0.5, shape, shape), 0.5, 1e-10);
        }
    }

    #[test]
    fn the_tails_of_t_meet_the_normal_ones() {
        close(student_p(1.96, 1e7), normal_p(1.96), 1e-7);
        close(student_p(0.0, 3.0), 1.0, 1e-14);
        close(student_quantile(0.5, 3.0), 0.0, 1e-12);
    }

    #[test]
    fn binomial_probabilities_sum_to_the_distribution_function() {
        let sum: f64 = (0..=4).map(|k| binomial_pmf(k, 9, 0.3)).sum();
        close(sum, binomial_cdf(4, 9, 0.3), 1e-13);
        close(binomial_pmf(0, 9, 0.3), 0.7_f64.powi(9), 1e-15);
        close(binomial_pmf(9, 9, 0.3), 0.3_f64.powi(9), 1e-15);
    }
}
