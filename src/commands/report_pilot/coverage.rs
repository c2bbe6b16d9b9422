//! The catalog field by field: the same services before and after, gained and lost, and the open population beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::CommandError;
use super::book::Book;
use super::coverage_series::people_of_services;
use super::guarded::{Shown, arm_level, shown};
use super::words::{arm_words, capital, is_of_all_fields, level, spoken, window};
use crate::commands::analysis::{Answer, Level};
use crate::measures::CoverageRow;
use crate::report::guard::Backing;
use crate::report::{Absence, Block, Column, Entry, Quantity, Table, Unit};
use crate::study::{Arm, ArmCoverage, Period};

/// A service before and after.
type Pair = (bool, bool);

/// Services by arm and field, each with what it had; the empty field is all required ones together.
type Services = BTreeMap<(String, String), BTreeMap<String, Pair>>;

pub(super) fn blocks(book: &Book<'_>) -> Result<Vec<Block>, CommandError> {
    let mut blocks = Vec::new();
    blocks.extend(fixed_cohort(book)?);
    blocks.extend(open_population(book)?);
    Ok(blocks)
}

fn fixed_cohort(book: &Book<'_>) -> Result<Option<Block>, CommandError> {
    let columns = vec![
        Column::text("Field"),
        Column::text("Teams"),
        Column::number("Services", Unit::Count),
        Column::number("Before", Unit::Percent),
        Column::number("After", Unit::Percent),
        Column::number("Change", Unit::PercentPoints),
        Column::number("Gained it", Unit::Count),
        Column::number("Lost it", Unit::Count),
    ];
    let mut table = Table::new("coverage-by-field", "Required fields of the same services, before and after", columns).note(
        "Services that lived on both days, by the team that works on them. Intervals take services for independent; the cards compare teams.",
    );
    let (services, people) = (services(book)?, people_of_services(book)?);
    for answer in book.answers("metadata_coverage") {
        let Shown::Told(told) = shown(answer) else { continue };
        for arm in answer.arms.iter().filter(|coverage| told.arms.contains(&coverage.arm)) {
            let key = (arm_key(arm.arm).to_owned(), field_of(answer));
            let moved = moved(services.get(&key), &people);
            let at = |period| Entry::Number(arm_level(&told, arm.arm, period));
            let [gained, lost] = gained_and_lost(arm, &moved);
            let name = if is_of_all_fields(answer) { "all of them" } else { answer.of.as_deref().unwrap_or_default() };
            table = table.row([
                Entry::text(capital(&spoken(name))),
                Entry::text(capital(arm_words(arm.arm))),
                Entry::count(arm.cohort.total()),
                at(Period::Before),
                at(Period::After),
                change(arm),
                gained,
                lost,
            ]);
        }
    }
    Ok((!table.rows.is_empty()).then(|| table.into()))
}

fn field_of(answer: &Answer) -> String {
    if is_of_all_fields(answer) { String::new() } else { answer.of.clone().unwrap_or_default() }
}

const fn arm_key(arm: Arm) -> &'static str {
    match arm {
        Arm::Pilot => "pilot",
        Arm::Comparison => "comparison",
    }
}

fn services(book: &Book<'_>) -> Result<Services, CommandError> {
    let mut services = Services::new();
    for row in book.rows::<CoverageRow>()? {
        let (Some(before), Some(after)) = (row.before_valid, row.after_valid) else { continue };
        let pair = (before, after);
        let all = services.entry((row.arm.clone(), String::new())).or_default();
        let whole = all.entry(row.component_id.clone()).or_insert((true, true));
        *whole = (whole.0 && pair.0, whole.1 && pair.1);
        services.entry((row.arm, row.field)).or_default().insert(row.component_id, pair);
    }
    Ok(services)
}

/// Who stands behind the services that gained a field, and behind those that lost it.
fn moved(services: Option<&BTreeMap<String, Pair>>, people: &BTreeMap<String, Vec<(String, u64)>>) -> [Backing; 2] {
    [(false, true), (true, false)].map(|moved| {
        let mut backing = Backing::default();
        for (service, _) in services.into_iter().flatten().filter(|(_, pair)| **pair == moved) {
            backing.join(&Backing::new(1, people.get(service).cloned().unwrap_or_default()));
        }
        backing
    })
}

/// Both or neither: with the change of the share beside them, one could be reckoned from the other.
fn gained_and_lost(arm: &ArmCoverage, moved: &[Backing; 2]) -> [Entry; 2] {
    if moved.iter().all(stands_or_is_empty) {
        [Entry::count(arm.cohort.gained), Entry::count(arm.cohort.lost)]
    } else {
        [Entry::FewerThanFive, Entry::FewerThanFive]
    }
}

fn change(arm: &ArmCoverage) -> Entry {
    Entry::Number(match &arm.cohort_change {
        Ok(change) => super::words::paired_change(change),
        Err(refusal) => Quantity::absent(Unit::PercentPoints, Absence::CannotBeTold(refusal.to_string())),
    })
}

fn without_interval(quantity: &Quantity) -> Quantity {
    quantity.value.map_or_else(|| quantity.clone(), |value| Quantity::level(value, quantity.unit))
}

/// All living entries of each arm, services born or gone in between among them.
fn open_population(book: &Book<'_>) -> Result<Option<Block>, CommandError> {
    let columns = vec![
        Column::text("Field"),
        Column::text("Teams"),
        Column::number("Services before", Unit::Count),
        Column::number("Before", Unit::Percent),
        Column::number("Services after", Unit::Count),
        Column::number("After", Unit::Percent),
    ];
    let mut table = Table::new("coverage-open", "Required fields of all services, new ones among them", columns).note(
        "The open population: what new services brought with them shows here and not above. A row is hidden where, against the table above, it would tell of fewer than five people's services.",
    );
    let turnover = turnover(book)?;
    for answer in book.answers("metadata_coverage") {
        let Shown::Told(told) = shown(answer) else { continue };
        for arm in &told.arms {
            let stands = turnover.get(arm_key(*arm)).is_none_or(|parts| parts.iter().all(stands_or_is_empty));
            let cells = |period| match window(told.verdict, *arm, period) {
                Some(window) if stands => {
                    [Entry::count(window.units), Entry::Number(without_interval(&level(Level::Share, Some(window))))]
                }
                Some(_) => [Entry::FewerThanFive, Entry::FewerThanFive],
                None => {
                    [Unit::Count, Unit::Percent].map(|unit| Entry::Number(Quantity::absent(unit, Absence::NoRecords)))
                }
            };
            let name = if is_of_all_fields(answer) { "all of them" } else { answer.of.as_deref().unwrap_or_default() };
            let names = [Entry::text(capital(&spoken(name))), Entry::text(capital(arm_words(*arm)))];
            table = table.row(names.into_iter().chain(cells(Period::Before)).chain(cells(Period::After)));
        }
    }
    Ok((!table.rows.is_empty()).then(|| table.into()))
}

fn stands_or_is_empty(backing: &Backing) -> bool {
    backing.is_empty() || backing.stands()
}

/// Who stands behind the services of each arm that came since, and behind those that are gone.
fn turnover(book: &Book<'_>) -> Result<BTreeMap<String, [Backing; 2]>, CommandError> {
    let people = people_of_services(book)?;
    let mut parts: BTreeMap<String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for row in book.rows::<CoverageRow>()? {
        match (row.before_valid, row.after_valid) {
            (None, Some(_)) => parts.entry(row.arm).or_default()[0].insert(row.component_id),
            (Some(_), None) => parts.entry(row.arm).or_default()[1].insert(row.component_id),
            _ => continue,
        };
    }
    let behind = |services: BTreeSet<String>| {
        let mut backing = Backing::default();
        for service in services {
            backing.join(&Backing::new(1, people.get(&service).cloned().unwrap_or_default()));
        }
        backing
    };
    Ok(parts.into_iter().map(|(arm, parts)| (arm, parts.map(behind))).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::crowd;
    use super::*;
    use crate::study::{Paired, Refusal};

    #[test]
    fn what_two_services_gained_hides_what_was_lost_too() {
        let cohort = Paired { kept: 10, gained: 2, lost: 6, never: 3 };
        let arm = ArmCoverage {
            arm: Arm::Pilot,
            cohort,
            cohort_change: Err(Refusal::Empty),
            open_change: Err(Refusal::Empty),
        };
        let shown = gained_and_lost(&arm, &[crowd("a", 2), crowd("b", 6)]);
        assert_eq!(shown, [Entry::FewerThanFive, Entry::FewerThanFive]);
        let shown = gained_and_lost(&arm, &[crowd("a", 5), Backing::default()]);
        assert_eq!(shown, [Entry::count(2), Entry::count(6)]);
    }

    #[test]
    fn who_moved_is_found_by_what_each_service_had() {
        let people = [("a", "ann"), ("b", "bob"), ("c", "cyd")]
            .map(|(service, person)| (service.to_owned(), vec![(person.to_owned(), 1)]));
        let services = [("a", (false, true)), ("b", (true, false)), ("c", (true, true))]
            .map(|(service, pair)| (service.to_owned(), pair))
            .into();
        let [gained, lost] = moved(Some(&services), &people.into());
        assert_eq!((gained, lost), (Backing::new(1, [("ann".into(), 1)]), Backing::new(1, [("bob".into(), 1)])));
    }
}
