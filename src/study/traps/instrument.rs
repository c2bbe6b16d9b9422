//! Whether more, or less, of what happens is seen than before, in one arm more than in the other.
//!
//! In: linked events and all events by arm and window, and the effect. Out: a [`Trap`]. A portal makes more events
//! linkable, and what is linked for the first time looks like what was done for the first time. If what could not be linked
//! is like what could, each window's number is its linked share of the true one, so the logarithm of the effect is off by
//! the difference in differences of the logarithms of the shares. If none of it belongs, it is not off at all: these are
//! the bounds. As large as half of all that the interval leaves open, the grade is C at most; as large as all of it, E.
//! Source: METHODS.md#instrument.

use super::{Sight, Trap, TrapKind, half_width};
use crate::study::special_functions::whole;
use crate::study::{Finding, Scale};

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
    let size = (bias.exp_m1() * 100.0).abs();
    let moved = format!(
        "what could be linked changed in one arm against the other, by which alone the number moves up to {size:.0}%"
    );
    match Trap::of_bias(bias, effect) {
        Sight::NotSeen => trap(Sight::NotSeen, "as much could be linked in both arms before as after".to_owned()),
        Sight::Lowers if effect.scale == Scale::Ratio && half_width(effect).is_some_and(|half| bias.abs() > half) => {
            trap(Sight::Describes, format!("{moved}, more than the interval is wide to either side"))
        }
        sight => trap(sight, moved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Interval, testing::close};

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
    fn the_grade_falls_by_how_much_of_the_interval_the_bias_is() {
        let linked = Linked { pilot: [(50, 100), (75, 100)], comparison: [(60, 100), (60, 100)] };
        for (half, sight) in [(0.3, Sight::Describes), (0.5, Sight::Lowers), (1.0, Sight::Seen), (5.0, Sight::NotSeen)]
        {
            assert_eq!(instrument(&linked, &effect(half)).sight, sight, "{half}");
        }
        assert!(instrument(&linked, &effect(0.5)).told.ends_with("up to 50%"));
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
