//! The guard: decides what a group of cells may show, so that no cell, and no difference between a total and the cells
//! shown beside it, stands for fewer than five people.
//!
//! Input: what each cell rests on ([`Backing`]). Output: a fate per cell. Values never pass through here: whoever fills the
//! document computes the groups that the guard allows. Neighbours: `commands` asks before it fills tables and charts.
//!
//! A cell *stands* on at least five journeys (or tickets, or services), at least five distinct people, and no one person
//! with more than half of the touches. The limits are constants: a study can not lower them.

use std::collections::BTreeMap;

use super::chart::{AtRisk, CurveStep, Flow, Ribbon};
use super::document::NotTold;
use super::quantity::{Absence, Quantity};

/// The fewest distinct people that a shown cell may stand for.
pub const PEOPLE: usize = 5;

/// The fewest journeys (or tickets, or services) that a shown cell may stand for.
pub const JOURNEYS: u64 = 5;

/// What a cell rests on. Holds person ids, so it is neither serialised nor printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Backing {
    journeys: u64,
    touches: BTreeMap<String, u64>,
}

impl std::fmt::Debug for Backing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Backing({} journeys, {} people)", self.journeys, self.touches.len())
    }
}

impl Backing {
    /// A backing of so many journeys with the touches of each person on them.
    pub fn new(journeys: u64, touches: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut backing = Self { journeys, touches: BTreeMap::new() };
        for (person, count) in touches.into_iter().filter(|(_, count)| *count > 0) {
            *backing.touches.entry(person).or_default() += count;
        }
        backing
    }

    /// Takes in the journeys and touches of another, disjoint set of journeys.
    pub fn join(&mut self, other: &Self) {
        self.journeys += other.journeys;
        for (person, count) in &other.touches {
            *self.touches.entry(person.clone()).or_default() += count;
        }
    }

    /// How many distinct people.
    pub fn people(&self) -> usize {
        self.touches.len()
    }

    /// How many journeys.
    pub const fn journeys(&self) -> u64 {
        self.journeys
    }

    /// Whether nothing rests here: no journey, nobody.
    pub fn is_empty(&self) -> bool {
        self.journeys == 0 && self.touches.is_empty()
    }

    /// Whether a cell may be shown on this alone.
    pub fn stands(&self) -> bool {
        let (sum, most) =
            self.touches.values().fold((0_u64, 0_u64), |(sum, most), touches| (sum + touches, most.max(*touches)));
        self.journeys >= JOURNEYS && self.people() >= PEOPLE && most.saturating_mul(2) <= sum
    }

    fn stands_or_is_empty(&self) -> bool {
        self.is_empty() || self.stands()
    }
}

/// What becomes of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It may be shown by itself.
    Shown,
    /// It may be shown only as part of the one merged group.
    Merged,
    /// Neither it nor a total that holds it may be shown.
    Hidden,
}

/// Decides for a set of rows that share a total. Each row brings one backing per column (before, after, …); a row has one
/// fate for all columns, so that no difference between columns uncovers it.
///
/// Rows that do not stand in some column are merged. Where the merged group does not stand either, the next smallest row
/// joins it (a single hidden row could be reckoned from the total), and so on; where even everything together does not
/// stand, everything is hidden and the total must be as well.
pub fn fates(rows: &[Vec<Backing>]) -> Vec<Fate> {
    let mut merged: Vec<bool> = rows.iter().map(|row| !row.iter().all(Backing::stands_or_is_empty)).collect();
    let mut by_size: Vec<usize> = (0..rows.len()).collect();
    by_size.sort_by_key(|&index| {
        let fewest = rows[index].iter().filter(|backing| !backing.is_empty()).map(Backing::people).min().unwrap_or(0);
        (fewest, rows[index].iter().map(Backing::journeys).sum::<u64>(), index)
    });
    while merged.contains(&true) && !union_stands(rows, &merged) {
        let Some(&next) = by_size.iter().find(|&&index| !merged[index]) else {
            return vec![Fate::Hidden; rows.len()];
        };
        merged[next] = true;
    }
    merged.into_iter().map(|merged| if merged { Fate::Merged } else { Fate::Shown }).collect()
}

fn union_stands(rows: &[Vec<Backing>], merged: &[bool]) -> bool {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..columns).all(|column| {
        let mut union = Backing::default();
        for (row, _) in rows.iter().zip(merged).filter(|(_, merged)| **merged) {
            if let Some(backing) = row.get(column) {
                union.join(backing);
            }
        }
        union.stands_or_is_empty()
    })
}

/// A row of a team table before the guard: the team and what each of its columns rests on.
#[derive(Clone, Debug)]
pub struct TeamRow {
    /// The team.
    pub team: String,
    /// One backing per column.
    pub columns: Vec<Backing>,
}

/// A row that may be shown: its label and the teams whose journeys it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamGroup {
    /// The team's name, or `other teams (3)`.
    pub label: String,
    /// The teams in it, in alphabetical order.
    pub teams: Vec<String>,
}

/// What a team table may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamGroups {
    /// These rows, alphabetically with the merged one last; the total may stand below them.
    Shown(Vec<TeamGroup>),
    /// Nothing, not even the total.
    Hidden,
}

/// Merges the teams that are too small to be shown by themselves.
pub fn merge_small(rows: &[TeamRow]) -> TeamGroups {
    let mut rows: Vec<&TeamRow> = rows.iter().collect();
    rows.sort_by(|a, b| a.team.cmp(&b.team));
    let columns: Vec<Vec<Backing>> = rows.iter().map(|row| row.columns.clone()).collect();
    let fates = fates(&columns);
    if fates.contains(&Fate::Hidden) {
        return TeamGroups::Hidden;
    }
    let named = |wanted: Fate| {
        rows.iter().zip(&fates).filter(move |(_, fate)| **fate == wanted).map(|(row, _)| row.team.clone())
    };
    let mut groups: Vec<TeamGroup> =
        named(Fate::Shown).map(|team| TeamGroup { label: team.clone(), teams: vec![team] }).collect();
    let merged: Vec<String> = named(Fate::Merged).collect();
    if !merged.is_empty() {
        groups.push(TeamGroup { label: format!("other teams ({})", merged.len()), teams: merged });
    }
    TeamGroups::Shown(groups)
}

/// Handoffs from one team to another before the guard.
#[derive(Clone, Debug)]
pub struct RawRibbon {
    /// Index of the team that handed over.
    pub from: usize,
    /// Index of the team that took over.
    pub to: usize,
    /// How many handoffs.
    pub count: u64,
    /// What they rest on.
    pub backing: Backing,
}

/// The flow that may be shown: ribbons that stand, the others as one number, where that stands too.
///
/// # Errors
/// What to print instead, where nothing may be shown.
pub fn flow(teams: Vec<super::chart::FlowTeam>, raw: &[RawRibbon]) -> Result<Flow, NotTold> {
    let rows: Vec<Vec<Backing>> = raw.iter().map(|ribbon| vec![ribbon.backing.clone()]).collect();
    let fates = fates(&rows);
    let ribbons: Vec<Ribbon> = raw
        .iter()
        .zip(&fates)
        .filter(|(_, fate)| **fate == Fate::Shown)
        .map(|(ribbon, _)| Ribbon { from: ribbon.from, to: ribbon.to, count: ribbon.count })
        .collect();
    if ribbons.is_empty() {
        return Err(NotTold {
            id: "handoff-flow".to_owned(),
            what: "Handoffs between teams".to_owned(),
            why: "No pair of teams has handoffs on five journeys by five people.".to_owned(),
            what_to_do: "Wait for more journeys, or read the count of handoffs over all teams.".to_owned(),
        });
    }
    let merged =
        raw.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Merged).map(|(ribbon, _)| ribbon.count).sum();
    Ok(Flow { teams, ribbons, merged })
}

/// The quantity where it stands, else its absence. For a number without a total beside it; where there is one, the cells
/// are a group: ask [`fates`].
pub fn shown(quantity: Quantity, backing: &Backing) -> Quantity {
    if backing.stands() { quantity } else { Quantity::absent(quantity.unit, Absence::FewerThanFive) }
}

/// A curve as it may be shown: on whole weeks instead of at each journey's own end, and only as far as five journeys are
/// still in view. `steps` are in order of time; the value at a week is that of the last step not after it.
pub fn curve_on_weeks(steps: &[CurveStep], at_risk: &[AtRisk], last_day: f64) -> Vec<CurveStep> {
    let mut shown = Vec::new();
    let mut day = 0.0;
    while day <= last_day {
        let in_view = at_risk.iter().rev().find(|risk| risk.at_days <= day).and_then(|risk| risk.journeys);
        if day > 0.0 && in_view.is_none_or(|journeys| journeys < JOURNEYS) {
            break;
        }
        let last = steps.iter().rev().find(|step| step.at_days <= day);
        shown.push(last.map_or(CurveStep { at_days: day, share: 1.0, low: None, high: None }, |step| CurveStep {
            at_days: day,
            ..*step
        }));
        day += 7.0;
    }
    shown
}

/// The count of journeys in view as it may be shown: absent below five.
pub fn shown_at_risk(at_days: f64, journeys: u64) -> AtRisk {
    AtRisk { at_days, journeys: (journeys >= JOURNEYS || journeys == 0).then_some(journeys) }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
