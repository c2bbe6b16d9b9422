//! The sample: the counts of odd things that `truth.toml` plants, and what its catalog says, in the tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::bench_dir::{Bench, Tables};

struct Planted(toml::Table);

impl Planted {
    fn of(bench: &Bench) -> Self {
        Self(bench.read("truth.toml").parse().expect("the truth is TOML"))
    }

    fn count(&self, key: &str) -> i64 {
        let value = &self.0["planted"][key];
        let items = || value.as_array().map(|items| i64::try_from(items.len()).expect("few"));
        value.as_integer().or_else(items).unwrap_or_else(|| panic!("`{key}` is neither a count nor a list"))
    }
}

#[test]
fn what_was_planted_is_counted() {
    let bench = Bench::sample();
    let (planted, tables) = (Planted::of(&bench), bench.tables(&[]));
    let deploys = |column: &str, environment: &str| {
        format!("select sum({column}) as n from deploy_writes where environment = '{environment}'")
    };
    let acts = |condition: &str| format!("select count(event_id) as n from events where {condition}");
    let caveats = |condition: &str| format!("select sum(count) as n from caveats where {condition}");
    let writes = |environment: &str| {
        planted.count(&format!("{environment}_writes_by_bot"))
            + planted.count(&format!("{environment}_deploys_by_function_runner"))
    };
    let developers = planted.0["developers"].as_integer().expect("a count");
    let expected: Vec<(&str, String, i64)> = vec![
        ("production writes", deploys("writes", "production"), writes("production")),
        ("production deploys", deploys("deploys", "production"), planted.count("production_deploys_gated")),
        ("staging writes", deploys("writes", "staging"), writes("staging")),
        ("staging deploys", deploys("deploys", "staging"), planted.count("staging_deploys_gated")),
        (
            "production writes that are no deploy",
            "select count(event_id) as n from service_deploys where environment = 'production' and not is_deploy"
                .to_owned(),
            planted.count("production_deploys_ungated") + planted.count("failed_first_deploy"),
        ),
        ("people", "select count(person_id) as n from people where kind = 'human'".to_owned(), developers),
        (
            "repositories",
            "select count(repository_id) as n from repositories".to_owned(),
            planted.count("repositories"),
        ),
        ("commits by bots", acts("activity = 'commit.authored' and is_bot"), planted.count("commits_by_bots")),
        ("template runs", acts("activity = 'template.run'"), planted.count("golden_path")),
        (
            "squashes of which git does not say by whom",
            acts("activity = 'change.merged' and actor_id is null"),
            planted.count("squashes_with_head") + planted.count("squashes_without_head"),
        ),
        (
            "bulk registrations in staging",
            "select count(o.object_id) as n from events as e inner join event_objects as o on e.event_id = o.event_id \
             where e.activity = 'environment.registered' and e.environment = 'staging' and e.is_bulk \
             and o.object_id like 'component:%'"
                .to_owned(),
            planted.count("bulk_staging") + planted.count("bulk_staging_old"),
        ),
        (
            "tickets",
            "select count(object_id) as n from objects where object_type = 'ticket'".to_owned(),
            planted.count("tickets"),
        ),
        (
            "tickets that name no service",
            "select sum(unlinked) as n from unlinked where activity = 'ticket.created'".to_owned(),
            planted.count("tickets_unlinked"),
        ),
        ("tickets reopened", acts("activity = 'ticket.reopened'"), planted.count("tickets_reopened")),
        (
            "bad rows of tickets",
            caveats("kind = 'bad-row' and place = 'file:tickets'"),
            planted.count("bad_rows_tickets"),
        ),
        ("bad rows of runs", caveats("kind = 'bad-row' and place = 'file:ci-runs'"), planted.count("bad_rows_ci_runs")),
        (
            "ticket rows that stand twice",
            caveats("kind = 'duplicate-record' and place = 'file:tickets'"),
            planted.count("ticket_rows_twice"),
        ),
        (
            "months without tickets",
            caveats("kind = 'silent-stream' and place = 'file:tickets' and detail like '%2024-08%'"),
            1,
        ),
        (
            "squashes",
            caveats("kind = 'unknown-person' and detail like '%squash%'"),
            planted.count("squashes_with_head") + planted.count("squashes_without_head"),
        ),
    ];
    let wrong: Vec<String> = expected
        .into_iter()
        .filter_map(|(what, sql, wanted)| {
            let found = tables.number(&sql);
            (found != wanted).then(|| format!("{what}: planted {wanted}, found {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Component → owner and the fields that say something, at one instant.
type Entries = BTreeMap<String, (String, BTreeSet<String>)>;

/// The catalog as it stood at the end of the records, and at each team's date for the entries of that team.
fn entries(tables: &Tables, purpose: &str) -> Entries {
    let answer = tables.query(&format!(
        "select m.component_id, e.team_id, m.field, m.is_valid from coverage_instants as i \
         inner join coverage_entries as e on e.instant_us = i.instant_us \
         inner join metadata_coverage as m on m.instant_us = e.instant_us and m.component_id = e.component_id \
         where not e.is_retired and i.purpose = '{purpose}' and (i.team_id is null or i.team_id = e.team_id)"
    ));
    let text = |column: &str, row: usize| {
        let cells = answer.column(column).and_then(|cells| cells.str()).expect("a column of text");
        cells.get(row).unwrap_or_default().to_owned()
    };
    let valid = answer.column("is_valid").and_then(|cells| cells.bool()).expect("a column of answers");
    let mut entries = Entries::new();
    for row in 0..answer.height() {
        let (team, field) = (text("team_id", row), text("field", row));
        let entry = entries.entry(text("component_id", row)).or_insert_with(|| (team.clone(), BTreeSet::new()));
        // A group that owns nothing still says something in the field.
        if valid.get(row) == Some(true) || (field == "owner" && team == "team:everyone") {
            entry.1.insert(field);
        }
    }
    entries
}

const WORDS: [&str; 6] = ["components", "owner", "description", "lifecycle", "system", "complete"];

fn counts<'a>(entries: impl Iterator<Item = &'a (String, BTreeSet<String>)>) -> [i64; 6] {
    let mut counts = [0; 6];
    for (_, fields) in entries {
        counts[0] += 1;
        for (place, field) in WORDS[1..5].iter().enumerate() {
            counts[place + 1] += i64::from(fields.contains(*field));
        }
        counts[5] += i64::from(fields.len() == 4);
    }
    counts
}

#[test]
fn the_catalog_is_covered_as_planted() {
    let bench = Bench::sample();
    let (planted, tables) = (Planted::of(&bench).0, bench.tables(&[]));
    let (at_end, before) = (entries(&tables, "as of"), entries(&tables, "before"));
    let mut sum = [0; 6];
    let mut compared = 0;
    for truth in planted["coverage"].as_array().expect("coverage") {
        let wanted = WORDS.map(|word| truth[word].as_integer().expect("a count"));
        if truth["at"].to_string() == planted["as_of"].to_string() {
            sum.iter_mut().zip(wanted).for_each(|(sum, count)| *sum += count);
            continue;
        }
        // An entry without a true owner is in nobody's window: teams that own all of theirs can be told one by one.
        let team = format!("team:{}", truth["team"].as_str().expect("a name"));
        let own = before.values().filter(|(owner, _)| *owner == team);
        let found = counts(own);
        if found[0] == wanted[0] {
            assert_eq!(found, wanted, "{WORDS:?} of `{team}` at its date");
            compared += 1;
        }
    }
    assert!(compared >= 4, "{compared} teams could be told one by one");
    assert_eq!(counts(at_end.values()), sum, "{WORDS:?} of all teams at the end");
}
