//! Whether the windows lie in different parts of the year.
//!
//! In: the days of the year in each window, as (month, day). Out: a [`Trap`]. Weeks of one season against those of another
//! move tickets and deploys by themselves; comparison teams live through the same weeks, so where there are any this is
//! told and carried, and where there are none the grade is D already. Source: METHODS.md#season.

use super::{Sight, Trap, TrapKind};
use crate::study::real;
use std::collections::BTreeSet;

/// The share of the days after that must have been seen before for the windows to be of one season.
const ENOUGH: f64 = 0.75;

/// Looks whether the days of the year after were seen before too.
pub fn season(before: &BTreeSet<(u32, u32)>, after: &BTreeSet<(u32, u32)>, has_comparison: bool) -> Trap {
    let trap = |sight, told: String| Trap::new(TrapKind::Calendar, sight, told);
    if before.is_empty() || after.is_empty() {
        return trap(Sight::CannotBeTold, "a window holds no days".to_owned());
    }
    let share = real(after.intersection(before).count()) / real(after.len());
    let december = |days: &BTreeSet<(u32, u32)>| days.range((12, 15)..).next().is_some();
    let only_one = december(before) != december(after);
    if share >= ENOUGH && !only_one {
        return trap(
            Sight::NotSeen,
            format!("{:.0}% of the days of the year after were seen before too", share * 100.0),
        );
    }
    let holidays = if only_one { ", and the end of December lies in one window only" } else { "" };
    let carried = if has_comparison { "; the comparison teams lived through the same days" } else { "" };
    trap(
        Sight::Seen,
        format!("{:.0}% of the days of the year after were seen before too{holidays}{carried}", share * 100.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(from: u32, to: u32) -> BTreeSet<(u32, u32)> {
        (from..=to).flat_map(|month| (1..=28).map(move |day| (month, day))).collect()
    }

    #[test]
    fn other_months_and_a_december_of_one_side_are_seen() {
        let trap = season(&months(1, 6), &months(7, 11), true);
        assert_eq!(trap.sight, Sight::Seen);
        assert!(trap.told.starts_with("0% of the days") && trap.told.contains("comparison teams"), "{trap:?}");
        let trap = season(&months(1, 12), &months(2, 10), false);
        assert!(trap.told.contains("end of December") && !trap.told.contains("comparison"), "{trap:?}");
        assert_eq!(season(&months(1, 8), &months(3, 8), true).sight, Sight::NotSeen);
        assert_eq!(season(&BTreeSet::new(), &months(1, 2), true).sight, Sight::CannotBeTold);
    }

    #[test]
    fn three_quarters_of_the_days_are_enough() {
        assert_eq!(season(&months(1, 3), &months(1, 4), true).sight, Sight::NotSeen);
        assert_eq!(season(&months(1, 3), &months(1, 5), true).sight, Sight::Seen);
    }
}
