//! Guardrails: deploys that failed, how long that lasted, and incidents of services. Always beside the gains.
//!
//! Whether nothing failed or nobody writes failures down is told by whether any failure or incident stands in the records at
//! all: where none does, nothing is counted, and the answer says what is missing.

use super::counts::Builder;
use super::{Answer, CommandError, LeftOut, Level, People, Study, cell, days, found, outside, team_name};
use crate::measures::{self, DeployFailureRow, DeployWeekRow, IncidentRow};
use crate::study::{Arm, Cause, Design, Period, TimeRecord, time_study};

const NOBODY: &str = "deploys of services that nobody owns";
const OUTSIDE: &str = "deploys outside the windows";
const SILENT: &str = "nothing in the records tells of a failed deploy or an incident, and that is not the same as none";

/// The three of them.
pub(super) fn answers(study: &Study, design: &Design, people: &People) -> Result<Vec<Answer>, CommandError> {
    let deploys: Vec<DeployFailureRow> = measures::read(&study.catalog)?;
    let incidents: Vec<IncidentRow> = measures::read(&study.catalog)?;
    let speaks = !incidents.is_empty() || deploys.iter().any(|deploy| deploy.is_failed);
    Ok(vec![
        change_fail_rate(&deploys, speaks, design, people),
        recovery_time(&deploys, design, people),
        of_incidents(study, &incidents, design, people)?,
    ])
}

fn standing(team_id: Option<&str>) -> &'static str {
    if team_id.is_none() { NOBODY } else { OUTSIDE }
}

/// Failed deployments over all.
fn change_fail_rate(deploys: &[DeployFailureRow], speaks: bool, design: &Design, people: &People) -> Answer {
    let mut builder = Builder::new("change_fail_rate", Level::PerDeploy);
    let mut services = Vec::new();
    for row in deploys {
        let Some(at) = builder.cell(row.arm.as_deref(), row.period.as_deref(), standing(row.team_id.as_deref())) else {
            continue;
        };
        if !speaks {
            builder.left_out.add(SILENT);
            continue;
        }
        let failed = if row.is_failed { 1.0 } else { 0.0 };
        builder.add_unit(row.team_id.as_deref(), at, failed);
        services.push((row.subject_id.clone(), at.0, at.1));
    }
    builder.answer(design, people.of_services(&services))
}

/// Days from a failed deployment until it was over.
fn recovery_time(deploys: &[DeployFailureRow], design: &Design, people: &People) -> Answer {
    let mut left_out = LeftOut::default();
    let (mut records, mut services) = (Vec::new(), Vec::new());
    for row in deploys.iter().filter(|row| row.is_failed) {
        let Some((arm, period)) = cell(row.arm.as_deref(), row.period.as_deref()) else {
            left_out.add(outside(standing(row.team_id.as_deref()), row.period.as_deref()));
            continue;
        };
        records.push(TimeRecord {
            team: team_name(row.team_id.as_deref()),
            arm,
            period,
            entry_days: 0.0,
            time_days: days((row.recovered_us.unwrap_or(row.watched_us) - row.at_us).max(0)),
            cause: if row.recovered_us.is_some() { Cause::Done } else { Cause::Open },
        });
        services.push((row.subject_id.clone(), arm, period));
    }
    let kinds = vec![None; records.len()];
    Answer {
        id: "failed_deployment_recovery_time".to_owned(),
        measure: found("failed_deployment_recovery_time"),
        of: None,
        level: Level::Days,
        verdict: time_study(&records, design),
        units: super::Units::Times { records, kinds },
        arms: Vec::new(),
        left_out: left_out.list(),
        linked: None,
        people: people.of_services(&services),
    }
}

/// Incidents a service-week.
fn of_incidents(
    study: &Study,
    incidents: &[IncidentRow],
    design: &Design,
    people: &People,
) -> Result<Answer, CommandError> {
    let mut builder = Builder::new("incidents", Level::PerServiceWeek);
    let mut services: Vec<(String, Arm, Period)> = Vec::new();
    if !incidents.is_empty() {
        for row in measures::read::<DeployWeekRow>(&study.catalog)? {
            if let Some(at) = cell(row.arm.as_deref(), row.period.as_deref()) {
                builder.add_count(row.team_id.as_deref(), at, 0, 1.0);
                services.push((row.subject_id, at.0, at.1));
            }
        }
    }
    for row in incidents {
        let place = if row.team_id.is_none() {
            "incidents of services that nobody owns"
        } else {
            "incidents outside the windows"
        };
        let Some(at) = builder.cell(row.arm.as_deref(), row.period.as_deref(), place) else { continue };
        builder.add_count(row.team_id.as_deref(), at, 1, 0.0);
    }
    Ok(builder.answer(design, people.of_services(&services)))
}
