//! The git histories of the company as lines of a script: own repositories of services, and three that all share.

mod catalog;
mod deploy_config;
mod pen;
mod requests;
mod service;

use super::clock::Second;
use super::company::Company;
use super::history::Line;
use super::plan::GivenUp;
use pen::Signatures;

pub(super) use deploy_config::TOGGLES;

/// Every repository, the shared ones first.
pub(super) fn lines(company: &Company) -> Vec<Line> {
    let mut signatures = Signatures::default();
    let mut lines = Vec::new();
    let shared = [deploy_config::write(company), requests::write(company), catalog::write(company)];
    let own = company.services.iter().map(|service| service::write(company, service));
    for pen in shared.into_iter().chain(own) {
        lines.extend(pen.lines(&mut signatures));
    }
    lines.insert(0, Line::Who { zone: company.world.zone.name().to_owned(), signatures: signatures.list });
    lines
}

/// The last instant at which anything happens to a service.
fn silent_from(company: &Company, given_up: Option<(Second, GivenUp)>) -> Second {
    given_up.map_or_else(|| company.as_of(), |(at, _)| at)
}
