//! What one method did in all worlds of a cell: counts, and sums in the order of the worlds.
//!
//! In: one look a world. Out: a [`Tally`], plain numbers that `state` keeps and `judge` reads. Neighbours: `world` makes
//! the looks.

use super::method::Method;
use super::world::Look;
use crate::study::special_functions::whole;
use crate::study::{Grade, Sight};

/// Counts of one method in one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// The method.
    pub method: Method,
    /// Worlds.
    pub worlds: u64,
    /// Worlds in which it gave an estimate.
    pub estimated: u64,
    /// Worlds in which it gave a p-value.
    pub tested: u64,
    /// Worlds in which that was at or below alpha.
    pub rejected: u64,
    /// Worlds in which it gave an interval; of the graded method, one that it makes claims by: at grades A and B.
    pub intervals: u64,
    /// Worlds in which that held what the pilot did to its teams.
    pub covered: u64,
    /// Worlds in which it held the mean over all teams that could have been drawn, which differs from that for shares.
    pub covered_mean: u64,
    /// Worlds in which the engine said that the pilot did something.
    pub claimed: u64,
    /// Worlds of each grade, A to E; all 0 for a method that is not graded.
    pub grades: [u64; 5],
    /// Worlds in which the trap of the cell was seen, lowering the grade or not.
    pub seen: u64,
    /// Worlds in which it lowered the grade.
    pub lowered: u64,
    /// Worlds in which the interval held the truth, the trap was seen, or the engine told no effect at all.
    pub safe: u64,
    /// Sum of estimate less truth.
    pub error: f64,
    /// Sum of its squares.
    pub squares: f64,
    /// Sum of the widths of intervals.
    pub widths: f64,
    /// The median width.
    pub median_width: f64,
}

impl Tally {
    /// Counts the looks of one method.
    pub(super) fn of(method: Method, looks: &[Vec<Look>], truth: f64, alpha: f64) -> Self {
        let mut tally = Self {
            method,
            worlds: looks.len() as u64,
            estimated: 0,
            tested: 0,
            rejected: 0,
            intervals: 0,
            covered: 0,
            covered_mean: 0,
            claimed: 0,
            grades: [0; 5],
            seen: 0,
            lowered: 0,
            safe: 0,
            error: 0.0,
            squares: 0.0,
            widths: 0.0,
            median_width: 0.0,
        };
        let mut widths = Vec::new();
        for look in looks.iter().flatten().filter(|look| look.method == method) {
            tally.add(look, truth, alpha, &mut widths);
        }
        widths.sort_by(f64::total_cmp);
        tally.median_width = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
        tally
    }

    fn add(&mut self, look: &Look, truth: f64, alpha: f64, widths: &mut Vec<f64>) {
        if let Some(estimate) = look.estimate {
            self.estimated += 1;
            self.error += estimate - truth;
            self.squares += (estimate - truth).powi(2);
        }
        if let Some(p) = look.p {
            self.tested += 1;
            self.rejected += u64::from(p <= alpha + 1e-9);
        }
        let holds = |value: f64| look.interval.is_some_and(|(lower, upper)| lower <= value && value <= upper);
        let held = holds(look.own_truth.unwrap_or(truth));
        let seen = matches!(look.sight, Some(Sight::Describes | Sight::Lowers | Sight::Seen));
        self.seen += u64::from(seen);
        self.lowered += u64::from(matches!(look.sight, Some(Sight::Describes | Sight::Lowers)));
        // Of grade C and below no effect is told, so that nothing wrong is.
        self.safe += u64::from(held || seen || look.grade > Some(Grade::B));
        if let Some((lower, upper)) = look.interval.filter(|_| look.grade.is_none_or(|grade| grade <= Grade::B)) {
            self.intervals += 1;
            self.covered += u64::from(held);
            self.covered_mean += u64::from(holds(truth));
            self.widths += upper - lower;
            widths.push(upper - lower);
        }
        self.claimed += u64::from(look.claimed);
        if let Some(grade) = look.grade {
            self.grades[grade as usize] += 1;
        }
    }

    /// Whether the method is the engine's own, which gives grades.
    pub fn graded(&self) -> bool {
        self.method == Method::Permutation
    }

    /// Mean of estimate less truth.
    pub fn bias(&self) -> Option<f64> {
        (self.estimated > 0).then(|| self.error / whole(self.estimated))
    }

    /// Standard error of the bias, over worlds.
    pub fn bias_error(&self) -> Option<f64> {
        let bias = self.bias()?;
        let variance = (self.squares / whole(self.estimated) - bias * bias).max(0.0);
        (self.estimated > 1).then(|| (variance / whole(self.estimated - 1)).sqrt())
    }

    /// Mean width of an interval.
    pub fn mean_width(&self) -> Option<f64> {
        (self.intervals > 0).then(|| self.widths / whole(self.intervals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    #[test]
    fn looks_are_counted_and_a_look_without_numbers_counts_as_a_world() {
        let look = |estimate: f64, p: f64| Look {
            method: Method::Permutation,
            estimate: Some(estimate),
            p: Some(p),
            interval: Some((estimate - 1.0, estimate + 1.0)),
            grade: Some(Grade::B),
            claimed: p < 0.05,
            sight: Some(if p < 0.02 { Sight::Lowers } else { Sight::NotSeen }),
            own_truth: None,
        };
        let nothing =
            Look { estimate: None, p: None, interval: None, grade: Some(Grade::E), sight: None, ..look(0.0, 1.0) };
        let looks = [vec![look(0.5, 0.05)], vec![look(2.5, 0.01)], vec![nothing]];
        let tally = Tally::of(Method::Permutation, &looks, 0.0, 0.05);
        assert_eq!((tally.worlds, tally.estimated, tally.tested, tally.rejected), (3, 2, 2, 2));
        assert_eq!((tally.intervals, tally.covered, tally.claimed), (2, 1, 1));
        assert_eq!(tally.grades, [0, 2, 0, 0, 1]);
        let own = Look { own_truth: Some(1.0), ..look(2.0, 0.5) };
        let lowered = Look { grade: Some(Grade::C), ..look(0.0, 0.5) };
        let of_own = Tally::of(Method::Permutation, &[vec![own], vec![lowered]], 0.9, 0.05);
        assert_eq!((of_own.intervals, of_own.covered, of_own.covered_mean), (1, 1, 0));
        assert_eq!((tally.seen, tally.lowered, tally.safe), (1, 1, 3), "described only is safe");
        close(tally.bias_error().expect("estimates"), 1.0, 1e-12);
        close(tally.bias().expect("estimates"), 1.5, 1e-12);
        close(tally.mean_width().expect("intervals"), 2.0, 1e-12);
        assert_eq!(Tally::of(Method::Welch, &looks, 0.0, 0.05).bias(), None);
    }
}
