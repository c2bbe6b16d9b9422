//! What the catalog says of each service, when it came to say so, and what is true of it at any time.

use super::clock::{Clock, DAY, HOUR, Second};
use super::company::{Odd, OldService};
use super::deed::{Deed, Part};
use super::deploys::Runs;
use super::draw::Draw;
use super::plan::{GivenUp, Service};
use super::world::{USUAL, World};
use crate::config::written::Arm;

/// The fields that a complete entry has, in the words of the log.
pub(super) const FIELDS: [&str; 4] = ["owner", "description", "lifecycle", "system"];

/// One component in the catalog.
pub(super) struct CatalogEntry {
    pub(super) what: Runs,
    pub(super) name: String,
    pub(super) team: usize,
    pub(super) kept_in: KeptIn,
    pub(super) from: Second,
    /// What it says, from when: first entry first.
    pub(super) says: Vec<(Second, Fields)>,
    pub(super) retired: Option<Second>,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeptIn {
    /// `catalog-info.yaml` of the service's own repository.
    Descriptor,
    /// The list of the catalog repository.
    List,
}

/// The values of [`FIELDS`].
pub(super) type Fields = [Value; 4];

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// The key is not there.
    Missing,
    /// An empty string, which is a gap as well.
    Empty,
    /// A word that stands for nothing.
    Placeholder(&'static str),
    /// Something that a reader can use.
    Said(String),
}

impl Value {
    pub(super) const fn is_said(&self) -> bool {
        matches!(self, Self::Said(_))
    }

    /// As it stands in YAML; absent where the key is.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Empty => Some("\"\"".to_owned()),
            Self::Placeholder(text) => Some((*text).to_owned()),
            Self::Said(text) => Some(text.clone()),
        }
    }
}

impl CatalogEntry {
    /// What it says at an instant, if it is there and not retired.
    pub(super) fn at(&self, at: Second) -> Option<&Fields> {
        if self.retired.is_some_and(|retired| retired <= at) {
            return None;
        }
        self.says.iter().rev().find(|(from, _)| *from <= at).map(|(_, fields)| fields)
    }
}

/// Every entry.
pub(super) fn entries(
    world: &World,
    clock: Clock,
    services: &[Service],
    old: &[OldService],
    odd: &Odd,
) -> Vec<CatalogEntry> {
    let mut entries = Vec::new();
    for (place, service) in old.iter().enumerate() {
        let mut draw = Draw::of(world.seed, "old entry", place);
        let mut fields = first_fields(&mut draw, world, service.team, &service.name, false);
        fields[0] = match place {
            1 => Value::Placeholder("TBD"),
            // Everybody is nobody, and this group is gone.
            2 => Value::Said("everyone".to_owned()),
            3 => Value::Said("web-team".to_owned()),
            _ => Value::Said(format!("team-{}", world.teams[service.team].name)),
        };
        let entry = (Runs::Old(place), service.name.clone(), service.team, KeptIn::List);
        entries.push(filled(world, clock, &mut draw, entry, odd.records_begin, fields));
    }
    for service in services {
        let mut draw = Draw::of(world.seed, "entry", service.number);
        let mut fields = first_fields(&mut draw, world, service.team, &service.name, service.golden_path);
        let landed = service.deeds.iter().find_map(|deed| match deed {
            Deed::Change { part: Part::CatalogEntry, landed, .. } => Some(*landed),
            Deed::FirstCommit { at, skeleton, .. } if skeleton.contains(&Part::CatalogEntry) => Some(*at),
            _ => None,
        });
        let (kept_in, from) = match landed {
            Some(landed) => (KeptIn::Descriptor, landed),
            None if odd.back_fill.contains(&service.number) => (KeptIn::List, odd.back_fill_at),
            None => continue,
        };
        if kept_in == KeptIn::List {
            fields = [
                Value::Said(format!("team-{}", world.teams[service.team].name)),
                Value::Missing,
                fields[2].clone(),
                Value::Missing,
            ];
        }
        let taken_over = odd.taken_over.iter().find(|(place, ..)| *place == service.number);
        if taken_over.is_some() {
            fields[0] = Value::Said(world.teams[service.team].name.to_owned());
        }
        let entry = (Runs::New(service.number), service.name.clone(), service.team, kept_in);
        let mut entry = filled(world, clock, &mut draw, entry, from, fields);
        if let Some((at, how)) = service.given_up {
            entry.says.retain(|(from, _)| *from < at);
            entry.retired = Some(at).filter(|_| how == GivenUp::Retired);
        }
        if let Some((_, team, at)) = taken_over {
            let mut fields = entry.at(*at).cloned().unwrap_or_else(|| entry.says[0].1.clone());
            fields[0] = Value::Said(world.teams[*team].name.to_owned());
            for (_, later) in entry.says.iter_mut().filter(|(from, _)| from > at) {
                later[0] = fields[0].clone();
            }
            entry.says.push((*at, fields));
            entry.says.sort_by_key(|(from, _)| *from);
        }
        entries.push(entry);
    }
    entries
}

fn first_fields(draw: &mut Draw, world: &World, team: usize, name: &str, golden_path: bool) -> Fields {
    let team = world.teams[team].name;
    let stage = if draw.happens(0.7) { "production" } else { "experimental" };
    let good =
        [team.to_owned(), format!("{} of {team}", name.replace('-', " ")), stage.to_owned(), format!("{team}-area")];
    let mut place = 0;
    good.map(|text| {
        let (luck, kind) = (draw.share(), draw.share());
        let said = if place == 0 { golden_path || luck < 0.95 } else { luck < if golden_path { 0.95 } else { 0.6 } };
        let owner = place == 0;
        place += 1;
        match kind {
            _ if said => Value::Said(text),
            _ if owner => Value::Placeholder("TBD"),
            kind if kind < 0.7 => Value::Missing,
            kind if kind < 0.85 => Value::Empty,
            _ => Value::Placeholder("todo"),
        }
    })
}

/// An entry and what becomes of its gaps: a share is closed within half a year, and some once more from the team's start on.
fn filled(
    world: &World,
    clock: Clock,
    draw: &mut Draw,
    (what, name, team, kept_in): (Runs, String, usize, KeptIn),
    from: Second,
    first: Fields,
) -> CatalogEntry {
    let plan = &world.teams[team];
    let (start, as_of) = (clock.midnight(plan.start), clock.midnight(world.as_of));
    let share = if plan.arm == Arm::Pilot { world.effect.fields_filled } else { USUAL.fields_filled };
    let good = [String::new(), format!("What {name} does"), "production".to_owned(), format!("{}-area", plan.name)];
    let mut closed: Vec<(Second, usize)> = Vec::new();
    for (place, value) in first.iter().enumerate().skip(1) {
        let usual = (draw.happens(USUAL.fields_filled), from + days(draw.between(10.0, 180.0)));
        let again = (draw.happens(share), from.max(start) + days(draw.between(7.0, 150.0)));
        let when =
            [usual, again].into_iter().filter(|(happens, _)| *happens).map(|(_, at)| clock.next_working(at)).min();
        closed.extend(when.filter(|at| !value.is_said() && *at < as_of - HOUR).map(|at| (at, place)));
    }
    closed.sort_unstable();
    let mut says = vec![(from, first)];
    for (at, place) in closed {
        let mut fields = says.last().map_or_else(|| [const { Value::Missing }; 4], |(_, fields)| fields.clone());
        fields[place] = Value::Said(good[place].clone());
        says.push((at, fields));
    }
    CatalogEntry { what, name, team, kept_in, from, says, retired: None }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "half a year in seconds")]
fn days(count: f64) -> Second {
    (count * DAY as f64) as Second
}
