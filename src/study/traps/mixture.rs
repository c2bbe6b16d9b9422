//! Whether the kinds of journeys shifted in one arm more than in the other.
//!
//! In: the effect, and its reading with the mix held. Out: a [`Trap`]. Source: METHODS.md#mix. Neighbour: `study::mix`
//! makes the reading.

use super::{Sight, Trap, TrapKind};
use crate::study::{Finding, MixReading, Refusal};

/// The share of records of unknown or new kind beyond which nothing is said.
const TOO_MANY: f64 = 1.0 / 3.0;

/// What the mix of kinds made up of an effect.
pub fn mix(effect: &Finding, reading: &Result<MixReading, Refusal>) -> Trap {
    let trap = |sight, told: String| Trap::new(TrapKind::Mix, sight, told);
    let reading = match reading {
        Err(refusal) => {
            return trap(Sight::CannotBeTold, format!("what the mix of kinds did cannot be told: {refusal}"));
        }
        Ok(reading) => reading,
    };
    if reading.unknown_share > TOO_MANY {
        let share = reading.unknown_share * 100.0;
        return trap(
            Sight::CannotBeTold,
            format!("no kind is known of {share:.0}%, so what their mix did cannot be told"),
        );
    }
    if reading.new_share > TOO_MANY {
        let told = format!(
            "{:.0}% of what began after is of kinds that were hardly seen before, and has nothing to be compared with",
            reading.new_share * 100.0
        );
        return trap(Sight::Lowers, told);
    }
    let held = (reading.standardised.estimate - 1.0) * 100.0;
    match Trap::of_reading(effect, &reading.standardised) {
        Sight::NotSeen => trap(Sight::NotSeen, "with the mix of kinds held the effect is the same".to_owned()),
        Sight::Seen => trap(Sight::Seen, format!("with the mix of kinds held the effect is {held:+.0}%")),
        sight => trap(
            sight,
            format!(
                "the mix of kinds shifted in one arm more than in the other: with the mix held the effect is {held:+.0}%"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Interval, Scale};

    fn finding(estimate: f64) -> Finding {
        let interval = Ok(Interval { lower: estimate * 0.8, upper: estimate * 1.25, level: 0.95 });
        Finding {
            scale: Scale::Ratio,
            estimate,
            interval,
            p: None,
            floor_p: None,
            placebo: None,
            method: String::new(),
        }
    }

    fn sight(held: f64, new_share: f64, unknown_share: f64) -> Sight {
        let plain = finding(0.63);
        let bias = (plain.estimate / held).ln();
        let reading = MixReading { standardised: finding(held), bias, kinds: 3, new_share, unknown_share };
        mix(&plain, &Ok(reading)).sight
    }

    #[test]
    fn a_mix_that_moved_the_effect_lowers_the_grade() {
        assert_eq!(sight(0.64, 0.0, 0.0), Sight::NotSeen);
        assert_eq!(sight(0.70, 0.0, 0.0), Sight::Seen);
        assert_eq!(sight(0.95, 0.0, 0.0), Sight::Lowers);
        assert_eq!(sight(0.64, 0.35, 0.0), Sight::Lowers);
        assert_eq!(sight(0.95, 0.0, 0.35), Sight::CannotBeTold);
        assert_eq!(mix(&finding(0.63), &Err(Refusal::Empty)).sight, Sight::CannotBeTold);
    }
}
