//! The people of the world, the many ways in which they sign, and the teams that they are in.

use chrono::NaiveDate;

use super::clock::date;
use super::draw::Draw;
use super::names::{FAMILY, GIVEN};
use super::world::World;

/// A person, by place in the cast.
pub(super) type Who = usize;

/// Everybody.
pub(super) struct Cast {
    pub(super) people: Vec<Person>,
    pub(super) stays: Vec<Stay>,
}

/// A person.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) handle: String,
    habit: Habit,
}

/// How a person signs, beside name and e-mail of the company.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    Plain,
    SecondMail,
    NumberlessNoreply,
    HandleAsName,
    Nickname,
    OldMail,
}

/// A stretch of time that a person is in a team.
pub(super) struct Stay {
    pub(super) who: Who,
    pub(super) team: usize,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
}

/// How many people sign in each way: what identity resolution must find.
pub(super) struct Aliases {
    pub(super) second_mail: usize,
    pub(super) numberless_noreply: usize,
    pub(super) handle_as_name: usize,
    pub(super) alias_file_only: usize,
    pub(super) mailmap_only: usize,
}

impl Cast {
    pub(super) fn of(world: &World) -> Self {
        let mut draw = Draw::of(world.seed, "cast", 0);
        let shift = draw.below(32);
        let mut people = Vec::new();
        let mut stays = Vec::new();
        for (team, plan) in world.teams.iter().enumerate() {
            for _ in 0..plan.developers {
                let who = people.len();
                people.push(Person::of(who, shift));
                stays.push(Stay { who, team, from: None, to: None });
            }
        }
        let mut cast = Self { people, stays };
        cast.moves(world);
        cast
    }

    /// The last person of some comparison teams moves on, one joins late, one leaves early; all on dates of their own.
    fn moves(&mut self, world: &World) {
        let date = |month, day| date(2024, month, day);
        let last = |cast: &Self, team: usize| cast.stays.iter().rposition(|stay| stay.team == team);
        if world.teams.len() < 8 {
            return;
        }
        if let Some(place) = last(self, 3) {
            self.stays[place].to = Some(date(9, 2));
            let who = self.stays[place].who;
            self.stays.push(Stay { who, team: 6, from: Some(date(9, 2)), to: None });
        }
        if let Some(place) = last(self, 4) {
            self.stays[place].from = Some(date(6, 3));
        }
        if let Some(place) = last(self, 5) {
            self.stays[place].to = Some(date(11, 29));
        }
    }

    /// The people who are in a team from first to last.
    pub(super) fn steady(&self, team: usize) -> Vec<Who> {
        self.stays
            .iter()
            .filter(|stay| stay.team == team && stay.from.is_none() && stay.to.is_none())
            .map(|stay| stay.who)
            .collect()
    }

    /// The people who are in a team on a day.
    pub(super) fn members(&self, team: usize, day: NaiveDate) -> Vec<Who> {
        self.stays
            .iter()
            .filter(|stay| {
                stay.team == team && stay.from.is_none_or(|from| from <= day) && stay.to.is_none_or(|to| day < to)
            })
            .map(|stay| stay.who)
            .collect()
    }

    /// How a person signs an own commit, this time.
    pub(super) fn signs(&self, who: Who, draw: &mut Draw) -> String {
        let person = &self.people[who];
        if draw.happens(0.3) { person.other_signature(who) } else { person.signature() }
    }

    pub(super) fn aliases(&self) -> Aliases {
        let count = |habit| self.people.iter().filter(|person| person.habit == habit).count();
        Aliases {
            second_mail: count(Habit::SecondMail),
            numberless_noreply: count(Habit::NumberlessNoreply),
            handle_as_name: count(Habit::HandleAsName),
            alias_file_only: count(Habit::Nickname),
            mailmap_only: count(Habit::OldMail),
        }
    }

    /// For everybody a signature that says whose handle it is: without it nobody could tell who started a CI run.
    pub(super) fn introductions(&self) -> Vec<String> {
        self.people.iter().enumerate().map(|(who, person)| person.web_signature(who)).collect()
    }

    /// `people.toml`: what only people know.
    pub(super) fn alias_file(&self) -> String {
        let head = "# Who is whom, where no record shows it. Private: it never leaves the folder of a real study.\n"
            .to_owned();
        let entries: Vec<String> = self
            .people
            .iter()
            .enumerate()
            .filter(|(_, person)| person.habit == Habit::Nickname)
            .map(|(who, person)| format!("[[person]]\nemails = [\"{}\", \"{}\"]\n", person.email, nickname_mail(who)))
            .collect();
        [vec![head], entries].concat().join("\n")
    }

    /// The `.mailmap` of the deployment repository.
    pub(super) fn mailmap(&self) -> String {
        let lines = self.people.iter().enumerate().filter(|(_, person)| person.habit == Habit::OldMail);
        let lines = lines.map(|(who, person)| [person.signature(), person.other_signature(who)].join(" "));
        lines.map(|line| line + "\n").collect()
    }
}

impl Person {
    fn of(who: Who, shift: usize) -> Self {
        let given = GIVEN[who % 32];
        let family = FAMILY[(who * 11 + who / 32 * 5 + shift) % 32];
        let (first, last) = (given.to_lowercase(), family.to_lowercase());
        Self {
            name: format!("{given} {family}"),
            email: format!("{first}.{last}@acme.example"),
            handle: format!("{first}-{}", &last[..3]),
            habit: match who % 11 {
                1 | 7 => Habit::SecondMail,
                3 => Habit::NumberlessNoreply,
                5 => Habit::HandleAsName,
                9 if who < 32 => Habit::Nickname,
                9 => Habit::OldMail,
                _ => Habit::Plain,
            },
        }
    }

    /// Name and e-mail of the company.
    pub(super) fn signature(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }

    /// What the web page of the code host signs with.
    pub(super) fn web_signature(&self, who: Who) -> String {
        format!("{} <{}+{}@users.noreply.github.com>", self.name, 90_100 + who * 37, self.handle)
    }

    fn other_signature(&self, who: Who) -> String {
        let handle = &self.handle;
        match self.habit {
            Habit::Plain => self.web_signature(who),
            Habit::SecondMail => format!("{} <{handle}@home.example>", self.name),
            Habit::NumberlessNoreply => format!("{} <{handle}@users.noreply.github.com>", self.name),
            Habit::HandleAsName => format!("{handle} <{handle}@laptop.example>"),
            Habit::Nickname => format!("Nightowl{who} <{}>", nickname_mail(who)),
            Habit::OldMail => format!("Dev Machine {who} <machine{who}@old.example>"),
        }
    }
}

fn nickname_mail(who: Who) -> String {
    format!("owl{who}@elsewhere.example")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_a_name_a_mail_and_a_handle_of_their_own() {
        for seed in 0..40 {
            let cast = Cast::of(&World::acme(seed));
            assert_eq!(cast.people.len(), 64);
            let parts = |part: fn(&Person) -> &String| cast.people.iter().map(part).collect::<BTreeSet<_>>().len();
            assert_eq!([parts(|one| &one.name), parts(|one| &one.email), parts(|one| &one.handle)], [64; 3]);
        }
    }
}
