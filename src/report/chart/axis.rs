//! Axes: round ticks, and the mapping from data to the page.

use super::canvas::{Canvas, Ink, Side};

/// A range of data laid over a range of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    data: (f64, f64),
    page: (f64, f64),
}

impl Scale {
    pub(super) fn new(data: (f64, f64), page: (f64, f64)) -> Self {
        let data = if data.1 > data.0 { data } else { (data.0, data.0 + 1.0) };
        Self { data, page }
    }

    /// The place of a value, held inside the page's range.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.data.0) / (self.data.1 - self.data.0)).clamp(0.0, 1.0);
        self.page.0 + share * (self.page.1 - self.page.0)
    }
}

/// Round values from 0 to at least `highest`, at most `most` steps apart; the last is the end of the axis.
pub(super) fn ticks(highest: f64, most: usize) -> Vec<f64> {
    let highest = if highest.is_finite() && highest > 0.0 { highest } else { 1.0 };
    let mut unit = 0.001;
    let step = 'found: loop {
        for factor in [1.0, 2.0, 5.0] {
            if steps_to(highest, unit * factor) <= most {
                break 'found unit * factor;
            }
        }
        unit *= 10.0;
    };
    multiples(step, steps_to(highest, step))
}

/// As [`ticks`], in steps that people count days in.
pub(super) fn day_ticks(highest: f64, most: usize) -> Vec<f64> {
    const STEPS: [f64; 9] = [1.0, 2.0, 7.0, 14.0, 28.0, 56.0, 91.0, 182.0, 364.0];
    let highest = highest.max(1.0);
    let step = STEPS.into_iter().find(|step| steps_to(highest, *step) <= most).unwrap_or(728.0);
    multiples(step, steps_to(highest, step))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are small and positive")]
fn steps_to(highest: f64, step: f64) -> usize {
    (highest / step - 1e-9).ceil().max(1.0) as usize
}

fn multiples(step: f64, count: usize) -> Vec<f64> {
    (0..=count).map(|index| f64::from(u32::try_from(index).unwrap_or(u32::MAX)) * step).collect()
}

/// A tick's text: no more decimals than the step between ticks needs.
pub(super) fn tick_text(value: f64, ticks: &[f64]) -> String {
    let step = ticks.get(1).copied().unwrap_or(1.0);
    let decimals = if step >= 1.0 {
        0
    } else if step >= 0.1 {
        1
    } else {
        2
    };
    super::super::quantity::fixed(value, decimals)
}

/// Draws a grid line with its text left of it.
pub(super) fn grid_line(canvas: &mut Canvas, (left, right): (f64, f64), y: f64, text: &str, is_base: bool) {
    let ink = if is_base { Ink::Faint } else { Ink::Grid };
    canvas.line([(left, y), (right, y)], ink, if is_base { 1.25 } else { 1.0 });
    canvas.label((left - 6.0, y + 4.0), text, Ink::Muted, Side::End);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_highest_value() {
        let tenths = ticks(0.42, 5);
        let texts: Vec<String> = tenths.iter().map(|tick| tick_text(*tick, &tenths)).collect();
        assert_eq!(texts, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(ticks(0.0, 4).last(), Some(&1.0));
        assert_eq!(day_ticks(90.0, 7), [0.0, 14.0, 28.0, 42.0, 56.0, 70.0, 84.0, 98.0]);
    }

    #[test]
    fn a_value_beyond_the_axis_stays_on_the_page() {
        let scale = Scale::new((0.0, 10.0), (100.0, 0.0));
        assert!((scale.at(20.0)).abs() < 1e-9);
        assert!((Scale::new((3.0, 3.0), (0.0, 1.0)).at(3.0)).abs() < 1e-9, "a range of nothing is no division by zero");
    }
}
