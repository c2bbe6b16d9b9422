//! Whether the pilot moved load onto or off the comparison teams, which queue at the same platform.
//!
//! In: requests a day of both arms, and how the comparison teams' waits and requests changed. Out: a [`Trap`]. Relief in
//! the pilot helps the others too, so that part of the effect is in both arms and cancels; work pushed over to them makes
//! it look larger. One sign is not enough, since load and waits move by themselves: the pilot must have moved what the
//! platform gets by [`MOVED`], and the comparison teams must have changed with it, more than chance among them explains.
//! Source: METHODS.md#load.

use super::{Sight, Trap, TrapKind};
use crate::study::{TEAMS_FOR_INTERVAL, one_sample_t, real};

/// Requests a day, before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Of the pilot teams.
    pub pilot: (f64, f64),
    /// Of the comparison teams.
    pub comparison: (f64, f64),
}

/// A change of the platform's load by the pilot's doing that others can feel, on the logarithm.
const MOVED: f64 = 0.10;

impl Load {
    /// What the pilot alone did to the load of the platform, on the logarithm.
    pub fn by_the_pilot(&self) -> Option<f64> {
        let ((before, after), (others, _)) = (self.pilot, self.comparison);
        let ratio = (after + others) / (before + others);
        (ratio.is_finite() && ratio > 0.0).then(|| ratio.ln())
    }
}

/// Looks for relief or pressure that the comparison teams felt; `waits` and `requests` are the log changes of their teams.
pub fn load(load: &Load, waits: &[f64], requests: &[f64], level: f64) -> Trap {
    let trap = |sight, told: String| Trap::new(TrapKind::Load, sight, told);
    let Some(moved) = load.by_the_pilot() else {
        return trap(Sight::CannotBeTold, "no requests to the platform are known".to_owned());
    };
    let percent = format!("{:+.0}%", moved.exp_m1() * 100.0);
    if moved.abs() < MOVED {
        return trap(
            Sight::NotSeen,
            format!("the pilot changed what the platform is asked for by no more than {percent}"),
        );
    }
    let significant = |changes: &[f64]| {
        let test = one_sample_t(changes, level).ok()?;
        let mean = changes.iter().sum::<f64>() / real(changes.len());
        Some((test.p <= 1.0 - level, mean))
    };
    if waits.len() < TEAMS_FOR_INTERVAL && requests.len() < TEAMS_FOR_INTERVAL {
        let told = format!(
            "the pilot changed what the platform is asked for by {percent}, and too few comparison teams tell whether they felt it"
        );
        return trap(Sight::CannotBeTold, told);
    }
    if significant(waits).is_some_and(|(is, mean)| is && mean * moved > 0.0) {
        let told = format!(
            "the pilot changed what the platform is asked for by {percent}, and the waits of the comparison teams went the same way"
        );
        return trap(Sight::Lowers, told);
    }
    if significant(requests).is_some_and(|(is, mean)| is && mean * moved < 0.0) {
        let told = format!(
            "the pilot changed what the platform is asked for by {percent}, and the requests of the comparison teams went the other way"
        );
        return trap(Sight::Lowers, told);
    }
    trap(
        Sight::Seen,
        format!(
            "the pilot changed what the platform is asked for by {percent}; nothing shows that the comparison teams felt it"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    const RELIEF: Load = Load { pilot: (40.0, 20.0), comparison: (60.0, 60.0) };
    const STILL: [f64; 5] = [0.1, -0.1, 0.05, -0.06, 0.02];

    #[test]
    fn relief_is_what_the_pilot_alone_did() {
        close(RELIEF.by_the_pilot().expect("requests"), 0.8_f64.ln(), 1e-12);
        let grown = Load { comparison: (60.0, 90.0), ..RELIEF };
        close(grown.by_the_pilot().expect("requests"), 0.8_f64.ln(), 1e-12);
    }

    #[test]
    fn it_takes_load_that_moved_and_teams_that_felt_it() {
        let down = [-0.3, -0.25, -0.4, -0.2, -0.35];
        let up = down.map(|change| -change);
        assert_eq!(load(&RELIEF, &STILL, &STILL, 0.95).sight, Sight::Seen);
        assert_eq!(load(&RELIEF, &down, &STILL, 0.95).sight, Sight::Lowers);
        assert_eq!(load(&RELIEF, &up, &STILL, 0.95).sight, Sight::Seen, "waits that went up are no relief");
        let pushed = load(&RELIEF, &STILL, &up, 0.95);
        assert!(pushed.sight == Sight::Lowers && pushed.told.ends_with("the other way"), "{pushed:?}");
        assert_eq!(load(&RELIEF, &STILL, &down, 0.95).sight, Sight::Seen);
        let small = Load { pilot: (40.0, 36.0), ..RELIEF };
        assert_eq!(load(&small, &down, &up, 0.95).sight, Sight::NotSeen);
    }

    #[test]
    fn few_teams_and_no_requests_tell_nothing() {
        assert_eq!(load(&RELIEF, &STILL[..3], &STILL[..4], 0.95).sight, Sight::CannotBeTold);
        let none = Load { pilot: (0.0, 0.0), comparison: (0.0, 0.0) };
        assert_eq!(load(&none, &STILL, &STILL, 0.95).sight, Sight::CannotBeTold);
    }
}
