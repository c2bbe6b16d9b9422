//! Quantities: a value with its unit and interval, or its absence with the reason; and how each is written.
//!
//! Absence is a value of its own, so that nothing can print it as 0 or as a blank.

use serde::Serialize;

/// The unit of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Calendar days.
    Days,
    /// Calendar hours.
    Hours,
    /// Working hours of the study's calendar.
    WorkingHours,
    /// A share; the value is between 0 and 1 and is written times 100.
    Percent,
    /// A difference of two shares; the value is between -1 and 1 and is written times 100.
    PercentPoints,
    /// A relative change; the value -0.25 is written as −25%.
    RelativeChange,
    /// A whole number of things.
    Count,
    /// Handoffs in a journey.
    PerJourney,
    /// Tickets per developer-week.
    PerDeveloperWeek,
    /// Tickets or deployments per active service-week.
    PerServiceWeek,
    /// One number divided by another.
    Ratio,
    /// A probability.
    Probability,
}

impl Unit {
    /// The unit as headings and axes name it; empty for plain counts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Hours => "hours",
            Self::WorkingHours => "working hours",
            Self::Percent | Self::RelativeChange => "%",
            Self::PercentPoints => "percentage points",
            Self::Count => "",
            Self::PerJourney => "per journey",
            Self::PerDeveloperWeek => "per developer-week",
            Self::PerServiceWeek => "per service-week",
            Self::Ratio => "ratio",
            Self::Probability => "probability",
        }
    }

    /// The unit as it follows a value, with the space that belongs to it.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Days => " days",
            Self::Hours => " hours",
            Self::WorkingHours => " working hours",
            Self::Percent | Self::RelativeChange => "%",
            Self::PercentPoints => " points",
            Self::Count | Self::Probability => "",
            Self::PerJourney => " per journey",
            Self::PerDeveloperWeek => " per developer-week",
            Self::PerServiceWeek => " per service-week",
            Self::Ratio => "×",
        }
    }

    /// What the value is multiplied with to be written.
    pub(super) const fn written_times(self) -> f64 {
        match self {
            Self::Percent | Self::PercentPoints | Self::RelativeChange => 100.0,
            _ => 1.0,
        }
    }

    const fn decimals(self, size: f64) -> usize {
        match self {
            Self::Count => 0,
            Self::Percent | Self::RelativeChange => (size < 1.0) as usize,
            Self::Days | Self::Hours | Self::WorkingHours | Self::PercentPoints => (size < 100.0) as usize,
            // A twentieth of a ticket a week is a real rate, and two decimals would hide a tenth of it.
            Self::PerDeveloperWeek | Self::PerServiceWeek if size < 0.1 => 3,
            Self::PerJourney | Self::PerDeveloperWeek | Self::PerServiceWeek | Self::Ratio => {
                if size < 10.0 {
                    2
                } else {
                    1
                }
            }
            Self::Probability => {
                if size < 0.1 {
                    3
                } else {
                    2
                }
            }
        }
    }
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Nobody recorded it.
    NotKnown,
    /// The curve does not come down that far within the data (a median of mostly open journeys).
    NotReached,
    /// There are no records for that stretch or group.
    NoRecords,
    /// It would stand for fewer than five people.
    FewerThanFive,
    /// The data do not carry it, for the reason given.
    CannotBeTold(String),
}

impl Absence {
    /// The words that stand where the number would.
    pub fn words(&self) -> &'static str {
        match self {
            Self::NotKnown => "not known",
            Self::NotReached => "not reached",
            Self::NoRecords => "no records",
            Self::FewerThanFive => "fewer than five people",
            Self::CannotBeTold(_) => "cannot be told",
        }
    }

    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::CannotBeTold(why) => Some(why),
            _ => None,
        }
    }
}

/// One end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// No interval was possible.
    None,
    /// The end.
    At(f64),
    /// The interval is open on this side within the data.
    NotReached,
}

/// A value with its unit and interval, or its absence with the reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quantity {
    /// The value, in the unit's own scale (shares between 0 and 1).
    pub value: Option<f64>,
    /// Its unit.
    pub unit: Unit,
    /// Lower end of the interval.
    pub low: Bound,
    /// Upper end of the interval.
    pub high: Bound,
    /// Confidence of the interval.
    pub confidence: f64,
    /// Whether it is a change, and so written with its sign.
    pub is_change: bool,
    /// Why there is no value; only where there is none.
    pub absent: Option<Absence>,
}

impl Quantity {
    /// A level.
    pub fn level(value: f64, unit: Unit) -> Self {
        let absent = (!value.is_finite()).then_some(Absence::NotKnown);
        let value = value.is_finite().then_some(value);
        Self { value, unit, low: Bound::None, high: Bound::None, confidence: 0.95, is_change: false, absent }
    }

    /// A change, written with its sign.
    pub fn change(value: f64, unit: Unit) -> Self {
        Self { is_change: true, ..Self::level(value, unit) }
    }

    /// A count.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn count(count: u64) -> Self {
        Self::level(count as f64, Unit::Count)
    }

    /// A value that is not there.
    pub fn absent(unit: Unit, why: Absence) -> Self {
        Self { value: None, absent: Some(why), ..Self::level(0.0, unit) }
    }

    /// A level that may be missing.
    pub fn known(value: Option<f64>, unit: Unit, otherwise: Absence) -> Self {
        value.map_or_else(|| Self::absent(unit, otherwise), |value| Self::level(value, unit))
    }

    /// The quantity with its interval; an end that is not there is `not reached`.
    #[must_use]
    pub fn between(mut self, low: Option<f64>, high: Option<f64>) -> Self {
        let end = |end: Option<f64>| end.filter(|end| end.is_finite()).map_or(Bound::NotReached, Bound::At);
        (self.low, self.high) = (end(low), end(high));
        self
    }

    fn decimals(&self) -> usize {
        let times = self.unit.written_times();
        let ends =
            [self.low, self.high].into_iter().filter_map(|end| if let Bound::At(end) = end { Some(end) } else { None });
        let size = self.value.into_iter().chain(ends).fold(0.0_f64, |size, each| size.max((each * times).abs()));
        self.unit.decimals(size)
    }

    /// The value without its unit, for columns that name the unit once.
    pub fn bare(&self) -> String {
        let Some(value) = self.value else { return self.absence_words().to_owned() };
        let (written, decimals) = (value * self.unit.written_times(), self.decimals());
        let text = fixed(written, decimals);
        let looks_zero = !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if looks_zero && written > 0.0 && !self.is_change && decimals > 0 {
            return format!("under {}", fixed(0.1_f64.powi(i32::try_from(decimals).unwrap_or(1)), decimals));
        }
        if self.is_change && written > 0.0 && !looks_zero { format!("+{text}") } else { text }
    }

    /// The value with its unit, or the words for its absence.
    pub fn text(&self) -> String {
        if self.value.is_none() {
            return self.absence_words().to_owned();
        }
        let bare = self.bare();
        let suffix = match self.unit {
            Unit::Days if bare == "1" || bare == "1.0" => " day",
            unit => unit.suffix(),
        };
        format!("{bare}{suffix}")
    }

    /// The interval in words, where there is one.
    pub fn interval(&self) -> Option<String> {
        Some(format!("{}% interval {}", fixed(self.confidence * 100.0, 0), self.ends()?))
    }

    /// The interval as it stands in a narrow cell.
    pub(super) fn short_interval(&self) -> Option<String> {
        Some(format!("{}%: {}", fixed(self.confidence * 100.0, 0), self.ends()?))
    }

    fn ends(&self) -> Option<String> {
        self.value?;
        let decimals = self.decimals();
        let end = |end: Bound| match end {
            Bound::At(end) => {
                let written = end * self.unit.written_times();
                let text = fixed(written, decimals);
                let looks_zero = !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
                let sign = if self.is_change && written > 0.0 && !looks_zero { "+" } else { "" };
                let percent = if self.unit.suffix() == "%" { "%" } else { "" };
                Some(format!("{sign}{text}{percent}"))
            }
            Bound::NotReached => Some("not reached".to_owned()),
            Bound::None => None,
        };
        let (low, high) = (end(self.low)?, end(self.high)?);
        Some(format!("{low} to {high}"))
    }

    /// The reason for the absence, where there is more to say than its words.
    pub fn reason(&self) -> Option<&str> {
        self.absent.as_ref().filter(|_| self.value.is_none()).and_then(Absence::reason)
    }

    fn absence_words(&self) -> &'static str {
        self.absent.as_ref().map_or("not known", Absence::words)
    }
}

/// A number with fixed decimals, thousands parted by commas, and a true minus sign; never a negative zero.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(whole, part)| (whole, Some(part)));
    let mut text = String::new();
    if value < 0.0 && digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_value_says_why_and_is_never_a_zero() {
        let median = Quantity::absent(Unit::Days, Absence::NotReached);
        assert_eq!(median.text(), "not reached");
        let rate = Quantity::absent(Unit::PerDeveloperWeek, Absence::CannotBeTold("no ticket source".into()));
        assert_eq!((rate.text().as_str(), rate.reason()), ("cannot be told", Some("no ticket source")));
        assert_eq!(Quantity::level(f64::NAN, Unit::Days).text(), "not known");
    }

    #[test]
    fn a_change_carries_its_sign_and_its_interval_the_same_decimals() {
        let change = Quantity::change(-4.25, Unit::Days).between(Some(-7.0), Some(0.61));
        assert_eq!(change.text(), "−4.2 days");
        assert_eq!(change.interval().as_deref(), Some("95% interval −7.0 to +0.6"));
        assert_eq!(Quantity::change(0.12, Unit::PercentPoints).text(), "+12.0 points");
        let ratio = Quantity::change(-0.29, Unit::RelativeChange).between(Some(-0.52), Some(0.04));
        assert_eq!(ratio.interval().as_deref(), Some("95% interval −52% to +4%"));
    }

    #[test]
    fn an_open_end_of_an_interval_is_said() {
        let median = Quantity::level(21.0, Unit::Days).between(Some(14.0), None);
        assert_eq!(median.interval().as_deref(), Some("95% interval 14.0 to not reached"));
        assert_eq!(Quantity::level(21.0, Unit::Days).interval(), None);
    }

    #[test]
    fn small_things_do_not_round_to_nothing() {
        assert_eq!(Quantity::level(0.003, Unit::Percent).text(), "0.3%");
        assert_eq!(Quantity::level(0.01, Unit::Days).text(), "under 0.1 days");
        assert_eq!(Quantity::level(0.0, Unit::Days).text(), "0.0 days");
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(fixed(1_234_567.0, 0), "1,234,567");
    }
}
