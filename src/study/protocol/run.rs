//! Runs cells: worlds in parallel, each from its own stream, counted in the order of their numbers.
//!
//! In: cells, a seed, how many worlds. Out: one [`CellResult`] a cell, the same whatever the number of threads. A cell that
//! so many worlds cannot decide is run in [`MORE`] times as many. What runs
//! them in parallel is the thread pool that the caller is in. Neighbours: `cells`, `world`, `state`.

use super::cell::{Cell, Task};
use super::draws::Draws;
use super::judge::{Mark, marks};
use super::method::Method;
use super::power::{self, Changes, PowerCount};
use super::tally::Tally;
use super::world::{Look, Worlds};
use crate::study::special_functions::whole;
use rayon::prelude::*;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The seed of all streams.
    pub seed: u64,
    /// Worlds of a cell.
    pub worlds: u64,
}

/// What came out of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellResult {
    /// The key of the cell's definition.
    pub key: u64,
    /// The truth of the setting, on the scale of its estimate.
    pub truth: f64,
    /// One tally a method that looked.
    pub tallies: Vec<Tally>,
    /// What a cell of power counted.
    pub power: Option<PowerCount>,
}

impl CellResult {
    /// The tally of a method.
    pub fn of(&self, method: Method) -> Option<&Tally> {
        self.tallies.iter().find(|tally| tally.method == method)
    }
}

/// How many times as many worlds decide a cell whose Monte Carlo interval reaches to both sides of a bound.
const MORE: u64 = 4;

/// Runs one cell; `progress` is told of every world that is done, from whichever thread did it.
pub fn run_cell(cell: &Cell, request: Request, progress: &(dyn Fn() + Sync)) -> CellResult {
    if cell.task == Task::Power {
        return run_power(cell, request, progress);
    }
    let worlds = Worlds::new(&cell.setting, cell.snare());
    let key = cell.key();
    let look = |world: u64| {
        let looks = worlds.looks(&mut Draws::of(request.seed, key, world), world);
        progress();
        looks
    };
    let first = cell.worlds(request.worlds);
    let mut looks: Vec<Vec<Look>> = (0..first).into_par_iter().map(look).collect();
    let result = counted(key, &worlds, &looks);
    if !marks(cell, &result).contains(&Mark::Open) {
        return result;
    }
    looks.par_extend((first..first * MORE).into_par_iter().map(look));
    counted(key, &worlds, &looks)
}

fn counted(key: u64, worlds: &Worlds, looks: &[Vec<Look>]) -> CellResult {
    let looked = |method: &Method| looks.iter().flatten().any(|look| look.method == *method);
    let tally = |method| Tally::of(method, looks, worlds.truth, worlds.design.alpha);
    let tallies = Method::ALL.into_iter().filter(looked).map(tally).collect();
    CellResult { key, truth: worlds.truth, tallies, power: None }
}

/// The same of a cell of power.
fn run_power(cell: &Cell, request: Request, progress: &(dyn Fn() + Sync)) -> CellResult {
    let worlds = Worlds::new(&cell.setting, None);
    let key = cell.key();
    let changes = |world: u64| {
        let changes = worlds.changes(&mut Draws::of(request.seed, key, world), world);
        progress();
        changes
    };
    let all: Vec<Changes> = (0..cell.worlds(request.worlds)).into_par_iter().filter_map(changes).collect();
    let power = power::count(&all, cell.setting.teams, cell.setting.pilot, worlds.design.alpha);
    CellResult { key, truth: worlds.truth, tallies: Vec::new(), power: Some(power) }
}

/// Runs all cells that are not in `known`, in order, and hands each on as soon as it is done; gives back all, in the
/// order of the cells.
///
/// # Errors
/// Passes on what `done` fails with, at once.
pub fn run<E>(
    cells: &[Cell],
    request: Request,
    known: &[CellResult],
    progress: &(dyn Fn() + Sync),
    mut done: impl FnMut(&Cell, &CellResult) -> Result<(), E>,
) -> Result<Vec<CellResult>, E> {
    let mut all = Vec::with_capacity(cells.len());
    for cell in cells {
        let key = cell.key();
        if let Some(result) = known.iter().find(|result| result.key == key) {
            all.push(result.clone());
            continue;
        }
        let result = run_cell(cell, request, progress);
        done(cell, &result)?;
        all.push(result);
    }
    Ok(all)
}

/// Roughly how many seconds of one core the cells not yet known will take.
pub fn seconds(cells: &[Cell], request: Request, known: &[CellResult]) -> f64 {
    let open = cells.iter().filter(|cell| !known.iter().any(|result| result.key == cell.key()));
    open.map(|cell| cell.cost() * whole(cell.worlds(request.worlds)) / 1000.0).sum()
}

#[cfg(test)]
mod tests {
    use super::super::cells::short;
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    const REQUEST: Request = Request { seed: 7, worlds: 30 };

    fn in_threads(threads: usize) -> Vec<CellResult> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| run(&short(), REQUEST, &[], &|| (), |_, _| Ok::<(), ()>(())).expect("nothing fails"))
    }

    #[test]
    fn one_thread_and_three_count_the_same() {
        assert_eq!(in_threads(1), in_threads(3));
    }

    #[test]
    fn a_run_that_was_stopped_goes_on_where_it_was_and_ends_the_same() {
        let cells = short();
        let mut kept = Vec::new();
        let stopped = run(&cells, REQUEST, &[], &|| (), |_, result| {
            kept.push(result.clone());
            if kept.len() == 2 { Err("stopped") } else { Ok(()) }
        });
        assert_eq!(stopped, Err("stopped"));
        let count = AtomicU64::new(0);
        let progress = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        let all = run(&cells, REQUEST, &kept, &progress, |_, _| Ok::<(), ()>(())).expect("nothing fails");
        let worlds = |result: &CellResult| result.power.map_or_else(|| result.tallies[0].worlds, |power| power.worlds);
        assert_eq!(count.into_inner(), all[2..].iter().map(worlds).sum::<u64>());
        assert!(all.iter().any(|result| worlds(result) == 30 * MORE), "thirty worlds decide little");
        assert_eq!(all, in_threads(2));
        assert!(seconds(&cells, REQUEST, &kept) < seconds(&cells, REQUEST, &[]));
    }
}
