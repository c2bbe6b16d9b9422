//! Money over years: present value, internal rate of return, payback.
//!
//! In: one cash flow a year, the first at once, costs below zero. Out: numbers, or that there is none: a project that never
//! pays back has no payback, and one whose flows change their sign more than once may have several rates of return, of which
//! none is named. Refused: no flows, flows that are no numbers, a rate at or below -100%. Source: Brealey, Myers and Allen,
//! Principles of Corporate Finance, ch. 5.

use super::refusal::finite;
use super::special_functions::bisect;
use super::{Refusal, real};

/// Whether and when a cost has come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Payback {
    /// After so many years.
    Years(f64),
    /// Not within the years looked at.
    Never,
}

/// The rate at which a present value is nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RateOfReturn {
    /// The only one.
    Rate(f64),
    /// The flows never change their sign: there is none.
    None,
    /// They change it more than once: there may be several, and none of them says anything.
    Several,
}

fn check(flows: &[f64]) -> Result<(), Refusal> {
    if flows.is_empty() {
        return Err(Refusal::Empty);
    }
    finite("a cash flow", flows)
}

fn check_rate(rate: f64) -> Result<(), Refusal> {
    if rate.is_finite() && rate > -1.0 { Ok(()) } else { Err(Refusal::Impossible { what: "a rate", value: rate }) }
}

fn discounted(flows: &[f64], rate: f64) -> impl Iterator<Item = f64> {
    flows.iter().enumerate().map(move |(year, flow)| flow / (1.0 + rate).powf(real(year)))
}

/// Present value of flows at a rate a year.
///
/// # Errors
/// As the head of this file says.
pub fn net_present_value(flows: &[f64], rate: f64) -> Result<f64, Refusal> {
    check(flows)?;
    check_rate(rate)?;
    Ok(discounted(flows, rate).sum())
}

/// Present value over what is paid at first.
///
/// # Errors
/// As [`net_present_value`]; and refuses a first flow that is no cost.
pub fn return_on_investment(flows: &[f64], rate: f64) -> Result<f64, Refusal> {
    let value = net_present_value(flows, rate)?;
    if flows[0] < 0.0 {
        Ok(value / -flows[0])
    } else {
        Err(Refusal::Impossible { what: "a cost at first", value: flows[0] })
    }
}

/// The rate at which the present value is nothing.
///
/// # Errors
/// Refuses no flows, and flows that are no numbers.
pub fn rate_of_return(flows: &[f64]) -> Result<RateOfReturn, Refusal> {
    check(flows)?;
    let signs: Vec<bool> = flows.iter().filter(|flow| **flow != 0.0).map(|flow| *flow > 0.0).collect();
    match signs.windows(2).filter(|pair| pair[0] != pair[1]).count() {
        0 => return Ok(RateOfReturn::None),
        1 => {}
        _ => return Ok(RateOfReturn::Several),
    }
    // One change of sign: as a polynomial in 1/(1 + rate) it has one root above zero (Descartes).
    let starts_below = !signs[0];
    let above = |factor: f64| {
        let value: f64 = flows.iter().rev().fold(0.0, |sum, flow| sum.mul_add(factor, *flow));
        (value > 0.0) != starts_below
    };
    let mut upper = 1.0;
    while above(upper) && upper < 1e12 {
        upper *= 2.0;
    }
    let factor = bisect(0.0, upper, above);
    Ok(if factor > 0.0 { RateOfReturn::Rate(1.0 / factor - 1.0) } else { RateOfReturn::None })
}

/// Years until what was paid has come back, within a year in proportion; at rate 0 the simple payback.
///
/// # Errors
/// As [`net_present_value`].
pub fn payback(flows: &[f64], rate: f64) -> Result<Payback, Refusal> {
    check(flows)?;
    check_rate(rate)?;
    let mut sum = 0.0;
    for (year, flow) in discounted(flows, rate).enumerate() {
        let before = sum;
        sum += flow;
        if sum >= 0.0 {
            let part = if before < 0.0 { -before / flow } else { 0.0 };
            return Ok(Payback::Years(if year == 0 { 0.0 } else { real(year - 1) + part }));
        }
    }
    Ok(Payback::Never)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    const FLOWS: [f64; 4] = [-300_000.0, 120_000.0, 180_000.0, 220_000.0];

    /// Case `npv` of the reference.
    #[test]
    fn three_years_of_a_project() {
        close(net_present_value(&FLOWS, 0.1).expect("flows"), 123_140.495_867_768_5, 1e-6);
        close(return_on_investment(&FLOWS, 0.1).expect("flows"), 0.410_468_319_559_228_47, 1e-12);
        let RateOfReturn::Rate(rate) = rate_of_return(&FLOWS).expect("flows") else { panic!("one rate") };
        close(rate, 0.297_759_702_130_125_8, 1e-9);
        assert_eq!(payback(&FLOWS, 0.0), Ok(Payback::Years(2.0)));
        let Payback::Years(years) = payback(&FLOWS, 0.1).expect("flows") else { panic!("it comes back") };
        close(years, 2.255, 1e-9);
    }

    #[test]
    fn what_never_comes_back_says_so() {
        assert_eq!(payback(&[-10.0, 1.0, 1.0], 0.0), Ok(Payback::Never));
        assert_eq!(payback(&[5.0, 1.0], 0.0), Ok(Payback::Years(0.0)));
        assert_eq!(rate_of_return(&[-10.0, -1.0]), Ok(RateOfReturn::None));
        assert_eq!(rate_of_return(&[-10.0, 30.0, -20.0]), Ok(RateOfReturn::Several));
        let RateOfReturn::Rate(loss) = rate_of_return(&[-10.0, 4.0]).expect("flows") else { panic!("one rate") };
        close(loss, -0.6, 1e-9);
        let RateOfReturn::Rate(credit) = rate_of_return(&[10.0, -11.0]).expect("flows") else { panic!("one rate") };
        close(credit, 0.1, 1e-9);
        assert!(net_present_value(&FLOWS, -1.0).is_err() && net_present_value(&[], 0.1).is_err());
        assert!(return_on_investment(&[1.0], 0.1).is_err() && payback(&[f64::NAN], 0.0).is_err());
    }
}
