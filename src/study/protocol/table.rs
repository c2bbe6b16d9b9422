//! The tables of a run, in Markdown for people and in CSV for programs: the same counts in both.
//!
//! In: cells with their results. Out: text. Every row says in how many worlds it was counted. Neighbours: `judge` makes
//! the marks, METHODS.md#protocol explains the columns.

use super::cells::Cell;
use super::judge::{Mark, Share, attainable_size, judge_coverage, judge_size, share};
use super::method::Method;
use super::run::{CellResult, Request};
use super::setting::Measure;
use super::tally::Tally;
use std::fmt::Write;

const ALPHA: f64 = 0.05;

/// A cell, what came out of it, and one method's counts.
type Row<'a> = (&'a Cell, &'a CellResult, &'a Tally);

fn rows<'a>(cells: &'a [Cell], results: &'a [CellResult]) -> impl Iterator<Item = Row<'a>> {
    let pairs = cells.iter().filter_map(|cell| {
        let key = cell.key();
        Some((cell, results.iter().find(|result| result.key == key)?))
    });
    pairs.flat_map(|(cell, result)| result.tallies.iter().map(move |tally| (cell, result, tally)))
}

fn no_effect(cell: &Cell) -> bool {
    cell.setting.kept >= 1.0
}

/// A share with its Monte Carlo limits, as `0.050 (0.046 to 0.054)`.
fn told(found: Option<Share>) -> String {
    found.map_or_else(
        || "none".to_owned(),
        |Share { share, limits }| format!("{share:.3} ({:.3} to {:.3})", limits.lower, limits.upper),
    )
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("{:.3}", value + 0.0))
}

/// How often each mark was given, worst last.
pub fn counted(cells: &[Cell], results: &[CellResult]) -> Vec<(Mark, usize)> {
    let primary = || rows(cells, results).filter(|(_, _, tally)| tally.method == Method::Permutation);
    let sizes = primary().filter(|(cell, ..)| no_effect(cell));
    let sizes = sizes.map(|(cell, _, tally)| judge_size(tally, &cell.setting, ALPHA));
    let coverages = primary().map(|(cell, _, tally)| judge_coverage(tally, &cell.setting, ALPHA));
    let marks: Vec<Mark> = sizes.chain(coverages).collect();
    let all = [Mark::Holds, Mark::Conservative, Mark::Refused, Mark::Downgraded, Mark::Open, Mark::Fails];
    all.map(|mark| (mark, marks.iter().filter(|given| **given == mark).count())).to_vec()
}

/// Writes the tables in Markdown.
pub fn markdown(cells: &[Cell], results: &[CellResult], request: Request) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "Seed {}, {} worlds a cell (ten of twenty teams: {}), {} of {} cells run.\n",
        request.seed,
        request.worlds,
        request.worlds.div_ceil(10),
        results.len(),
        cells.len()
    );
    for (mark, count) in counted(cells, results).into_iter().filter(|(_, count)| *count > 0) {
        let _ = writeln!(out, "* {mark}: {count}");
    }
    sizes(&mut out, cells, results);
    coverages(&mut out, cells, results);
    secondary(&mut out, cells, results);
    out
}

fn sizes(out: &mut String, cells: &[Cell], results: &[CellResult]) {
    let _ = write!(
        out,
        "\n## Size: no effect, share of worlds with p at or below {ALPHA}\n\n\
         | study | pilot | setting | worlds | p ≤ α | attainable | engine claims | grades A, B, C, D, E | |\n\
         |---|---|---|---:|---|---:|---|---|---|\n"
    );
    let primary = |row: &Row<'_>| row.2.method == Method::Permutation && no_effect(row.0);
    for (cell, _, tally) in rows(cells, results).filter(primary) {
        let setting = &cell.setting;
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {} | {} | {:.3} | {} | {} | {} |",
            setting.measure.word(),
            setting.pilot,
            setting.teams,
            cell.name,
            tally.worlds,
            told(share(tally.rejected, tally.tested)),
            attainable_size(setting.teams, setting.pilot, ALPHA),
            told(share(tally.claimed, tally.worlds)),
            tally.grades.map(|count| count.to_string()).join(", "),
            judge_size(tally, setting, ALPHA)
        );
    }
}

fn coverages(out: &mut String, cells: &[Cell], results: &[CellResult]) {
    let _ = write!(
        out,
        "\n## Coverage: share of intervals that hold the truth\n\n\
         Truth, bias and widths on the log for times and rates, in shares for shares.\n\n\
         | study | pilot | setting | effect | truth | worlds | coverage | mean width | median width | bias | \
         without interval | p ≤ α | |\n\
         |---|---|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---|\n"
    );
    for (cell, result, tally) in rows(cells, results).filter(|row| row.2.method == Method::Permutation) {
        let setting = &cell.setting;
        let without = share(tally.worlds - tally.intervals, tally.worlds).map(|found| found.share);
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {:+.0}% | {:.3} | {} | {} | {} | {} | {} | {} | {} | {} |",
            setting.measure.word(),
            setting.pilot,
            setting.teams,
            cell.name,
            setting.percent(),
            result.truth + 0.0,
            tally.worlds,
            told(share(tally.covered, tally.intervals)),
            number(tally.mean_width()),
            number((tally.intervals > 0).then_some(tally.median_width)),
            number(tally.bias()),
            number(without),
            number(share(tally.rejected, tally.tested).map(|found| found.share)),
            judge_coverage(tally, setting, ALPHA)
        );
    }
}

fn secondary(out: &mut String, cells: &[Cell], results: &[CellResult]) {
    let _ = write!(
        out,
        "\n## Beside it: size of the secondary methods, which the engine never claims by\n\n\
         | study | pilot | setting | method | worlds | p ≤ α | coverage of no effect | bias | |\n\
         |---|---|---|---|---:|---|---|---:|---|\n"
    );
    let beside = |row: &Row<'_>| row.2.method != Method::Permutation && no_effect(row.0);
    for (cell, _, tally) in rows(cells, results).filter(beside) {
        let setting = &cell.setting;
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {} | {} | {} | {} | {} | {} |",
            setting.measure.word(),
            setting.pilot,
            setting.teams,
            cell.name,
            tally.method.word(),
            tally.worlds,
            told(share(tally.rejected, tally.tested)),
            told(share(tally.covered, tally.intervals)),
            number(tally.bias()),
            judge_size(tally, setting, ALPHA)
        );
    }
}

/// Writes all counts as CSV, one row a cell and method.
pub fn csv(cells: &[Cell], results: &[CellResult]) -> String {
    let mut out = String::from(
        "study,teams,pilot,setting,effect_percent,truth,method,worlds,estimated,tested,rejected,intervals,covered,claimed,\
         grade_a,grade_b,grade_c,grade_d,grade_e,bias,mean_width,median_width,size_mark,coverage_mark\n",
    );
    let exact = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{:.6}", value + 0.0));
    for (cell, result, tally) in rows(cells, results) {
        let setting = &cell.setting;
        let size = if no_effect(cell) { judge_size(tally, setting, ALPHA).to_string() } else { String::new() };
        let counts = [
            tally.worlds,
            tally.estimated,
            tally.tested,
            tally.rejected,
            tally.intervals,
            tally.covered,
            tally.claimed,
        ];
        let counts: Vec<String> = counts.iter().chain(&tally.grades).map(u64::to_string).collect();
        let _ = writeln!(
            out,
            "{},{},{},{},{:.0},{:.6},{},{},{},{},{},{size},{}",
            setting.measure.word(),
            setting.teams,
            setting.pilot,
            cell.name,
            setting.percent(),
            result.truth + 0.0,
            tally.method.word(),
            counts.join(","),
            exact(tally.bias()),
            exact(tally.mean_width()),
            exact((tally.intervals > 0).then_some(tally.median_width)),
            judge_coverage(tally, setting, ALPHA)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::cells::short;
    use super::super::run::run;
    use super::*;

    #[test]
    fn every_cell_that_was_run_has_its_rows_and_the_others_none() {
        let request = Request { seed: 1, worlds: 20 };
        let cells = short();
        let results = run(&cells, request, &[], &|| (), |_, _| Ok::<(), ()>(())).expect("nothing fails");
        let text = markdown(&cells, &results, request);
        assert!(text.contains("| rates | 1 of 8 | middle | 20 | 0.000"), "{text}");
        assert!(text.contains("refused by design"));
        assert_eq!(text.matches("| times | 3 of 8 |").count(), 4);
        let all = csv(&cells, &results);
        let columns: Vec<usize> = all.lines().map(|line| line.split(',').count()).collect();
        assert!(columns.iter().all(|count| *count == 24), "{columns:?}");
        assert_eq!(csv(&cells, &results[..1]).lines().count(), 3);
        assert_eq!(cells.iter().filter(|cell| cell.setting.measure == Measure::Times).count(), 2);
    }
}
