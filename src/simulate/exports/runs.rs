//! What machines record: CI runs, deployments of the function runner, template runs of the portal.

use serde::Serialize;

use super::{csv_of, json_lines};
use crate::simulate::SimulateError;
use crate::simulate::clock::{HOUR, MINUTE, Second, utc};
use crate::simulate::company::Company;
use crate::simulate::deed::{Deed, Environment, Outcome, Part};
use crate::simulate::deploys::Runs;
use crate::simulate::draw::Draw;
use crate::simulate::plan::RunsAs;

/// `ci-runs.csv`, by handle, with offsets of local time; two rows are bad.
pub(super) fn pipeline_runs(company: &Company) -> Result<String, SimulateError> {
    let header = ["Run", "Repository", "Workflow", "Result", "Started", "Finished", "Actor"];
    let mut runs: Vec<(Second, Vec<String>)> = Vec::new();
    for service in &company.services {
        let from = service.deeds.iter().find_map(|deed| match deed {
            Deed::Change { part: Part::Ci, landed, .. } => Some(*landed),
            Deed::FirstCommit { at, skeleton, .. } if skeleton.contains(&Part::Ci) => Some(*at),
            _ => None,
        });
        let Some(from) = from else { continue };
        let mut draw = Draw::of(company.world.seed, "runs", service.number);
        let team = company.cast.steady(service.team);
        let last = company.last_of(service) - HOUR;
        for _ in 0..draw.poisson(company.world.bustle.runs) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "spans of two years, in seconds"
            )]
            let started = from + MINUTE + ((last - from).max(0) as f64 * draw.share()) as Second;
            #[expect(clippy::cast_possible_truncation, reason = "minutes, in seconds")]
            let finished = started + draw.log_normal(280.0, 0.5) as Second;
            let result = ["passed", "passed", "passed", "passed", "failed", "cancelled"];
            let actor = &company.cast.people[*draw.one(&team)].handle;
            let time = |at: Second| company.clock.local(at).to_rfc3339();
            let result = *draw.one::<&str>(&result);
            let row = [&service.name, "ci", result, &time(started), &time(finished), actor].map(str::to_owned);
            if finished < company.as_of() {
                runs.push((finished, row.to_vec()));
            }
        }
    }
    runs.sort();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (place, (_, row)) in runs.into_iter().enumerate() {
        rows.push([vec![format!("run-{}", place + 1)], row].concat());
    }
    let middle = rows.len() / 2;
    let bad = ["run-x", "basket-api", "ci", "passed", "yesterday", "yesterday", ""].map(str::to_owned);
    rows.insert(middle, bad.to_vec());
    rows.push(vec!["run-cut".to_owned(), "basket-api".to_owned()]);
    csv_of("ci-runs.csv", &header, rows)
}

#[derive(Serialize)]
struct DeploymentRow<'a> {
    id: String,
    function: &'a str,
    stage: &'static str,
    at_ms: i64,
    result: &'static str,
    version: usize,
    by: &'static str,
}

/// `deployments.jsonl`: what the function runner did, with names of its own for environments and results.
pub(super) fn deployments(company: &Company) -> Result<String, SimulateError> {
    let mut versions = std::collections::BTreeMap::<_, usize>::new();
    let functions = company.deploys.iter().filter(|deploy| deploy.by == RunsAs::Function);
    let rows: Vec<DeploymentRow<'_>> = functions
        .enumerate()
        .map(|(place, deploy)| {
            let version = versions.entry((deploy.what, deploy.environment)).or_default();
            *version += 1;
            DeploymentRow {
                id: format!("fn-{}", place + 1),
                function: match deploy.what {
                    Runs::New(number) => &company.services[number].name,
                    Runs::Old(place) => &company.old[place].name,
                },
                stage: if deploy.environment == Environment::Production { "prod" } else { "stage" },
                at_ms: deploy.at * 1000,
                result: if deploy.outcome == Outcome::Failure { "failed" } else { "ok" },
                version: *version,
                by: "function-runner[bot]",
            }
        })
        .collect();
    json_lines("deployments.jsonl", &rows)
}

/// `template-runs.csv`: ready-made events.
pub(super) fn template_runs(company: &Company) -> Result<String, SimulateError> {
    let mut runs: Vec<(Second, Vec<String>)> = Vec::new();
    for service in &company.services {
        for deed in &service.deeds {
            if let Deed::TemplateRun { at, by } = deed {
                let template = if service.runs_as == RunsAs::Function { "new-function" } else { "new-service" };
                let mail = company.cast.people[*by].email.clone();
                runs.push((*at, vec![utc(*at), service.name.clone(), template.to_owned(), mail]));
            }
        }
    }
    runs.sort();
    csv_of(
        "template-runs.csv",
        &["When", "Service", "Template", "User"],
        runs.into_iter().map(|(_, row)| row).collect(),
    )
}
