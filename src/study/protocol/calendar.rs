//! When things begin: days of two windows, weighted by weekends, quarter ends and the dip of December.
//!
//! In: the first day and length of a window. Out: a day of it, drawn by weight, or the weight of one of its weeks. Days
//! count from a first of January that was a Monday. Neighbours: `times` and `tickets`.

use super::draws::Draws;
use crate::study::real;
use std::collections::BTreeSet;

/// Days of a full window.
pub(super) const WINDOW: usize = 90;
/// Day of the year on which the window before begins.
pub(super) const BEFORE: usize = 170;
/// Day on which the window after begins: it ends with the year, in the dip.
pub(super) const AFTER: usize = 276;

/// How much work a day sees, 1 being an even year's day.
fn weight(day: usize) -> f64 {
    let weekend = if day % 7 >= 5 { 0.15 } else { 1.34 };
    let of_year = day % 365;
    let quarter_end = [89, 180, 272, 364].into_iter().any(|last| of_year <= last && last - of_year < 10);
    let december = if (5..353).contains(&of_year) { 1.0 } else { 0.35 };
    weekend * december * if quarter_end { 1.4 } else { 1.0 }
}

/// Days of the months.
const MONTHS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The days of the year of a window, as (month, day).
pub(super) fn dates(first: usize, length: usize) -> BTreeSet<(u32, u32)> {
    let date = |day: usize| {
        let mut of_year = day % 365;
        for (month, days) in (1..).zip(MONTHS) {
            if of_year < days {
                return (month, u32::try_from(of_year + 1).unwrap_or(1));
            }
            of_year -= days;
        }
        (1, 1)
    };
    (first..first + length).map(date).collect()
}

/// The days of one window.
pub(super) struct Days {
    cumulated: Vec<f64>,
}

impl Days {
    pub(super) fn new(first: usize, length: usize, season: bool) -> Self {
        let mut total = 0.0;
        let day = |day| {
            total += if season { weight(day) } else { 1.0 };
            total
        };
        Self { cumulated: (first..first + length).map(day).collect() }
    }

    /// The weight of all days over their number.
    pub(super) fn level(&self) -> f64 {
        self.cumulated.last().copied().unwrap_or(0.0) / real(self.cumulated.len())
    }

    /// An instant of the window, in days since its first.
    pub(super) fn instant(&self, draws: &mut Draws) -> f64 {
        let all = self.cumulated.last().copied().unwrap_or(0.0);
        let at = all * draws.unit();
        let day = self.cumulated.partition_point(|&until| until <= at).min(self.cumulated.len().saturating_sub(1));
        real(day) + draws.unit()
    }

    /// The mean weight of a week of the window; the last may be short.
    pub(super) fn week(&self, week: usize) -> f64 {
        let until = |day: usize| if day == 0 { 0.0 } else { self.cumulated[day.min(self.cumulated.len()) - 1] };
        let (from, to) = (week * 7, (week * 7 + 7).min(self.cumulated.len()));
        (until(to) - until(from)) / real(to - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    #[test]
    fn a_year_of_weights_is_about_even_and_december_is_low() {
        close(Days::new(0, 364, true).level(), 1.0, 0.03);
        assert!(Days::new(AFTER, WINDOW, true).level() < 0.93 * Days::new(BEFORE, WINDOW, true).level());
        close(Days::new(AFTER, WINDOW, false).level(), 1.0, 0.0);
        close(Days::new(0, 14, false).week(1), 1.0, 1e-12);
    }

    #[test]
    fn dates_are_those_of_a_year_that_is_not_a_leap_year() {
        let dates = dates(AFTER, WINDOW);
        assert_eq!(dates.len(), WINDOW);
        assert_eq!((dates.first(), dates.last()), (Some(&(1, 1)), Some(&(12, 31))));
        assert!(dates.contains(&(10, 4)) && !dates.contains(&(10, 3)));
    }

    #[test]
    fn instants_fall_on_weekends_as_seldom_as_they_weigh() {
        let days = Days::new(0, 70, true);
        let mut draws = Draws::of(1, 1, 1);
        let weekends = (0..20_000).filter(|_| days.instant(&mut draws) % 7.0 >= 5.0).count();
        close(real(weekends) / 20_000.0, 0.3 / (0.3 + 5.0 * 1.34), 0.01);
    }
}
