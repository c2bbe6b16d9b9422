//! The `[planted]` part of `truth.toml`: every odd thing, with its count or its names.

use std::fmt::Write as _;

use super::clock::utc;
use super::company::Company;
use super::deed::{Deed, Environment, Landing, Outcome, Part};
use super::exports::{BAD_ROWS, Tickets};
use super::history::Line;
use super::plan::{GivenUp, RunsAs, Service};
use super::repositories;
use super::way;

/// Writes the part.
pub(super) fn write(company: &Company, tickets: &Tickets, text: &mut String) {
    let odd = &company.odd;
    let named = |wanted: &dyn Fn(&Service) -> bool| {
        let names: Vec<String> =
            company.services.iter().filter(|one| wanted(one)).map(|one| format!("\"{}\"", one.name)).collect();
        format!("[{}]", names.join(", "))
    };
    let gave_up = |how: GivenUp| named(&|service| service.given_up.is_some_and(|(_, way)| way == how));
    let name = |number: usize| company.services[number].name.as_str();
    let mut line = |key: &str, value: &dyn std::fmt::Display| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("\n[planted]\njourneys", &company.services.len());
    for status in ["finished", "open", "abandoned"] {
        let count = company.services.iter().filter(|service| way::told(company, service).status() == status).count();
        line(status, &count);
    }
    line("censored_at_pilot_date", &censored_at_start(company));
    line("left_truncated", &named(&|service| service.left_truncated));
    line("abandoned_by_retirement", &gave_up(GivenUp::Retired));
    line("abandoned_in_silence", &gave_up(GivenUp::Silence));
    line("golden_path", &company.services.iter().filter(|service| service.golden_path).count());
    line("functions", &named(&|service| service.runs_as == RunsAs::Function));
    line("older_than_the_records", &company.old.len());
    line("back_fill_at", &utc(odd.back_fill_at));
    line("back_filled", &named(&|service| odd.back_fill.contains(&service.number)));
    line("bulk_staging_at", &utc(odd.bulk_staging_at));
    line("bulk_staging_old", &company.old.len());
    line("bulk_staging", &named(&|service| odd.bulk_staging.contains(&service.number)));
    line("deployed_too_early", &named(&|service| deployed(service, Outcome::TooEarly)));
    line("failed_first_deploy", &named(&|service| service.finished.is_some() && deployed(service, Outcome::Failure)));
    if let Some((number, old, at)) = &odd.renamed {
        line("renamed", &format!("{{ from = \"{old}\", to = \"{}\", at = {} }}", name(*number), utc(*at)));
    }
    if let Some((number, tag)) = &odd.other_tag {
        line("other_tag", &format!("{{ tag = \"{tag}\", component = \"{}\" }}", name(*number)));
    }
    if let Some((number, left, back)) = odd.re_registered {
        line(
            "re_registered",
            &format!("{{ component = \"{}\", left = {}, back = {} }}", name(number), utc(left), utc(back)),
        );
    }
    line("production_list_split_at", &utc(odd.split_at));
    line("taken_over", &named(&|service| odd.taken_over.iter().any(|(number, ..)| *number == service.number)));
    line(
        "made_observable",
        &company.services.iter().filter(|service| changes(service, &|part, _| part == Part::Dashboard)).count(),
    );
    deploys(company, &mut line);
    squashes(company, &mut line);
    files(company, tickets, &mut line);
    commits(company, &mut line);
}

type Put<'a> = dyn FnMut(&str, &dyn std::fmt::Display) + 'a;

/// Journeys begun before their team's date in the study that were not at their end by then.
fn censored_at_start(company: &Company) -> usize {
    let start = |service: &Service| company.clock.midnight(company.world.teams[service.team].start);
    let open =
        |service: &&Service| service.begun < start(service) && service.finished.is_none_or(|at| at >= start(service));
    company
        .services
        .iter()
        .filter(open)
        .filter(|service| service.given_up.is_none_or(|(at, _)| at >= start(service)))
        .count()
}

fn deployed(service: &Service, wanted: Outcome) -> bool {
    service.deeds.iter().any(|deed| matches!(deed, Deed::Deploy { outcome, .. } if *outcome == wanted))
}

fn changes(service: &Service, wanted: &dyn Fn(Part, Landing) -> bool) -> bool {
    service.deeds.iter().any(|deed| matches!(deed, Deed::Change { part, landing, .. } if wanted(*part, *landing)))
}

fn deploys(company: &Company, line: &mut Put<'_>) {
    for (environment, word) in [(Environment::Staging, "staging"), (Environment::Production, "production")] {
        let here = || company.deploys.iter().filter(|deploy| deploy.environment == environment);
        line(&format!("{word}_writes_by_bot"), &here().filter(|deploy| deploy.by == RunsAs::Container).count());
        line(
            &format!("{word}_deploys_by_function_runner"),
            &here().filter(|deploy| deploy.by == RunsAs::Function).count(),
        );
        line(&format!("{word}_deploys_gated"), &here().filter(|deploy| deploy.outcome == Outcome::Success).count());
        line(&format!("{word}_deploys_ungated"), &here().filter(|deploy| deploy.outcome == Outcome::TooEarly).count());
    }
    line("bot_writes_that_are_no_deploy", &repositories::TOGGLES);
}

fn squashes(company: &Company, line: &mut Put<'_>) {
    let count = |wanted: Landing| {
        let deeds = company.services.iter().flat_map(|service| &service.deeds);
        deeds.filter(|deed| matches!(deed, Deed::Change { landing, .. } if *landing == wanted)).count()
    };
    line("squashes_with_head", &count(Landing::SquashWithHead));
    line("squashes_without_head", &count(Landing::Squash));
}

fn files(company: &Company, tickets: &Tickets, line: &mut Put<'_>) {
    let (linked, unlinked) = tickets.linked_and_not();
    line("tickets", &(linked + unlinked));
    line("tickets_unlinked", &unlinked);
    line("ticket_rows_twice", &1);
    line("ticket_titles_with_line_break", &tickets.broken_titles());
    line("tickets_reopened", &tickets.reopened());
    line("tickets_at_a_local_time_that_happens_twice", &1);
    line("tickets_at_a_local_time_that_never_happens", &1);
    line("tickets_silent_month", &"\"2024-08\"");
    line("tickets_lost_in_silent_month", &tickets.silenced);
    for (file, count) in BAD_ROWS {
        line(&format!("bad_rows_{}", file.trim_end_matches(".csv").replace('-', "_")), &count);
    }
    let aliases = company.cast.aliases();
    line("people_with_second_mail", &aliases.second_mail);
    line("people_with_numberless_noreply", &aliases.numberless_noreply);
    line("people_with_handle_as_name", &aliases.handle_as_name);
    line("people_known_by_alias_file_only", &aliases.alias_file_only);
    line("people_known_by_mailmap_only", &aliases.mailmap_only);
}

fn commits(company: &Company, line: &mut Put<'_>) {
    let lines = repositories::lines(company);
    let Some(Line::Who { signatures, .. }) = lines.first() else { return };
    let bot = |who: usize| ["[bot]", "deploy-bot@", "release-bot@"].iter().any(|mark| signatures[who].contains(mark));
    let (mut all, mut bots, mut repositories) = (0, 0, 0);
    for one in &lines {
        match one {
            Line::Commit(entry) | Line::Work(entry) | Line::Merge(entry) | Line::Squash(entry) => {
                all += 1;
                bots += usize::from(bot(entry.by));
            }
            Line::Repository(_) => repositories += 1,
            Line::Who { .. } | Line::Tag(_) => {}
        }
    }
    line("repositories", &repositories);
    line("commits", &all);
    line("commits_by_bots", &bots);
}
