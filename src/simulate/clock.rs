//! Working time in the company's zone. Instants are whole seconds since the epoch, UTC.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeZone as _, Timelike as _, Weekday};
use chrono_tz::Tz;

/// Seconds since the epoch, UTC.
pub(super) type Second = i64;

/// Seconds of a minute, an hour and a day.
pub(super) const MINUTE: Second = 60;
pub(super) const HOUR: Second = 60 * MINUTE;
pub(super) const DAY: Second = 24 * HOUR;

const OPENS: u32 = 9;
const CLOSES: u32 = 17;

/// Days off; the study file lists the same.
pub(super) const HOLIDAYS: [(i32, u32, u32); 11] = [
    (2024, 1, 1),
    (2024, 5, 1),
    (2024, 10, 3),
    (2024, 12, 25),
    (2024, 12, 26),
    (2025, 1, 1),
    (2025, 5, 1),
    (2025, 10, 3),
    (2025, 12, 25),
    (2025, 12, 26),
    (2026, 1, 1),
];

/// A date that is known to exist.
pub(super) fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("only dates that exist are written in this room")
}

/// When people work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) zone: Tz,
}

impl Clock {
    /// The instant of a local date and time of day (hour and second of the hour count from midnight).
    pub(super) fn at(self, date: NaiveDate, second_of_day: u32) -> Second {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(second_of_day % 86_400, 0)
            .expect("a remainder of a day's seconds is a time of day");
        // Working hours are never skipped by a change of the clock; midnight is not either in the zones used here.
        self.zone
            .from_local_datetime(&date.and_time(time))
            .earliest()
            .map_or_else(|| date.and_time(time).and_utc().timestamp(), |at| at.timestamp())
    }

    /// Midnight at the start of a local date.
    pub(super) fn midnight(self, date: NaiveDate) -> Second {
        self.at(date, 0)
    }

    /// The instant in local time.
    pub(super) fn local(self, at: Second) -> DateTime<Tz> {
        let utc = DateTime::from_timestamp(at, 0).expect("the world lies within the years that chrono knows");
        utc.with_timezone(&self.zone)
    }

    /// Whether people work on a date.
    pub(super) fn works_on(date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
            && !HOLIDAYS.contains(&(date.year(), date.month(), date.day()))
    }

    /// A moment of a working day; `share` says how far the day has gone.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of eight hours, in seconds")]
    pub(super) fn during(self, date: NaiveDate, share: f64) -> Second {
        self.at(date, OPENS * 3600 + (share * f64::from((CLOSES - OPENS) * 3600)) as u32)
    }

    /// The instant itself if people work then, else a moment of the next working morning.
    pub(super) fn next_working(self, at: Second) -> Second {
        let local = self.local(at);
        let date = local.date_naive();
        if Self::works_on(date) && local.hour() < CLOSES {
            return if local.hour() >= OPENS { at } else { self.during(date, scatter(at)) };
        }
        let day = following(date, |date| date + Days::new(1));
        self.during(day, scatter(at))
    }

    /// The instant itself if people work then, else a moment of the working afternoon before.
    pub(super) fn last_working(self, at: Second) -> Second {
        let local = self.local(at);
        let date = local.date_naive();
        if Self::works_on(date) && local.hour() >= OPENS {
            return if local.hour() < CLOSES { at } else { self.during(date, 1.0 - scatter(at)) };
        }
        let day = following(date, |date| date - Days::new(1));
        self.during(day, 1.0 - scatter(at))
    }
}

fn following(date: NaiveDate, step: fn(NaiveDate) -> NaiveDate) -> NaiveDate {
    let mut day = step(date);
    while !Clock::works_on(day) {
        day = step(day);
    }
    day
}

/// A share of the working day below a quarter that depends on the instant alone, so that a weekend's work does not
/// all land at nine.
fn scatter(at: Second) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "below 7200")]
    let seconds = (at.rem_euclid(7200) * 37 % 7200) as f64;
    0.25 * (seconds / 7200.0) + 0.001
}

/// RFC 3339 in UTC.
pub(super) fn utc(at: Second) -> String {
    crate::log::to_rfc3339(at * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_moves_to_working_hours_on_either_side() {
        let clock = Clock { zone: chrono_tz::Europe::Berlin };
        let saturday = date(2024, 3, 30);
        let noon = clock.at(saturday, 12 * 3600);
        let next = clock.local(clock.next_working(noon));
        let last = clock.local(clock.last_working(noon));
        assert_eq!((next.weekday(), next.hour() / 3), (Weekday::Mon, 3), "Monday morning, in summer time");
        assert_eq!((last.weekday(), last.hour() >= 14), (Weekday::Fri, true));
        let friday = clock.during(saturday.pred_opt().expect("a date"), 0.5);
        assert_eq!((clock.next_working(friday), clock.last_working(friday)), (friday, friday));
    }
}
