//! Which steps of the journey still pass through the hands of a platform team: what is not self-service yet.

use std::collections::BTreeMap;

use super::CommandError;
use super::book::{Book, whole, window_of};
use super::words::{listed, step_title};
use crate::config::Journey;
use crate::config::written::Arm as ArmWritten;
use crate::journeys::StepRecord;
use crate::log::{Membership, ObjectId, ObjectType};
use crate::measures::StepRow;
use crate::report::guard::{Backing, Fate, fates};
use crate::report::{Absence, Block, Callout, CalloutKind, Column, Entry, NotTold, Quantity, Table, Unit};
use crate::study::{Arm, Period};

const LANES: [Period; 2] = [Period::Before, Period::After];

/// Steps of which at least this share passed through a platform team's hands depend on it.
const DEPENDS: f64 = 0.5;

pub(super) fn blocks(book: &Book<'_>, definition: Option<&Journey>) -> Result<Vec<Block>, CommandError> {
    let Some(definition) = definition else { return Ok(Vec::new()) };
    let not_told = |why: &str, what_to_do: &str| {
        let what = "Steps that still need the platform team".to_owned();
        let block =
            NotTold { id: "steps-by-hand".to_owned(), what, why: why.to_owned(), what_to_do: what_to_do.to_owned() };
        Ok(vec![block.into()])
    };
    let platform = platform_members(book)?;
    if platform.is_empty() {
        return not_told(
            "No source says who is in a platform team, so nobody can tell whose hands a step went through.",
            "Name the platform teams with `arm = \"platform\"` and export their memberships.",
        );
    }
    let lanes = lanes(book, definition)?;
    let seen: Vec<Step> = definition.steps.iter().map(|step| found(book, &step.name, &lanes, &platform)).collect();
    let stands: Vec<bool> = seen.iter().map(|step| fates(std::slice::from_ref(&step.done)) == [Fate::Shown]).collect();
    let shown: Vec<&Step> = seen
        .iter()
        .zip(&stands)
        .filter(|(step, stands)| **stands && step.n(Period::After) > 0)
        .map(|(step, _)| step)
        .collect();
    if shown.is_empty() {
        return not_told(
            "No step was taken by five journeys and five people of the pilot both before and after.",
            "Wait for more journeys, or widen the windows.",
        );
    }
    let mut blocks: Vec<Block> = Vec::new();
    let depending: Vec<String> = shown
        .iter()
        .filter(|step| step.share(Period::After).is_some_and(|share| share >= DEPENDS))
        .map(|step| step.name.clone())
        .collect();
    blocks.push(
        Callout {
            kind: CalloutKind::Caution,
            text: match depending.len() {
                0 => format!(
                    "Of the {} steps of pilot journeys that can be told, none passed through the hands of a platform team in half or more of the journeys that took it after the start.",
                    shown.len()
                ),
                many => format!(
                    "Of the {} steps of pilot journeys that can be told, {many} still passed through the hands of a platform team in half or more of the journeys that took them after the start: {}.",
                    shown.len(),
                    listed(&depending)
                ),
            },
        }
        .into(),
    );
    blocks.push(table(&shown, seen.len() - shown.len()).into());
    Ok(blocks)
}

fn table(steps: &[&Step], hidden: usize) -> Table {
    let columns = vec![
        Column::text("Step"),
        Column::number("Journeys before", Unit::Count),
        Column::number("Through the platform before", Unit::Percent),
        Column::number("Journeys after", Unit::Count),
        Column::number("Through the platform after", Unit::Percent),
    ];
    let mut note = "Pilot teams. A step passes through the platform where a person of a platform team began it, landed it or answered for it; what bots do does not count.".to_owned();
    if hidden > 0 {
        note = format!(
            "{note} {hidden} more steps of the definition are not shown: no journey after the start has them, or fewer than five journeys or people do."
        );
    }
    let table = Table::new("steps-by-hand", "Steps that pass through a platform team", columns).note(note);
    steps.iter().fold(table, |table, step| {
        let share = |period| Entry::Number(Quantity::known(step.share(period), Unit::Percent, Absence::NoRecords));
        table.row([
            Entry::text(step_title(&step.name)),
            Entry::count(step.n(Period::Before)),
            share(Period::Before),
            Entry::count(step.n(Period::After)),
            share(Period::After),
        ])
    })
}

/// One step in both lanes.
struct Step {
    name: String,
    done: Vec<Backing>,
    by_platform: [u64; 2],
}

impl Step {
    fn n(&self, period: Period) -> u64 {
        self.done[usize::from(period == Period::After)].journeys()
    }

    fn share(&self, period: Period) -> Option<f64> {
        let n = self.n(period);
        (n > 0).then(|| whole(self.by_platform[usize::from(period == Period::After)]) / whole(n))
    }
}

fn found(book: &Book<'_>, name: &str, lanes: &BTreeMap<String, Period>, platform: &Members) -> Step {
    let mut step = Step { name: name.to_owned(), done: vec![Backing::default(); LANES.len()], by_platform: [0; 2] };
    for record in book.study.journeys.steps.iter().filter(|record| record.step == name && !record.after_finish) {
        let Some(period) = lanes.get(&record.journey_id) else { continue };
        let at = usize::from(*period == Period::After);
        step.done[at].join(&book.journey(&record.journey_id));
        step.by_platform[at] += u64::from(is_by(record, platform));
    }
    step
}

/// People of the platform teams, each with the stretches of their memberships.
type Members = BTreeMap<String, Vec<(i64, Option<i64>)>>;

fn platform_members(book: &Book<'_>) -> Result<Members, CommandError> {
    let teams: Vec<String> = book
        .teams_of(ArmWritten::Platform)
        .into_iter()
        .map(|name| String::from(ObjectId::new(ObjectType::Team, name)))
        .collect();
    let mut members = Members::new();
    for row in book.rows::<Membership>()? {
        if teams.contains(&row.team_id) {
            members.entry(row.person_id).or_default().push((row.from_us, row.to_us));
        }
    }
    Ok(members)
}

fn is_by(record: &StepRecord, platform: &Members) -> bool {
    let at = |person: Option<&String>, at_us: i64| {
        person.and_then(|person| platform.get(person)).is_some_and(|stretches| {
            stretches.iter().any(|(from, to)| *from <= at_us && to.is_none_or(|to| at_us < to))
        })
    };
    let did = record.is_bot != Some(true) && at(record.actor_id.as_ref(), record.at_us);
    did || at(record.began_by_id.as_ref(), record.began_us.unwrap_or(record.at_us))
}

/// The pilot's journeys of this definition with the period that each began in.
fn lanes(book: &Book<'_>, definition: &Journey) -> Result<BTreeMap<String, Period>, CommandError> {
    let mut lanes = BTreeMap::new();
    for row in book.rows::<StepRow>()?.into_iter().filter(|row| row.definition == definition.id) {
        if let Some((Arm::Pilot, period)) = window_of(row.arm.as_deref(), row.period.as_deref()) {
            lanes.insert(row.journey_id, period);
        }
    }
    Ok(lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(actor: &str, is_bot: bool, began_by: Option<&str>) -> StepRecord {
        StepRecord {
            journey_id: "j".to_owned(),
            step: "access granted".to_owned(),
            position: 3,
            role: "step".to_owned(),
            activity: "access.granted".to_owned(),
            environment: None,
            event_id: "e".to_owned(),
            at_us: 100,
            source_rank: 0,
            source_seq: 0,
            began_us: Some(90),
            began_by_id: began_by.map(str::to_owned),
            actor_id: Some(actor.to_owned()),
            is_bot: Some(is_bot),
            before_start: false,
            after_finish: false,
            gate_known: true,
            evidence: String::new(),
        }
    }

    #[test]
    fn a_step_is_the_platforms_while_its_person_is_in_the_platform_team() {
        let platform: Members = [("ann".to_owned(), vec![(50, Some(95))])].into();
        assert!(!is_by(&record("ann", false, None), &platform), "she had left by then");
        assert!(is_by(&record("bob", false, Some("ann")), &platform), "she began it");
        let platform: Members = [("ann".to_owned(), vec![(50, None)])].into();
        assert!(is_by(&record("ann", false, None), &platform));
        assert!(!is_by(&record("ann", true, None), &platform), "a bot is nobody's hands");
    }
}
