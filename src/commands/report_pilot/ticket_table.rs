//! Tickets to the platform by category and by channel, so that tickets that only moved show as moved.

use std::collections::BTreeMap;

use super::CommandError;
use super::book::{Book, count, real, whole, window_of};
use super::words::{arm_words, capital, period_words};
use crate::measures::{RateRow, RequestTimeRow, TicketPersonRow};
use crate::report::guard::{Backing, Fate, fates};
use crate::report::{Block, Column, Entry, Quantity, Table, Unit};
use crate::study::{Arm, Period, WINDOWS};

/// Developer-days of a developer-week.
const DAYS_OF_A_WEEK: f64 = 5.0;

pub(super) fn blocks(book: &Book<'_>) -> Result<Vec<Block>, CommandError> {
    let requests: Vec<RequestTimeRow> = book.rows()?;
    let people: Vec<TicketPersonRow> = book.rows()?;
    let mut blocks = Vec::new();
    let by = [
        ("tickets-by-category", "category", (|row| row.category.as_deref()) as fn(&RequestTimeRow) -> Option<&str>),
        ("tickets-by-channel", "channel", |row| row.channel.as_deref()),
    ];
    let of_person: [fn(&TicketPersonRow) -> Option<&str>; 2] =
        [|row| row.category.as_deref(), |row| row.channel.as_deref()];
    for ((id, what, of_request), of_person) in by.into_iter().zip(of_person) {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let name = |name: Option<&str>| name.map_or_else(|| format!("no {what} given"), super::words::spoken);
        for row in &requests {
            if let Some(place) = place(row.arm.as_deref(), row.period.as_deref()) {
                groups.entry(name(of_request(row))).or_default().tickets[place] += 1;
            }
        }
        for row in &people {
            if let Some(place) = place(row.arm.as_deref(), row.period.as_deref()) {
                let asked = count(row.tickets);
                groups.entry(name(of_person(row))).or_default().people[place]
                    .join(&Backing::new(asked, [(row.person_id.clone(), asked)]));
            }
        }
        match groups.len() {
            0 => {}
            1 => blocks.extend(groups.into_keys().next().map(|name| only(what, &name))),
            _ => blocks.push(table(book, id, what, groups)?.into()),
        }
    }
    Ok(blocks)
}

/// Where everything came one way nothing can have moved between ways that are recorded; others may exist.
fn only(what: &str, name: &str) -> Block {
    Block::paragraph(format!(
        "Every request has the same {what}: {name}. What was asked in another way, as in chat, shows only where it is exported; whether requests moved there cannot be told from these."
    ))
}

/// Tickets of one category or channel in each window, and who asked.
#[derive(Clone, Default)]
struct Group {
    tickets: [u64; 4],
    people: [Backing; 4],
}

impl Group {
    fn join(&mut self, other: &Self) {
        for place in 0..WINDOWS.len() {
            self.tickets[place] += other.tickets[place];
            self.people[place].join(&other.people[place]);
        }
    }

    fn columns(&self) -> Vec<Backing> {
        // Tickets of nobody known stand for nobody: they must not pass as no tickets.
        let column = |(tickets, people): (&u64, &Backing)| {
            if *tickets > 0 && people.is_empty() { Backing::new(1, []) } else { people.clone() }
        };
        self.tickets.iter().zip(&self.people).map(column).collect()
    }
}

fn place(arm: Option<&str>, period: Option<&str>) -> Option<usize> {
    let window = window_of(arm, period)?;
    WINDOWS.iter().position(|known| *known == window)
}

fn table(book: &Book<'_>, id: &str, what: &str, groups: BTreeMap<String, Group>) -> Result<Table, CommandError> {
    let heading = |(arm, period): &(Arm, Period)| {
        Column::number(format!("{}, {}", capital(arm_words(*arm)), period_words(*period)), Unit::Count)
    };
    let columns = std::iter::once(Column::text(capital(what))).chain(WINDOWS.iter().map(heading)).collect();
    let table = Table::new(id, format!("Tickets to the platform teams by {what}"), columns).note(note(book)?);
    Ok(guarded(groups, &plural(what)).into_iter().fold(table, |table, (name, group)| {
        let cell = |place: usize| match &group {
            Some(group) => Entry::count(group.tickets[place]),
            None => Entry::FewerThanFive,
        };
        table.row(std::iter::once(Entry::text(name)).chain((0..WINDOWS.len()).map(cell)))
    }))
}

/// The rows that may show, in alphabetical order, what is too small last and as one; nothing where all of it is too small.
fn guarded(groups: BTreeMap<String, Group>, plural: &str) -> Vec<(String, Option<Group>)> {
    let fates = fates(&groups.values().map(Group::columns).collect::<Vec<_>>());
    if fates.contains(&Fate::Hidden) {
        return vec![(format!("all {plural}"), None)];
    }
    let mut rows = Vec::new();
    let mut merged: (usize, Group) = (0, Group::default());
    for ((name, group), fate) in groups.into_iter().zip(fates) {
        if fate == Fate::Shown {
            rows.push((name, Some(group)));
        } else {
            merged.0 += 1;
            merged.1.join(&group);
        }
    }
    if merged.0 > 0 {
        let label = if rows.is_empty() { format!("all {plural}") } else { format!("other {plural} ({})", merged.0) };
        rows.push((label, Some(merged.1)));
    }
    rows
}

fn plural(what: &str) -> String {
    what.strip_suffix('y').map_or_else(|| format!("{what}s"), |stem| format!("{stem}ies"))
}

/// The exposure behind each column: counts alone do not compare.
fn note(book: &Book<'_>) -> Result<String, CommandError> {
    let mut weeks = [0.0; 4];
    let (mut unanswered, mut tickets) = (0, 0);
    for row in book.rows::<RateRow>()? {
        if let (Some(place), Some(told)) = (place(Some(&row.arm), Some(&row.period)), row.tickets) {
            weeks[place] += real(row.developer_days) / DAYS_OF_A_WEEK;
            tickets += count(told);
            unanswered += count(row.unanswered.unwrap_or(0));
        }
    }
    let weeks = weeks.map(|weeks| Quantity::level(weeks.round(), Unit::Count).text());
    let share = match (tickets, unanswered) {
        (0, _) => String::new(),
        (_, 0) => " Somebody else had answered every one of them by the end of the records.".to_owned(),
        _ => format!(
            " {} of all of them had no answer by anybody else at the end of the records.",
            Quantity::level(whole(unanswered) / whole(tickets), Unit::Percent).text()
        ),
    };
    Ok(format!(
        "Counts. Developer-weeks behind the columns: {}, {}, {} and {}.{share}",
        weeks[0], weeks[1], weeks[2], weeks[3]
    ))
}

#[cfg(test)]
mod tests {
    use super::super::testing::crowd;
    use super::*;

    fn group(people: u64, name: &str) -> Group {
        let column = |place: usize| crowd(&format!("{name}{place}"), people);
        Group { tickets: [people; 4], people: [column(0), column(1), column(2), column(3)] }
    }

    #[test]
    fn categories_of_few_people_become_one_row() {
        let groups = [("access", 9), ("quota", 2), ("secret", 3), ("pipeline", 8)];
        let groups = groups.map(|(name, people)| (name.to_owned(), group(people, name))).into();
        let rows = guarded(groups, "categories");
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["access", "pipeline", "other categories (2)"]);
        assert_eq!(rows[2].1.as_ref().map(|group| group.tickets), Some([5; 4]));
    }

    #[test]
    fn where_all_together_are_too_few_no_count_shows() {
        let groups = [("access".to_owned(), group(2, "a"))].into();
        assert!(guarded(groups, "categories").iter().all(|(_, group)| group.is_none()));
    }
}
