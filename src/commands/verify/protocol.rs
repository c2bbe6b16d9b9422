//! `milepost verify protocol`: simulated companies of known truth, the tables of what the engine made of them.
//!
//! In: how many worlds, a seed, a folder. Out: `protocol.md`, `protocol.csv` and `protocol-power.csv` in the folder, and
//! `protocol.state`, in which every finished cell is one line: whoever is killed loses the cell that was running, and the next run goes on.
//! Neighbour: `study::protocol` does everything else.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::cli::ProtocolArgs;
use crate::commands::output::{Talk, print, progress_bar, say};
use crate::commands::{CommandError, Outcome};
use crate::store::{create_private_dir, write_private};
use crate::study::protocol::{self, Cell, CellResult, Mark, Request, State};

/// Worlds of a cell in the full form.
const FULL: u64 = 10_000;
/// Worlds of a cell in the short form.
const SHORT: u64 = 2_000;

pub(in crate::commands) fn run(args: &ProtocolArgs) -> Result<Outcome, CommandError> {
    let (cells, worlds) = if args.full { (protocol::all(), FULL) } else { (protocol::short(), SHORT) };
    let request = Request { seed: args.seed, worlds: args.worlds.unwrap_or(worlds) };
    create_private_dir(&args.out)?;
    let results = through(&cells, request, &args.out)?;
    let files = [
        ("protocol.md", protocol::markdown(&cells, &results, request)),
        ("protocol.csv", protocol::csv(&cells, &results)),
        ("protocol-power.csv", protocol::csv_of_power(&cells, &results)),
    ];
    for (name, text) in &files {
        write_private(&args.out.join(name), text.as_bytes())?;
    }
    let marks = protocol::counted(&cells, &results);
    print(&marks.iter().map(|(mark, count)| format!("{mark}: {count}\n")).collect::<Vec<_>>().concat())?;
    say(Talk::Aloud, &format!("the tables are in `{}`", args.out.display()));
    Ok(outcome(&marks))
}

/// A cell that the engine neither holds nor refuses fails the check.
fn outcome(marks: &[(Mark, usize)]) -> Outcome {
    let failed = marks.iter().any(|(mark, count)| *mark == Mark::Fails && *count > 0);
    if failed { Outcome::CheckFailed } else { Outcome::Done }
}

/// Runs what the state does not know, and keeps each cell as soon as it is done.
fn through(cells: &[Cell], request: Request, folder: &Path) -> Result<Vec<CellResult>, CommandError> {
    let path = folder.join("protocol.state");
    let mut state = read(&path, request)?;
    if !state.results.is_empty() {
        say(Talk::Aloud, &format!("going on: {} cells are known", state.results.len()));
    }
    let start = Instant::now();
    let worlds = AtomicU64::new(0);
    let bar = progress_bar(Talk::Aloud, "worlds");
    let progress = || bar.set_position(worlds.fetch_add(1, Ordering::Relaxed) + 1);
    let known = std::mem::take(&mut state.results);
    let mut done = known.iter().filter(|result| cells.iter().any(|cell| cell.key() == result.key)).count();
    protocol::run(cells, request, &known, &progress, |cell, result| {
        state.text.push_str(&State::line(cell, request, result));
        write_private(&path, state.text.as_bytes())?;
        done += 1;
        let seconds = start.elapsed().as_secs_f64();
        let line = format!("{done} of {} after {seconds:.0} s: {}", cells.len(), cell.id());
        bar.suspend(|| say(Talk::Aloud, &line));
        Ok(())
    })
}

fn read(path: &Path, request: Request) -> Result<State, CommandError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(State::read(&text, request)),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(State::default()),
        Err(why) => Err(CommandError::system("read", path)(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cell_that_fails_fails_the_check() {
        let marks = [(Mark::Holds, 20), (Mark::Refused, 3), (Mark::Downgraded, 2), (Mark::Open, 1), (Mark::Fails, 0)];
        assert_eq!(outcome(&marks), Outcome::Done);
        assert_eq!(outcome(&[(Mark::Holds, 20), (Mark::Fails, 1)]), Outcome::CheckFailed);
    }
}
