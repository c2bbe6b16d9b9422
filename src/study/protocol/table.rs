//! The tables of a run, in Markdown for people and in CSV for programs: the same counts in both.
//!
//! In: cells with their results. Out: text. Every row says in how many worlds it was counted. Neighbours: `judge` makes
//! the marks, METHODS.md#protocol explains the columns.

use super::cell::{Cell, Task};
use super::judge::{ALPHA, Mark, Share, judge_coverage, judge_power, judge_size, judge_trap, marks, share};
use super::method::Method;
use super::power::{PowerCount, TIMES};
use super::run::{CellResult, Request};
use super::setting::Setting;
use super::tally::Tally;
use super::traps::Snare;
use crate::study::attainable_alpha;
use std::fmt::Write;

/// A cell, what came out of it, and one method's counts.
type Row<'a> = (&'a Cell, &'a CellResult, &'a Tally);

fn known<'a>(cells: &'a [Cell], results: &'a [CellResult]) -> impl Iterator<Item = (&'a Cell, &'a CellResult)> {
    cells.iter().filter_map(|cell| {
        let key = cell.key();
        Some((cell, results.iter().find(|result| result.key == key)?))
    })
}

fn rows<'a>(cells: &'a [Cell], results: &'a [CellResult]) -> impl Iterator<Item = Row<'a>> {
    known(cells, results).flat_map(|(cell, result)| result.tallies.iter().map(move |tally| (cell, result, tally)))
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

/// The cells of traps: the engine's counts and those of the naive number.
fn snared<'a>(
    cells: &'a [Cell],
    results: &'a [CellResult],
) -> impl Iterator<Item = (&'a Cell, &'a Tally, &'a Tally, Snare)> {
    known(cells, results).filter_map(|(cell, result)| {
        Some((cell, result.of(Method::Permutation)?, result.of(Method::Naive)?, cell.snare()?))
    })
}

fn powered<'a>(cells: &'a [Cell], results: &'a [CellResult]) -> impl Iterator<Item = (&'a Cell, &'a PowerCount)> {
    known(cells, results).filter_map(|(cell, result)| Some((cell, result.power.as_ref()?)))
}

/// How often each mark was given, worst last.
pub fn counted(cells: &[Cell], results: &[CellResult]) -> Vec<(Mark, usize)> {
    let marks: Vec<Mark> = known(cells, results).flat_map(|(cell, result)| marks(cell, result)).collect();
    let all = [Mark::Holds, Mark::Conservative, Mark::Refused, Mark::Downgraded, Mark::Open, Mark::Fails];
    all.map(|mark| (mark, marks.iter().filter(|given| **given == mark).count())).to_vec()
}

/// Writes the tables in Markdown.
pub fn markdown(cells: &[Cell], results: &[CellResult], request: Request) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "Seed {}, {} worlds a cell (ten of twenty teams: {}), four times as many where so many could not decide; {} of {} \
         cells run.\n",
        request.seed,
        request.worlds,
        request.worlds.div_ceil(4),
        results.len(),
        cells.len()
    );
    for (mark, count) in counted(cells, results).into_iter().filter(|(_, count)| *count > 0) {
        let _ = writeln!(out, "* {mark}: {count}");
    }
    out.push_str("\n## Size: no effect, share of worlds with p at or below 0.05\n\n");
    sizes(&mut out, cells, results, Task::Protocol);
    out.push_str(
        "\n## Coverage: share of intervals that hold the truth\n\n\
         Truth, bias and widths on the log for times and rates, in shares for shares. Of shares the truth is what the pilot \
         did to its own teams: who has more gaps gains more points, so that the mean over all teams that could have been \
         drawn is another number, held as often as the column after says. Counted are intervals at grades A and B.\n\n",
    );
    coverages(&mut out, cells, results, Task::Protocol);
    traps(&mut out, cells, results);
    powers(&mut out, cells, results);
    out.push_str(
        "\n## Beyond: a pilot that makes its teams vary more than the others\n\n\
         Drawn teams do not vary more by being drawn, so this is an effect of another kind than a shift; shown, and held to \
         no bound.\n\n",
    );
    sizes(&mut out, cells, results, Task::Beyond);
    secondary(&mut out, cells, results);
    out
}

fn sizes(out: &mut String, cells: &[Cell], results: &[CellResult], task: Task) {
    let _ = write!(
        out,
        "| study | pilot | setting | worlds | p ≤ α | attainable | engine claims | grades A, B, C, D, E | |\n\
         |---|---|---|---:|---|---:|---|---|---|\n"
    );
    let primary = |row: &Row<'_>| row.2.graded() && row.0.no_effect() && row.0.task == task;
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
            attainable_alpha(setting.teams, setting.pilot, ALPHA),
            told(share(tally.claimed, tally.worlds)),
            tally.grades.map(|count| count.to_string()).join(", "),
            judge_size(tally, setting, ALPHA)
        );
    }
}

fn coverages(out: &mut String, cells: &[Cell], results: &[CellResult], task: Task) {
    let _ = write!(
        out,
        "| study | pilot | setting | effect | truth | worlds | coverage | of the mean of all | mean width | median width | bias | \
         without interval | p ≤ α | |\n\
         |---|---|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---|\n"
    );
    for (cell, result, tally) in rows(cells, results).filter(|row| row.2.graded() && row.0.task == task) {
        let setting = &cell.setting;
        let without = share(tally.worlds - tally.intervals, tally.worlds).map(|found| found.share);
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {:+.0}% | {:.3} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            setting.measure.word(),
            setting.pilot,
            setting.teams,
            cell.name,
            setting.percent(),
            result.truth + 0.0,
            tally.worlds,
            told(share(tally.covered, tally.intervals)),
            number(share(tally.covered_mean, tally.intervals).map(|found| found.share)),
            number(tally.mean_width()),
            number((tally.intervals > 0).then_some(tally.median_width)),
            number(tally.bias()),
            number(without),
            number(share(tally.rejected, tally.tested).map(|found| found.share)),
            judge_coverage(tally, setting, ALPHA)
        );
    }
}

fn traps(out: &mut String, cells: &[Cell], results: &[CellResult]) {
    let _ = write!(
        out,
        "\n## Traps: no effect, a naive number that moves, and what the engine makes of it\n\n\
         | study | pilot | trap | worlds | naive number | it moves by | bias of the engine | coverage | trap seen | \
         grade lowered | held, seen or not told | engine claims | |\n\
         |---|---|---|---:|---|---:|---:|---|---|---|---|---|---|\n"
    );
    for (cell, primary, naive, snare) in snared(cells, results) {
        let setting = &cell.setting;
        let of_worlds = |count| told(share(count, primary.worlds));
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            setting.measure.word(),
            setting.pilot,
            setting.teams,
            cell.name,
            primary.worlds,
            snare.naive.words(),
            number(naive.bias()),
            number(primary.bias()),
            told(share(primary.covered, primary.intervals)),
            of_worlds(primary.seen),
            of_worlds(primary.lowered),
            of_worlds(primary.safe),
            of_worlds(primary.claimed),
            judge_trap(primary, naive, snare)
        );
    }
}

fn powers(out: &mut String, cells: &[Cell], results: &[CellResult]) {
    let _ = write!(
        out,
        "\n## Power: share of worlds in which an effect is found, by how many times the formula's smallest it is\n\n\
         | study | pilot | worlds | formula |{} four of five found at | |\n|---|---|---:|---:|{}---:|---|\n",
        TIMES.map(|times| format!(" {times} |")).concat(),
        TIMES.map(|_| "---:|").concat()
    );
    for (cell, count) in powered(cells, results) {
        let setting = &cell.setting;
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {:.3} |{} {} | {} |",
            setting.measure.word(),
            setting.pilot,
            setting.teams,
            count.worlds,
            count.formula,
            count.powers().map(|power| format!(" {power:.3} |")).concat(),
            count.ratio().map_or_else(|| "beyond".to_owned(), |ratio| format!("{ratio:.2}")),
            judge_power(count)
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
    let of_size = |task| matches!(task, Task::Protocol | Task::Beyond);
    let beside = |row: &Row<'_>| row.2.method == Method::Welch && row.0.no_effect() && of_size(row.0.task);
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
        "task,study,teams,pilot,setting,effect_percent,truth,method,worlds,estimated,tested,rejected,intervals,covered,covered_mean,claimed,\
         grade_a,grade_b,grade_c,grade_d,grade_e,seen,lowered,safe,bias,mean_width,median_width,size_mark,coverage_mark,\
         trap_mark\n",
    );
    let exact = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{:.6}", value + 0.0));
    for (cell, result, tally) in rows(cells, results) {
        let setting = &cell.setting;
        let held = matches!(cell.task, Task::Protocol | Task::Beyond) && tally.method != Method::Naive;
        let words = |mark: Option<Mark>| mark.map_or_else(String::new, |mark| mark.to_string());
        let size = words((held && cell.no_effect()).then(|| judge_size(tally, setting, ALPHA)));
        let coverage = words(held.then(|| judge_coverage(tally, setting, ALPHA)));
        let naive = result.of(Method::Naive).filter(|_| tally.graded());
        let trap = words(naive.zip(cell.snare()).map(|(naive, snare)| judge_trap(tally, naive, snare)));
        let counts = [
            tally.worlds,
            tally.estimated,
            tally.tested,
            tally.rejected,
            tally.intervals,
            tally.covered,
            tally.covered_mean,
            tally.claimed,
        ];
        let counts: Vec<String> = counts
            .iter()
            .chain(&tally.grades)
            .chain(&[tally.seen, tally.lowered, tally.safe])
            .map(u64::to_string)
            .collect();
        let _ = writeln!(
            out,
            "{},{},{},{},{},{:.0},{:.6},{},{},{},{},{},{size},{coverage},{trap}",
            cell.task.word(),
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
            exact((tally.intervals > 0).then_some(tally.median_width))
        );
    }
    out
}

/// Writes the counts of power as CSV, one row a cell and size of effect.
pub fn csv_of_power(cells: &[Cell], results: &[CellResult]) -> String {
    let mut out = String::from("study,teams,pilot,setting,worlds,formula,times_formula,found,ratio,mark\n");
    for (cell, count) in powered(cells, results) {
        let Setting { measure, teams, pilot, .. } = cell.setting;
        for (times, found) in TIMES.iter().zip(count.found) {
            let _ = writeln!(
                out,
                "{},{teams},{pilot},{},{},{:.6},{times},{found},{},{}",
                measure.word(),
                cell.name,
                count.worlds,
                count.formula,
                count.ratio().map_or_else(String::new, |ratio| format!("{ratio:.6}")),
                judge_power(count)
            );
        }
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
        assert!(columns.iter().all(|count| *count == 30), "{columns:?}");
        assert_eq!(csv(&cells, &results[..1]).lines().count(), 3);
        assert!(text.contains("| rates | 3 of 8 | the worst baseline | 20 | pilot after, less before |"), "{text}");
        assert_eq!(csv_of_power(&cells, &results).lines().count(), 1 + TIMES.len());
    }
}
