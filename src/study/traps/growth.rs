//! Whether more services or more people moved a number without anybody's doing.
//!
//! In: the same effect over two exposures, or in a fixed cohort and in everything that lives. Out: a [`Trap`]. Who founds
//! more services asks for more, and a service that is born from a template has its fields without anyone having filled a
//! gap. Source: METHODS.md#growth.

use super::{Sight, Trap, TrapKind};
use crate::study::{Arm, ArmCoverage, Finding};

/// Tickets over people and over services: where the two effects differ, one of them grew in one arm more than in the other.
pub fn growth_of_rates(per_developer: &Finding, per_service: &Finding) -> Trap {
    let sight = Trap::of_reading(per_developer, per_service);
    let told = match sight {
        Sight::NotSeen => "over services instead of people the effect is the same".to_owned(),
        Sight::CannotBeTold => "the effect over services cannot be told".to_owned(),
        _ => format!(
            "over services instead of people the effect is {:+.0}%: one arm's services or people grew more than the other's",
            (per_service.estimate - 1.0) * 100.0
        ),
    };
    Trap::new(TrapKind::Growth, sight, told)
}

/// A difference of shares below which services born since are not worth a word.
const TOLD_FROM: f64 = 0.02;

/// What services that came or went since add to the change of a share: they are not in the effect, which takes those that
/// lived before and after, so this is told and carried.
pub fn growth_of_shares(arms: &[ArmCoverage]) -> Trap {
    let beyond = |arm| {
        let of = arms.iter().find(|coverage| coverage.arm == arm)?;
        Some(of.open_change.as_ref().ok()?.difference - of.cohort_change.as_ref().ok()?.difference)
    };
    let trap = |sight, told: String| Trap::new(TrapKind::Growth, sight, told);
    match (beyond(Arm::Pilot), beyond(Arm::Comparison)) {
        (Some(pilot), Some(comparison)) if (pilot - comparison).abs() >= TOLD_FROM => trap(
            Sight::Seen,
            format!(
                "services that came or went since would move it by {:+.0} points more; they are not in the effect",
                (pilot - comparison) * 100.0
            ),
        ),
        (Some(_), Some(_)) => trap(Sight::NotSeen, "services that came or went since would hardly move it".to_owned()),
        _ => trap(Sight::CannotBeTold, "what services that came or went since would move cannot be told".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Design, Interval, Period, RateRecord, Scale, ServiceRecord, coverage_study, rate_study};

    /// Eight teams whose tickets follow their services; those of the pilot double after the start.
    fn tickets(per_service: bool) -> Finding {
        let record = |team: u32, period: Period| {
            let (is_pilot, is_after) = (team < 3, period == Period::After);
            let services = if is_pilot && is_after { 20.0 } else { 10.0 };
            RateRecord {
                team: format!("team {team}"),
                arm: if is_pilot { Arm::Pilot } else { Arm::Comparison },
                period,
                amount: services * (3.0 + 0.1 * f64::from(team * 3 % 5 + u32::from(is_after))),
                exposure: if per_service { services } else { 8.0 },
                units: 30,
            }
        };
        let records: Vec<RateRecord> =
            (0..8).flat_map(|team| [record(team, Period::Before), record(team, Period::After)]).collect();
        rate_study(&records, &Design::default()).expect("records").effect.expect("two arms")
    }

    #[test]
    fn services_that_double_in_one_arm_are_seen_in_the_rate_over_people() {
        let (per_developer, per_service) = (tickets(false), tickets(true));
        assert!(per_developer.estimate > 1.9 && per_service.estimate < 1.1);
        let trap = growth_of_rates(&per_developer, &per_service);
        assert_eq!(trap.sight, Sight::Lowers, "{trap:?}");
        assert_eq!(growth_of_rates(&per_service, &per_service).sight, Sight::NotSeen);
        let none = Finding { estimate: 0.0, ..per_service };
        assert_eq!(growth_of_rates(&per_developer, &none).sight, Sight::CannotBeTold);
        let wide = Finding { interval: Ok(Interval { lower: 0.1, upper: 9.0, level: 0.95 }), ..per_developer };
        assert_eq!(
            growth_of_rates(&wide, &Finding { estimate: 2.4, scale: Scale::Ratio, ..wide.clone() }).sight,
            Sight::NotSeen
        );
    }

    #[test]
    fn services_born_with_a_field_are_told_and_carried() {
        let service = |team: u32, before, after| ServiceRecord {
            team: format!("team {team}"),
            arm: if team < 3 { Arm::Pilot } else { Arm::Comparison },
            before,
            after,
        };
        let mut services: Vec<ServiceRecord> =
            (0..8).flat_map(|team| (0..10).map(move |at| service(team, Some(at < 3), Some(at < 3)))).collect();
        let found = coverage_study(&services, &Design::default()).expect("services");
        assert_eq!(growth_of_shares(&found.arms).sight, Sight::NotSeen);
        services.extend((0..15).map(|at| service(at % 3, None, Some(true))));
        let found = coverage_study(&services, &Design::default()).expect("services");
        let trap = growth_of_shares(&found.arms);
        assert_eq!(trap.sight, Sight::Seen);
        assert!(trap.told.contains("+23 points"), "{trap:?}");
        assert_eq!(growth_of_shares(&found.arms[..1]).sight, Sight::CannotBeTold);
    }
}
