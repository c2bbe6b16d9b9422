//! `catalog`: the groups of the company, and the list of services that have no descriptor of their own.

use std::fmt::Write as _;

use super::pen::Pen;
use crate::simulate::catalog::{CatalogEntry, FIELDS, Fields, KeptIn};
use crate::simulate::clock::MINUTE;
use crate::simulate::company::Company;
use crate::simulate::draw::Draw;
use crate::simulate::history::Edit;

const LIST: &str = "services.yaml";

/// Writes the repository.
pub(super) fn write(company: &Company) -> Pen<'_> {
    let mut draw = Draw::of(company.world.seed, "catalog", 0);
    let mut pen = Pen::new("catalog", &company.cast);
    let (begin, back_fill) = (company.odd.records_begin, company.odd.back_fill_at);
    let keeper = company.cast.people[company.cast.steady(company.world.teams.len() - 1)[0]].signature();
    let listed: Vec<&CatalogEntry> = company.entries.iter().filter(|entry| entry.kept_in == KeptIn::List).collect();
    let texts = |from| {
        listed.iter().filter(|entry| entry.from == from).map(|entry| block(entry, &entry.says[0].1)).collect::<String>()
    };
    let files =
        vec![Edit::Put("org/groups.yaml".to_owned(), groups(company)), Edit::Put(LIST.to_owned(), texts(begin))];
    pen.commit(begin, &keeper, "Catalog of services and groups", files);
    pen.commit(
        back_fill,
        &keeper,
        "Add every service that has no entry",
        vec![Edit::Add(LIST.to_owned(), texts(back_fill))],
    );
    // Everybody says once on the web who they are.
    for (place, signature) in (1..).zip(company.cast.introductions()) {
        let edit = Edit::Add("org/README.md".to_owned(), format!("member {place}\n"));
        pen.hosted(begin + place * 5 * MINUTE, &signature, "Join", vec![edit]);
    }
    for entry in listed {
        let team = company.cast.steady(entry.team);
        for pair in entry.says.windows(2) {
            let ((_, before), (at, after)) = (&pair[0], &pair[1]);
            let by = company.cast.signs(*draw.one(&team), &mut draw);
            let files =
                vec![Edit::Cut(LIST.to_owned(), block(entry, before)), Edit::Add(LIST.to_owned(), block(entry, after))];
            pen.commit((*at).max(begin + MINUTE), &by, &format!("Describe {}", entry.name), files);
        }
    }
    pen
}

/// An entry of the list; it has words of its own for some fields, and `on_call: false` is an answer.
fn block(entry: &CatalogEntry, fields: &Fields) -> String {
    let mut text = format!("- name: {}\n", entry.name);
    for (field, value) in FIELDS.iter().zip(fields) {
        let field = match *field {
            "owner" => "owned_by",
            "description" => "summary",
            field => field,
        };
        if let Some(value) = value.text() {
            let _ = writeln!(text, "  {field}: {value}");
        }
    }
    text.push_str("  on_call: false\n");
    text
}

fn groups(company: &Company) -> String {
    let documents: Vec<String> = company
        .world
        .teams
        .iter()
        .enumerate()
        .map(|(team, plan)| {
            let members: Vec<&str> =
                company.cast.steady(team).into_iter().map(|who| company.cast.people[who].handle.as_str()).collect();
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: {}\nspec:\n  type: team\n  children: []\n  members: [{}]\n",
                plan.name,
                members.join(", ")
            )
        })
        .collect();
    documents.join("---\n")
}
