//! The own repository of a new service.

use super::pen::{Changed, DEPENDENCY_BOT, Pen, RELEASE_BOT, SCAFFOLDER};
use crate::simulate::catalog::{CatalogEntry, FIELDS, Fields, KeptIn};
use crate::simulate::clock::{HOUR, MINUTE, Second};
use crate::simulate::company::Company;
use crate::simulate::deed::{Deed, Part};
use crate::simulate::deploys::Runs;
use crate::simulate::draw::Draw;
use crate::simulate::history::Edit;
use crate::simulate::plan::Service;
use crate::simulate::world::TYPES;

/// Writes the repository of one service.
pub(super) fn write<'a>(company: &'a Company, service: &Service) -> Pen<'a> {
    let mut draw = Draw::of(company.world.seed, "repository", service.number);
    let mut pen = Pen::new(&service.name, &company.cast);
    let entry = company
        .entries
        .iter()
        .find(|entry| entry.what == Runs::New(service.number) && entry.kept_in == KeptIn::Descriptor);
    for deed in &service.deeds {
        match deed {
            Deed::FirstCommit { at, by, skeleton } => {
                let mut files = vec![
                    Edit::Put("README.md".to_owned(), format!("# {}\n", service.name)),
                    Edit::Put("src/main.txt".to_owned(), "start\n".to_owned()),
                ];
                files.extend(skeleton.iter().map(|part| brings(service, entry, *part)));
                let by = by.map_or_else(|| SCAFFOLDER.to_owned(), |who| company.cast.signs(who, &mut draw));
                pen.commit(*at, &by, "First commit", files);
            }
            Deed::Change { part, began, landed, by, merger, landing } => {
                if matches!(part, Part::Repository | Part::Dashboard | Part::Registered(_)) {
                    continue;
                }
                let say = format!("Add {}", part.step().trim_end_matches(" added"));
                let (began, landed, by, merger, landing) = (*began, *landed, *by, *merger, *landing);
                let changed = Changed { began, landed, by, merger, landing, say: &say };
                pen.change(&mut draw, &changed, vec![brings(service, entry, *part)]);
            }
            Deed::Release { at } => {
                pen.commit(*at, RELEASE_BOT, "Release v1", vec![Edit::Put("VERSION".to_owned(), "1\n".to_owned())]);
                pen.tag(*at, "v1");
            }
            Deed::TemplateRun { .. } | Deed::Ask { .. } | Deed::Deploy { .. } => {}
        }
    }
    if let Some(entry) = entry {
        amendments(company, service, entry, &mut pen, &mut draw);
    }
    bustle(company, service, &mut pen);
    pen
}

fn brings(service: &Service, entry: Option<&CatalogEntry>, part: Part) -> Edit {
    let name = &service.name;
    let (path, text) = match part {
        Part::Ci => (".github/workflows/ci.yml", "name: ci\non: [push]\n".to_owned()),
        Part::DeployWorkflow => (".github/workflows/deploy.yml", "name: deploy\non: [release]\n".to_owned()),
        Part::Image => ("Dockerfile", "FROM scratch\n".to_owned()),
        Part::Docs => ("docs/index.md", format!("How {name} works\n")),
        Part::Runbook => ("RUNBOOK.md", format!("When {name} does not work\n")),
        Part::CatalogEntry | Part::Repository | Part::Dashboard | Part::Registered(_) => {
            let text = entry
                .and_then(|entry| entry.says.first())
                .map_or_else(String::new, |(_, fields)| descriptor(service, fields, false));
            return Edit::Put("catalog-info.yaml".to_owned(), text);
        }
    };
    Edit::Put(path.to_owned(), text)
}

/// A Backstage descriptor.
fn descriptor(service: &Service, fields: &Fields, retired: bool) -> String {
    let (name, kind) = (&service.name, TYPES[service.kind]);
    let value = |field: &str, indent: &str| {
        let place = FIELDS.iter().position(|known| *known == field).unwrap_or_default();
        let text = if retired && field == "lifecycle" { Some("retired".to_owned()) } else { fields[place].text() };
        text.map_or_else(String::new, |text| format!("{indent}{field}: {text}\n"))
    };
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n{}spec:\n  type: {kind}\n{}{}{}",
        value("description", "  "),
        value("lifecycle", "  "),
        value("owner", "  "),
        value("system", "  "),
    )
}

/// Later versions of the descriptor: gaps filled, a new owner, the end.
fn amendments(company: &Company, service: &Service, entry: &CatalogEntry, pen: &mut Pen<'_>, draw: &mut Draw) {
    let team = company.cast.steady(service.team);
    let mut write = |at: Second, say: &str, text: String| {
        let by = company.cast.signs(*draw.one(&team), draw);
        pen.commit(at, &by, say, vec![Edit::Put("catalog-info.yaml".to_owned(), text)]);
    };
    for (at, fields) in entry.says.iter().skip(1) {
        write(*at, "Update catalog entry", descriptor(service, fields, false));
    }
    if let (Some(at), Some((_, fields))) = (entry.retired, entry.says.last()) {
        write(at, "Retire", descriptor(service, fields, true));
    }
}

/// Ordinary work and dependency updates.
fn bustle(company: &Company, service: &Service, pen: &mut Pen<'_>) {
    let mut draw = Draw::of(company.world.seed, "bustle", service.number);
    let (bustle, last) = (&company.world.bustle, company.last_of(service) - HOUR);
    let team = company.cast.steady(service.team);
    let moment = |draw: &mut Draw| between(draw, service.begun + HOUR, last);
    let mut lines = 0;
    let mut edit = || {
        lines += 1;
        Edit::Add("src/main.txt".to_owned(), format!("{lines}\n"))
    };
    for _ in 0..draw.poisson(bustle.commits) {
        let at = company.clock.last_working(moment(&mut draw)).max(service.begun + 5 * MINUTE);
        let by = company.cast.signs(*draw.one(&team), &mut draw);
        pen.commit(at, &by, "Improve handling", vec![edit()]);
    }
    for _ in 0..draw.poisson(bustle.bot_commits) {
        let at = moment(&mut draw);
        pen.hosted(at, DEPENDENCY_BOT, "Bump left-pad", vec![Edit::Put("deps.lock".to_owned(), format!("{at}\n"))]);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "spans of two years, in seconds")]
fn between(draw: &mut Draw, from: Second, to: Second) -> Second {
    from + ((to - from).max(MINUTE) as f64 * draw.share()) as Second
}
