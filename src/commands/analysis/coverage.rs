//! Measures that are shares of services: required fields, and owners that exist.

use std::collections::BTreeMap;

use super::{Answer, CommandError, LeftOut, Level, People, Study, Units, cell, found, team_name};
use crate::measures::{self, CoverageRow, OwnershipRow};
use crate::study::{Arm, Design, Period, ServiceRecord, coverage_study};

/// What the answer over all required fields is of.
pub(crate) const ALL_FIELDS: &str = "all required fields";

/// One answer for each required field, and one for all of them together.
pub(super) fn metadata_coverage(study: &Study, design: &Design, people: &People) -> Result<Vec<Answer>, CommandError> {
    let rows = measures::read::<CoverageRow>(&study.catalog)?;
    let mut fields: BTreeMap<&str, Vec<Service<'_>>> = BTreeMap::new();
    let mut whole: BTreeMap<&str, Service<'_>> = BTreeMap::new();
    for row in &rows {
        let service = Service {
            component: &row.component_id,
            team: &row.team_id,
            arm: &row.arm,
            before: row.before_valid,
            after: row.after_valid,
        };
        whole
            .entry(&row.component_id)
            .and_modify(|all| {
                all.before = both(all.before, service.before);
                all.after = both(all.after, service.after);
            })
            .or_insert_with(|| service.clone());
        fields.entry(&row.field).or_default().push(service);
    }
    let all = whole.into_values().collect();
    let none = LeftOut::default;
    let mut answers = vec![answer("metadata_coverage", Some(ALL_FIELDS), all, none(), design, people)];
    // In the order of the study file, not of the alphabet.
    for field in &study.settings.coverage.required {
        let services = fields.remove(field.as_str()).unwrap_or_default();
        answers.push(answer("metadata_coverage", Some(field), services, none(), design, people));
    }
    Ok(answers)
}

/// Owners that are teams with members.
pub(super) fn ownership_validity(study: &Study, design: &Design, people: &People) -> Result<Answer, CommandError> {
    let rows = measures::read::<OwnershipRow>(&study.catalog)?;
    let mut left_out = LeftOut::default();
    let mut services = Vec::new();
    for row in &rows {
        if !row.is_told {
            left_out.add("no membership of anyone is known, so whether the owner exists cannot be told");
            continue;
        }
        services.push(Service {
            component: &row.component_id,
            team: &row.team_id,
            arm: &row.arm,
            before: row.before_valid,
            after: row.after_valid,
        });
    }
    Ok(answer("ownership_validity", None, services, left_out, design, people))
}

/// Whether both hold; of a component that is not there neither does nor does not.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    one.zip(other).map(|(one, other)| one && other)
}

/// One component of a team, before and after; absent where it came since, or is gone.
#[derive(Clone)]
struct Service<'a> {
    component: &'a str,
    team: &'a str,
    arm: &'a str,
    before: Option<bool>,
    after: Option<bool>,
}

fn answer(
    id: &'static str,
    of: Option<&str>,
    services: Vec<Service<'_>>,
    left_out: LeftOut,
    design: &Design,
    people: &People,
) -> Answer {
    let mut cells: Vec<(String, Arm, Period)> = Vec::new();
    let mut records = Vec::new();
    for service in services {
        let Some((arm, _)) = cell(Some(service.arm), Some("before")) else { continue };
        for (period, seen) in [(Period::Before, service.before), (Period::After, service.after)] {
            if seen.is_some() {
                cells.push((service.component.to_owned(), arm, period));
            }
        }
        records.push(ServiceRecord {
            team: team_name(Some(service.team)),
            arm,
            before: service.before,
            after: service.after,
        });
    }
    let (verdict, arms) = match coverage_study(&records, design) {
        Ok(told) => (Ok(told.verdict), told.arms),
        Err(refusal) => (Err(refusal), Vec::new()),
    };
    Answer {
        id: of.map_or_else(|| id.to_owned(), |of| format!("{id}/{of}")),
        measure: found(id),
        of: of.map(str::to_owned),
        level: Level::Share,
        verdict,
        units: Units::Services,
        arms,
        left_out: left_out.list(),
        linked: None,
        people: people.of_services(&cells),
    }
}
