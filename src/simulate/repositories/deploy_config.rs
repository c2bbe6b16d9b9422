//! `deploy-config`: which service is registered where, and which version the bot last wrote.

use std::collections::BTreeMap;

use super::pen::{Changed, DEPLOY_BOT, Pen};
use crate::simulate::clock::{DAY, HOUR, Second};
use crate::simulate::company::Company;
use crate::simulate::deed::{Deed, Environment, Outcome, Part};
use crate::simulate::deploys::{Runs, registered_at};
use crate::simulate::draw::Draw;
use crate::simulate::history::Edit;
use crate::simulate::plan::RunsAs;

/// How often the bot's files are changed without a new version.
pub(in crate::simulate) const TOGGLES: usize = 4;

/// Writes the repository.
pub(super) fn write(company: &Company) -> Pen<'_> {
    let mut draw = Draw::of(company.world.seed, "deploy-config", 0);
    let mut pen = Pen::new("deploy-config", &company.cast);
    let odd = &company.odd;
    let keepers = company.cast.steady(company.world.teams.len() - 1);
    let keeper = company.cast.people[keepers[0]].signature();
    first_commit(company, &mut pen, &keeper);
    for service in &company.services {
        for deed in &service.deeds {
            let Deed::Change { part: Part::Registered(environment), began, landed, by, merger, landing } = deed else {
                continue;
            };
            if *landed <= odd.records_begin {
                continue;
            }
            let say = format!("Register {} in {}", service.name, environment.name());
            let began = (*began).max(odd.records_begin + 60);
            let changed = Changed { began, landed: *landed, by: *by, merger: *merger, landing: *landing, say: &say };
            let file = list_of(company, *environment, service.runs_as, *landed);
            pen.change(&mut draw, &changed, vec![Edit::Add(file, block(company, Runs::New(service.number), *landed))]);
        }
    }
    let late = odd.bulk_staging.iter().map(|number| Runs::New(*number));
    let everyone: String = (0..company.old.len())
        .map(Runs::Old)
        .chain(late)
        .map(|what| block(company, what, odd.bulk_staging_at))
        .collect();
    let staging = list_of(company, Environment::Staging, RunsAs::Container, odd.bulk_staging_at);
    pen.commit(odd.bulk_staging_at, &keeper, "Register everything in staging", vec![Edit::Add(staging, everyone)]);
    if let Some((number, left, back)) = odd.re_registered {
        let entry = |at: Second| {
            (list_of(company, Environment::Production, RunsAs::Container, at), block(company, Runs::New(number), at))
        };
        let (file, text) = entry(left);
        pen.commit(left, &keeper, "Take out of production for now", vec![Edit::Cut(file, text)]);
        let (file, text) = entry(back);
        pen.commit(back, &keeper, "Back into production", vec![Edit::Add(file, text)]);
    }
    split(company, &mut pen, &keeper);
    rename(company, &mut pen, &keeper);
    bot(company, &mut pen, &mut draw);
    pen
}

fn first_commit(company: &Company, pen: &mut Pen<'_>, keeper: &str) {
    let at = company.odd.records_begin;
    let early = |environment| {
        let registered =
            |service: &&crate::simulate::plan::Service| registered_at(service, environment).is_some_and(|on| on <= at);
        let new = company.services.iter().filter(registered).map(|service| Runs::New(service.number));
        let old = (0..company.old.len()).map(Runs::Old).filter(|_| environment == Environment::Production);
        old.chain(new).map(|what| block(company, what, at)).collect::<String>()
    };
    let lists = Environment::BOTH.map(|environment| {
        let file = list_of(company, environment, RunsAs::Container, at);
        Edit::Put(file, format!("apps:\n{}", early(environment)))
    });
    let mut files = lists.to_vec();
    files.push(Edit::Put(".mailmap".to_owned(), company.cast.mailmap()));
    pen.commit(at, keeper, "Move deployments into git", files);
}

/// The list that holds a service of this environment at an instant.
fn list_of(company: &Company, environment: Environment, runs_as: RunsAs, at: Second) -> String {
    let split = environment == Environment::Production && runs_as == RunsAs::Function && at > company.odd.split_at;
    format!("environments/{}/{}.yaml", environment.name(), if split { "functions" } else { "apps" })
}

/// The name under which a service is registered and deployed at an instant.
fn tag_of(company: &Company, what: Runs, at: Second) -> &str {
    match what {
        Runs::Old(place) => &company.old[place].name,
        Runs::New(number) => match (&company.odd.other_tag, &company.odd.renamed) {
            (Some((place, tag)), _) if *place == number => tag,
            (_, Some((place, old, until))) if *place == number && at < *until => old,
            _ => &company.services[number].name,
        },
    }
}

/// Its entry in a list. Where the deploy tag is not the component's name, the entry says which component it means.
fn block(company: &Company, what: Runs, at: Second) -> String {
    let tag = tag_of(company, what, at);
    match (what, &company.odd.other_tag) {
        (Runs::New(number), Some((place, _))) if *place == number => {
            format!("  - name: {tag}\n    repoName: {}\n", company.services[number].name)
        }
        _ => format!("  - name: {tag}\n"),
    }
}

/// The list of production becomes two; nobody enters or leaves it by that.
fn split(company: &Company, pen: &mut Pen<'_>, keeper: &str) {
    let at = company.odd.split_at;
    let functions: Vec<String> = company
        .services
        .iter()
        .filter(|service| service.runs_as == RunsAs::Function)
        .filter(|service| registered_at(service, Environment::Production).is_some_and(|on| on <= at))
        .map(|service| block(company, Runs::New(service.number), at))
        .collect();
    let (apps, other) =
        ("environments/production/apps.yaml".to_owned(), "environments/production/functions.yaml".to_owned());
    let mut files = vec![Edit::Put(other, format!("apps:\n{}", functions.concat()))];
    files.extend(functions.into_iter().map(|text| Edit::Cut(apps.clone(), text)));
    pen.commit(at, keeper, "Functions get a list of their own", files);
}

fn rename(company: &Company, pen: &mut Pen<'_>, keeper: &str) {
    let Some((number, old, at)) = &company.odd.renamed else { return };
    let what = Runs::New(*number);
    let mut files = Vec::new();
    for environment in Environment::BOTH {
        let file = list_of(company, environment, RunsAs::Container, *at);
        files.push(Edit::Cut(file.clone(), block(company, what, *at - 1)));
        files.push(Edit::Add(file, block(company, what, *at)));
        files.push(Edit::Drop(format!("tags/{}/{old}", environment.name())));
    }
    pen.commit(*at, keeper, "Call it what it is", files);
}

/// What the deploy bot writes: a version for each deploy of a container, too early ones and all.
fn bot(company: &Company, pen: &mut Pen<'_>, draw: &mut Draw) {
    let mut versions: BTreeMap<(Runs, Environment), usize> = BTreeMap::new();
    let mut toggles = 0;
    for deploy in company.deploys.iter().filter(|deploy| deploy.by == RunsAs::Container) {
        let version = versions.entry((deploy.what, deploy.environment)).or_default();
        *version += 1;
        let (tag, environment) = (tag_of(company, deploy.what, deploy.at), deploy.environment.name());
        let path = format!("tags/{environment}/{tag}");
        let text = |version: usize, automatic: bool| format!("image_tag: v{version}\nautomatic: {automatic}\n");
        let say = format!("Update {tag} to v{version} for {environment}");
        pen.commit(deploy.at, DEPLOY_BOT, &say, vec![Edit::Put(path.clone(), text(*version, true))]);
        // The bot also turns its own switch, which is no deploy.
        let plain = deploy.outcome == Outcome::Success && matches!(deploy.what, Runs::Old(_));
        if plain && toggles < TOGGLES && deploy.at + DAY < company.as_of() && draw.happens(0.3) {
            toggles += 1;
            let at = deploy.at + HOUR / 2;
            pen.commit(
                at,
                DEPLOY_BOT,
                &format!("Hold {tag} in {environment}"),
                vec![Edit::Put(path, text(*version, false))],
            );
        }
    }
}
