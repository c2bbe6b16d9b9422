//! `platform-requests`: where repositories and dashboards are asked for.

use super::pen::{Changed, Pen, SCAFFOLDER};
use super::silent_from;
use crate::simulate::clock::MINUTE;
use crate::simulate::company::Company;
use crate::simulate::deed::{Deed, Part};
use crate::simulate::draw::Draw;
use crate::simulate::history::Edit;

const LIST: &str = "repositories.yaml";

/// Writes the repository.
pub(super) fn write(company: &Company) -> Pen<'_> {
    let mut draw = Draw::of(company.world.seed, "requests", 0);
    let mut pen = Pen::new("platform-requests", &company.cast);
    let first = company.odd.records_begin;
    let keeper = company.cast.steady(company.world.teams.len() - 1)[0];
    let block = |name: &str, team: usize| format!("  {name}:\n    team: {}\n", company.world.teams[team].name);
    // What was asked for before the records begin is there from the first commit on.
    let old = company.old.iter().map(|old| block(&old.name, old.team));
    let early = company.services.iter().filter(|service| service.left_truncated).map(|one| block(&one.name, one.team));
    let text: String = old.chain(early).collect();
    let files = vec![Edit::Put(LIST.to_owned(), format!("repositories:\n{text}"))];
    pen.commit(first, &company.cast.people[keeper].signature(), "First commit", files);
    for service in &company.services {
        if service.golden_path && service.begun + 5 * MINUTE < silent_from(company, service.given_up) {
            let edit = Edit::Add(LIST.to_owned(), block(&service.name, service.team));
            pen.commit(service.begun + 5 * MINUTE, SCAFFOLDER, &format!("Add {}", service.name), vec![edit]);
        }
        for deed in &service.deeds {
            let Deed::Change { part, began, landed, by, merger, landing } = deed else { continue };
            let edit = match part {
                Part::Repository => Edit::Add(LIST.to_owned(), block(&service.name, service.team)),
                Part::Dashboard => {
                    Edit::Put(format!("dashboards/{}.json", service.name), "{\"panels\": []}\n".to_owned())
                }
                _ => continue,
            };
            if *landed <= first || (service.left_truncated && *part == Part::Repository) {
                continue;
            }
            let say = match part {
                Part::Dashboard => format!("Dashboard for {}", service.name),
                _ => format!("Repository for {}", service.name),
            };
            let began = (*began).max(first + MINUTE);
            let changed = Changed { began, landed: *landed, by: *by, merger: *merger, landing: *landing, say: &say };
            pen.change(&mut draw, &changed, vec![edit]);
        }
    }
    pen
}
