//! Working days and hours.

use chrono::{Datelike as _, NaiveDate, NaiveTime};

use super::written::WrittenCalendar;

/// When people work, in the study's zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// When a working day begins.
    pub opens: NaiveTime,
    /// When it ends.
    pub closes: NaiveTime,
    /// Monday to Sunday: is it a working day?
    pub days: [bool; 7],
    /// Days off.
    pub holidays: Vec<NaiveDate>,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Calendar {
    /// Reads what is written; the error names the field and what would be right.
    pub(super) fn resolve(written: &WrittenCalendar) -> Result<Self, (&'static str, String)> {
        let time = |field, text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| (field, format!("`{text}` is not a time of day such as `09:00`")))
        };
        let opens = time("calendar.opens", &written.opens)?;
        let closes = time("calendar.closes", &written.closes)?;
        if closes <= opens {
            return Err(("calendar.closes", "a working day must close after it opens".to_owned()));
        }
        let mut days = [false; 7];
        for day in &written.days {
            let place = DAYS
                .iter()
                .position(|known| known == day)
                .ok_or_else(|| ("calendar.days", format!("`{day}` is not a day; the days are {}", DAYS.join(", "))))?;
            days[place] = true;
        }
        if !days.contains(&true) {
            return Err(("calendar.days", "at least one day must be a working day".to_owned()));
        }
        let mut holidays = written
            .holidays
            .iter()
            .map(|day| {
                super::settings::date_of(day)
                    .ok_or_else(|| ("calendar.holidays", format!("`{day}` is not a date such as `2025-12-25`")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        holidays.sort_unstable();
        Ok(Self { opens, closes, days, holidays })
    }

    /// Whether people work on this day.
    pub fn works_on(&self, day: NaiveDate) -> bool {
        self.days[day.weekday().num_days_from_monday() as usize] && self.holidays.binary_search(&day).is_err()
    }
}
