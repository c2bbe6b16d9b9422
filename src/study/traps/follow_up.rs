//! Whether what began in one window was watched for less long than what began in another.
//!
//! In: the records of times. Out: a [`Trap`]. Means of what is finished fall by that alone: the slow ones are not in yet.
//! The restricted mean counts them as open, so this is told and carried as long as a curve reaches the horizon; where it
//! stops before, its level is only an assumption. Source: METHODS.md#follow-up.

use super::{Sight, Trap, TrapKind};
use crate::study::{Cause, Design, TimeRecord, WINDOWS, real};

/// Points by which the open share may differ between the windows of an arm.
const OPEN_MORE: f64 = 0.10;

/// Looks how far each window was watched, and how much of it is still open.
pub fn follow_up(records: &[TimeRecord], design: &Design) -> Trap {
    let trap = |sight, told: String| Trap::new(TrapKind::FollowUp, sight, told);
    let of = |(arm, period)| {
        let window: Vec<&TimeRecord> =
            records.iter().filter(|record| (record.arm, record.period) == (arm, period)).collect();
        let longest = window.iter().map(|record| record.time_days).fold(0.0, f64::max);
        // A curve that came down to nothing does not go on: it is known up to any horizon.
        let goes_on = window.iter().any(|record| record.time_days >= longest && record.cause != Cause::Done);
        let longest = if goes_on { longest } else { f64::INFINITY };
        let open = window.iter().filter(|r| r.cause == Cause::Open && r.time_days < design.tau_days).count();
        (!window.is_empty()).then(|| (longest, real(open) / real(window.len())))
    };
    let windows: Vec<(f64, f64)> = WINDOWS.into_iter().filter_map(of).collect();
    if windows.len() < 2 {
        return trap(Sight::CannotBeTold, "a window holds nothing".to_owned());
    }
    let shortest = windows.iter().map(|window| window.0).fold(f64::INFINITY, f64::min);
    if shortest < design.tau_days {
        return trap(
            Sight::Seen,
            format!(
                "in a window nothing was watched for longer than {shortest:.0} of {:.0} days, and its curve goes on level",
                design.tau_days
            ),
        );
    }
    let open = |at: usize| windows.get(at).map(|window| window.1);
    let more = [(0, 1), (2, 3)].into_iter().filter_map(|(before, after)| Some((open(after)? - open(before)?).abs()));
    if more.fold(0.0, f64::max) > OPEN_MORE {
        return trap(
            Sight::Seen,
            "the share still open before the horizon differs between the windows: a mean of what is finished would mislead, and is not used".to_owned(),
        );
    }
    trap(Sight::NotSeen, format!("each window was watched for all {:.0} days", design.tau_days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Arm, Period};

    fn window(arm: Arm, period: Period, days: &[(f64, Cause)]) -> Vec<TimeRecord> {
        let record = |&(time_days, cause): &(f64, Cause)| TimeRecord {
            team: "team".to_owned(),
            arm,
            period,
            entry_days: 0.0,
            time_days,
            cause,
        };
        days.iter().map(record).collect()
    }

    fn seen(after: &[(f64, Cause)]) -> Trap {
        let usual = [(10.0, Cause::Done), (70.0, Cause::Done)];
        let mut records = window(Arm::Comparison, Period::Before, &usual);
        records.extend(window(Arm::Comparison, Period::After, &usual));
        records.extend(window(Arm::Pilot, Period::Before, &usual));
        records.extend(window(Arm::Pilot, Period::After, after));
        follow_up(&records, &Design::default())
    }

    #[test]
    fn a_window_that_was_watched_for_less_long_is_told() {
        assert_eq!(seen(&[(10.0, Cause::Done), (61.0, Cause::Open)]).sight, Sight::NotSeen);
        assert_eq!(seen(&[(4.0, Cause::Done), (5.0, Cause::Done)]).sight, Sight::NotSeen, "all were done");
        let short = seen(&[(10.0, Cause::Done), (20.0, Cause::Open)]);
        assert_eq!(short.sight, Sight::Seen);
        assert!(short.told.contains("longer than 20 of 60 days"), "{short:?}");
        let open = seen(&[(10.0, Cause::Open), (61.0, Cause::Open)]);
        assert!(open.sight == Sight::Seen && open.told.contains("still open"), "{open:?}");
        assert_eq!(follow_up(&[], &Design::default()).sight, Sight::CannotBeTold);
    }
}
