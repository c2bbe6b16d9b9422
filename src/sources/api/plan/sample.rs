//! From a few lists to all of them: what a sample tells of a sum, at least and at the most.
//!
//! Both bounds are two standard errors from the estimate: of lists drawn from all of them, and, where only the first page of
//! a list was seen, of records drawn from it (two-stage sampling: Cochran, Sampling Techniques, 3rd edition, chapters 6 and
//! 11). Where every list was seen whole the bounds are one number.

/// At least so many lists are looked at, where there are so many.
const FEWEST: usize = 20;
/// One in so many.
const ONE_IN: usize = 10;
/// At the most so many.
const MOST: usize = 100;

/// Which of so many lists are looked at: evenly spread, the same ones every time.
pub(super) fn places(lists: usize) -> Vec<usize> {
    let many = (lists / ONE_IN).clamp(FEWEST, MOST).min(lists);
    (0..many).map(|place| (2 * place + 1) * lists / (2 * many)).collect()
}

/// The sum over all lists of what was counted whole in each that was seen.
pub(super) fn of_lists(lists: usize, counted: impl Iterator<Item = u64>) -> (u64, u64) {
    of_records(lists, None, counted.map(|count| (1, 1, count)))
}

/// The sum over all records of what was counted in those that were seen. `whole`: how many records all lists hold, where that
/// is known. Of each list that was seen: how many records it holds, how many of them were seen, and what was counted in these.
pub(super) fn of_records(lists: usize, whole: Option<u64>, seen: impl Iterator<Item = (u64, u64, u64)>) -> (u64, u64) {
    let seen: Vec<_> = seen.map(|(total, shown, hits)| (real(total), real(shown), real(hits))).collect();
    let (all, many) = (real(lists as u64), real(seen.len() as u64));
    if seen.is_empty() {
        return (0, 0);
    }
    let of_list: Vec<f64> =
        seen.iter().map(|(total, shown, hits)| if *shown > 0.0 { total * hits / shown } else { 0.0 }).collect();
    let hits: f64 = of_list.iter().sum();
    let totals: f64 = seen.iter().map(|(total, ..)| total).sum();
    let (estimate, beside): (f64, Vec<f64>) = match whole.map(real).filter(|_| totals > 0.0) {
        Some(whole) => {
            let rate = hits / totals;
            let beside = of_list.iter().zip(&seen).map(|(one, (total, ..))| one - rate * total);
            (whole * rate, beside.collect())
        }
        None => (all * hits / many, of_list.iter().map(|one| one - hits / many).collect()),
    };
    let squares: f64 = beside.iter().map(|one| one * one).sum();
    let between = all * all * (1.0 - many / all) * squares / (many - 1.0).max(1.0) / many;
    let within = seen.iter().map(|(total, shown, hits)| {
        let share = (hits + 0.5) / (shown + 1.0);
        if *shown > 0.0 { total * total * (1.0 - shown / total) * share * (1.0 - share).max(0.1) / shown } else { 0.0 }
    });
    let spread = 2.0 * (between + all / many * within.sum::<f64>()).max(0.0).sqrt();
    let counted: f64 = seen.iter().map(|(_, _, hits)| hits).sum();
    (whole_number((estimate - spread).max(counted).floor()), whole_number((estimate + spread).ceil()))
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests stay far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of counts, and not below nothing")]
fn whole_number(sum: f64) -> u64 {
    // What was added up as fractions may lie a hair beside the number that it is.
    (sum + 1e-9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_and_never_more_than_there_are() {
        assert_eq!(places(0), [0_usize; 0]);
        assert_eq!(places(3), [0, 1, 2]);
        assert_eq!(places(40).len(), 20);
        assert_eq!(places(500).len(), 50);
        assert_eq!(places(1_000_000).len(), 100);
        for lists in [11, 40, 501] {
            let places = places(lists);
            assert!(places.windows(2).all(|two| two[0] < two[1]), "{places:?}");
            assert!(places.last().is_some_and(|last| *last < lists), "{places:?}");
        }
    }

    #[test]
    fn what_was_seen_whole_is_no_estimate() {
        assert_eq!(of_lists(3, [4, 20, 1].into_iter()), (25, 25));
        assert_eq!(of_records(2, None, [(30, 30, 7), (0, 0, 0)].into_iter()), (7, 7));
        assert_eq!(of_records(1, Some(30), [(30, 30, 7)].into_iter()), (7, 7));
        assert_eq!(of_lists(5, std::iter::empty()), (0, 0));
    }

    #[test]
    fn bounds_hold_the_sum_and_narrow_with_what_was_seen() {
        // A thousand lists of 1 to 20 pages.
        let pages = |list: usize| 1 + (list as u64 * 7) % 20;
        let sum: u64 = (0..1_000).map(pages).sum();
        let bounds = |many: usize| of_lists(1_000, (0..many).map(|place| pages(place * 1_000 / many + place % 7)));
        let (few, many) = (bounds(20), bounds(200));
        for (least, most) in [few, many] {
            assert!(least <= sum && sum <= most, "{least} to {most} for {sum}");
        }
        assert!(many.1 - many.0 < few.1 - few.0);
        // One in ten of a hundred records of each, of a thousand.
        let (least, most) = of_records(10, Some(10_000), (0..10).map(|_| (1_000, 100, 10)));
        assert!((701..=1_000).contains(&least) && (1_000..1_300).contains(&most), "{least} to {most}");
    }
}
