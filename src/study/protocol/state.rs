//! The state of a run as text: one line a finished cell, so that a run that was killed goes on.
//!
//! In: results, or the text that earlier runs left. Out: lines, or what can be taken over from them. A line names the
//! version, seed, worlds and key that it belongs to; lines of another run are kept and not used. A line that is not whole
//! (the last, of a run that was killed while it wrote) is thrown away and counted. Floats are written with as many digits
//! as bring back the same bits. Neighbour: `run`.

use super::cell::{Cell, VERSION};
use super::method::Method;
use super::power::PowerCount;
use super::run::{CellResult, Request};
use super::tally::Tally;
use std::fmt::Write;

/// What stands first in every line.
const MARK: &str = "protocol";
/// What stands first in the counts of a cell of power.
const POWER: &str = "power";
/// What stands last: a line without it was cut.
const END: &str = "end";

/// What the text of a state holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Results of the same version, seed and number of worlds.
    pub results: Vec<CellResult>,
    /// Lines that belong to other runs.
    pub of_others: usize,
    /// Lines that were not whole.
    pub torn: usize,
    /// All whole lines, as they were: what a run must put in the place of the text before it appends.
    pub text: String,
}

impl State {
    /// Writes one finished cell as a line.
    pub fn line(cell: &Cell, request: Request, result: &CellResult) -> String {
        let Request { seed, worlds } = request;
        let mut line =
            format!("{MARK}\t{VERSION}\t{seed}\t{worlds}\t{:016x}\t{}\t{:?}", result.key, cell.id(), result.truth);
        for tally in &result.tallies {
            let counts = [tally.worlds, tally.estimated, tally.tested, tally.rejected, tally.intervals, tally.covered];
            let judged = [tally.covered_mean, tally.claimed, tally.seen, tally.lowered, tally.safe];
            // Writing to a string cannot fail.
            let _ = write!(
                line,
                "\t{};{};{};{};{:?};{:?};{:?};{:?}",
                tally.method.word(),
                listed(&counts),
                listed(&judged),
                listed(&tally.grades),
                tally.error,
                tally.squares,
                tally.widths,
                tally.median_width
            );
        }
        if let Some(power) = &result.power {
            let _ = write!(line, "\t{POWER};{};{:?};{}", power.worlds, power.formula, listed(&power.found));
        }
        line + "\t" + END + "\n"
    }

    /// Reads what earlier runs left.
    #[must_use]
    pub fn read(text: &str, request: Request) -> Self {
        let mut state = Self::default();
        for line in text.split_inclusive('\n') {
            let Some((of, result)) = line.strip_suffix('\n').and_then(parse) else {
                state.torn += 1;
                continue;
            };
            state.text.push_str(line);
            if of == (VERSION, request) {
                state.results.push(result);
            } else {
                state.of_others += 1;
            }
        }
        state
    }
}

fn parse(line: &str) -> Option<((u32, Request), CellResult)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [MARK, version, seed, worlds, key, _, truth, tallies @ .., END] = fields.as_slice() else { return None };
    let request = Request { seed: seed.parse().ok()?, worlds: worlds.parse().ok()? };
    let (powers, tallies): (Vec<&str>, Vec<&str>) = tallies.iter().partition(|field| field.starts_with(POWER));
    let power = match powers.first() {
        Some(field) => Some(power(field)?),
        None => None,
    };
    let tallies = tallies.into_iter().map(tally).collect::<Option<Vec<Tally>>>()?;
    let key = u64::from_str_radix(key, 16).ok()?;
    Some(((version.parse().ok()?, request), CellResult { key, truth: truth.parse().ok()?, tallies, power }))
}

fn tally(field: &str) -> Option<Tally> {
    let parts: Vec<&str> = field.split(';').collect();
    let [method, counts, judged, grades, error, squares, widths, median_width] = parts.as_slice() else { return None };
    let [worlds, estimated, tested, rejected, intervals, covered] = numbers(counts)?;
    let [covered_mean, claimed, seen, lowered, safe] = numbers(judged)?;
    Some(Tally {
        method: Method::of_word(method)?,
        worlds,
        estimated,
        tested,
        rejected,
        intervals,
        covered,
        covered_mean,
        claimed,
        seen,
        lowered,
        safe,
        grades: numbers(grades)?,
        error: error.parse().ok()?,
        squares: squares.parse().ok()?,
        widths: widths.parse().ok()?,
        median_width: median_width.parse().ok()?,
    })
}

fn power(field: &str) -> Option<PowerCount> {
    let [_, worlds, formula, found] = field.split(';').collect::<Vec<&str>>().try_into().ok()?;
    Some(PowerCount { worlds: worlds.parse().ok()?, formula: formula.parse().ok()?, found: numbers(found)? })
}

fn listed(counts: &[u64]) -> String {
    counts.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

fn numbers<const N: usize>(list: &str) -> Option<[u64; N]> {
    let all = list.split(',').map(|number| number.parse().ok()).collect::<Option<Vec<u64>>>()?;
    all.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::cells::short;
    use super::super::run::run_cell;
    use super::*;

    const REQUEST: Request = Request { seed: 3, worlds: 20 };

    fn written() -> (Vec<CellResult>, String) {
        // One of size, one of power.
        let all = short();
        let cells = [&all[0], all.last().expect("cells")];
        let results: Vec<CellResult> = cells.iter().map(|cell| run_cell(cell, REQUEST, &|| ())).collect();
        assert!(results[1].power.is_some());
        let text = cells.iter().zip(&results).map(|(cell, result)| State::line(cell, REQUEST, result)).collect();
        (results, text)
    }

    #[test]
    fn what_is_written_is_read_back_to_the_last_bit() {
        let (results, text) = written();
        let state = State::read(&text, REQUEST);
        assert_eq!((state.results, state.text, state.torn, state.of_others), (results, text, 0, 0));
    }

    #[test]
    fn a_line_cut_anywhere_is_thrown_away_and_counted() {
        let (results, text) = written();
        let first = text.find('\n').expect("two lines") + 1;
        for cut in first + 1..text.len() {
            let state = State::read(&text[..cut], REQUEST);
            assert_eq!((state.results.as_slice(), state.torn), (&results[..1], 1), "cut at {cut}");
            assert_eq!(state.text, text[..first]);
        }
    }

    #[test]
    fn lines_of_another_seed_or_number_of_worlds_stay_and_are_not_used() {
        let (_, text) = written();
        for other in [Request { seed: 4, ..REQUEST }, Request { worlds: 21, ..REQUEST }] {
            let state = State::read(&text, other);
            assert_eq!((state.results.len(), state.of_others, state.text.as_str()), (0, 2, text.as_str()));
        }
    }
}
