//! Whether more, or less, of what happens is seen than before, in one arm more than in the other.
//!
//! In: linked events and all events by arm and window, and the effect. Out: a [`Trap`]. A portal makes more events
//! linkable, and what is linked for the first time looks like what was done for the first time. If what could not be linked
//! is like what could, each window's number is its linked share of the true one, so the logarithm of the effect is off by
//! the difference in differences of the logarithms of the shares. If none of it belongs, it is not off at all: these are
//! the bounds. A claim that does not hold at both is no claim, and the grade is E.
//! Source: METHODS.md#instrument.

use super::{Sight, Trap, TrapKind, claims, half_width};
use crate::study::Finding;
use crate::study::special_functions::whole;

/// Linked events and all events of each arm, before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// Of the pilot teams.
    pub pilot: [(u64, u64); 2],
    /// Of the comparison teams.
    pub comparison: [(u64, u64); 2],
}

impl Linked {
    /// What the logarithm of a ratio would be off by; none where a window has no events, or none that are linked.
    pub fn bias(&self) -> Option<f64> {
        let share =
            |(linked, events): (u64, u64)| (0 < linked && linked <= events).then(|| whole(linked) / whole(events));
        let change = |[before, after]: [(u64, u64); 2]| Some((share(after)? / share(before)?).ln());
        Some(change(self.pilot)? - change(self.comparison)?)
    }
}

/// What a change of the linked shares could make up of an effect.
pub fn instrument(linked: &Linked, effect: &Finding) -> Trap {
    let trap = |sight, told: String| Trap::new(TrapKind::Instrument, sight, told);
    let Some(bias) = linked.bias() else {
        let told = "in a window nothing that the number is made of could be linked, or nothing is there at all";
        return trap(Sight::CannotBeTold, told.to_owned());
    };
    let mut corrected = effect.clone();
    corrected.estimate /= bias.exp();
    corrected.interval = effect.interval.clone().map(|interval| interval.map(|limit| limit / bias.exp()));
    let size = (bias.exp_m1() * 100.0).abs();
    let moved = format!(
        "what could be linked changed in one arm against the other, by which alone the number could move by {size:.0}%"
    );
    let unbounded = half_width(effect).is_some_and(|half| bias.abs() > half);
    match Trap::of_reading(effect, &corrected) {
        Sight::NotSeen => trap(Sight::NotSeen, "as much could be linked in both arms before as after".to_owned()),
        _ if claims(effect) != claims(&corrected) || unbounded => {
            trap(Sight::Describes, format!("{moved}, and what is claimed does not hold at both bounds"))
        }
        sight => trap(sight, moved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Interval, Scale, testing::close};

    fn effect(half: f64) -> Finding {
        let interval = Ok(Interval { lower: 0.7 * (-half).exp(), upper: 0.7 * half.exp(), level: 0.95 });
        let (scale, estimate) = (Scale::Ratio, 0.7);
        Finding { scale, estimate, interval, p: None, floor_p: None, placebo: None, method: String::new() }
    }

    #[test]
    fn the_bias_is_the_difference_in_differences_of_log_shares() {
        let linked = Linked { pilot: [(50, 100), (75, 100)], comparison: [(60, 100), (66, 110)] };
        close(linked.bias().expect("events"), 1.5_f64.ln(), 1e-12);
    }

    #[test]
    fn a_claim_that_does_not_hold_at_both_bounds_is_described_only() {
        let fewer = Linked { pilot: [(100, 100), (70, 100)], comparison: [(60, 100), (60, 100)] };
        let trap = instrument(&fewer, &effect(0.3));
        assert_eq!(trap.sight, Sight::Describes, "0.7 of the events could be all of 0.7");
        assert!(trap.told.contains("could move by 30%"), "{trap:?}");
        let slightly = Linked { pilot: [(100, 100), (95, 100)], ..fewer };
        assert_eq!(instrument(&slightly, &effect(0.3)).sight, Sight::Seen, "both bounds are below 1");
        assert_eq!(instrument(&slightly, &effect(0.6)).sight, Sight::NotSeen, "a tenth of the half-width");
        let more = Linked { pilot: [(50, 100), (75, 100)], ..fewer };
        assert_eq!(instrument(&more, &effect(0.38)).sight, Sight::Describes, "larger than the interval is wide");
    }

    #[test]
    fn a_window_without_links_tells_nothing_and_shares_that_move_together_are_no_trap() {
        let none = Linked { pilot: [(0, 100), (75, 100)], comparison: [(60, 100), (60, 100)] };
        assert_eq!(instrument(&none, &effect(0.5)).sight, Sight::CannotBeTold);
        assert_eq!(instrument(&Linked::default(), &effect(0.5)).sight, Sight::CannotBeTold);
        let both = Linked { pilot: [(40, 100), (80, 100)], comparison: [(30, 100), (60, 100)] };
        assert_eq!(instrument(&both, &effect(0.5)).sight, Sight::NotSeen);
    }
}
