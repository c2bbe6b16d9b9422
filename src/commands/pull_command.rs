//! `milepost pull`, and what it would cost.

use super::output::{Talk, print_json, print_rows, say};
use super::pull_apis::{self, Reach, Wish};
use super::{CommandError, Outcome, pull, study};
use crate::cli::{Format, PullArgs};
use crate::config::Settings;
use crate::people::Office;
use crate::store::Segments;

pub(super) fn run(args: &PullArgs) -> Result<Outcome, CommandError> {
    let settings = study::settings(&args.study)?;
    let mut segments = Segments::open(&settings.data)?;
    let reach = match (args.fresh, args.reconcile) {
        (true, _) => Reach::Fresh,
        (false, true) => Reach::Reconcile,
        (false, false) => Reach::New,
    };
    if args.dry_run {
        return dry_run(&settings, reach, args.format);
    }
    let wish = Wish { reach, accept_gone: args.accept_gone };
    let pulled = pull::pull(&settings, &mut segments, wish, Talk::Aloud)?;
    say(
        Talk::Aloud,
        &format!("read {} sources ({} events); {} had nothing new", pulled.read, pulled.events, pulled.unchanged),
    );
    match CommandError::of_all(pulled.failed) {
        Some(why) => Err(why),
        None => Ok(Outcome::Done),
    }
}

fn dry_run(settings: &Settings, reach: Reach, format: Format) -> Result<Outcome, CommandError> {
    let office = Office::open(settings)?;
    let plans = pull_apis::plans(settings, &office, reach)?;
    if format == Format::Json {
        let values: Vec<_> = plans.iter().map(|(id, plan)| pull_apis::plan_in_json(id, plan)).collect();
        print_json(&values)?;
        return Ok(Outcome::Done);
    }
    let mut rows = Vec::new();
    for (id, plan) in &plans {
        for stream in &plan.streams {
            let scopes = stream.scopes.map_or_else(|| "not known yet".to_owned(), |scopes| scopes.to_string());
            let requests = between(stream.requests, stream.at_most);
            rows.push(vec![id.clone(), stream.stream.to_owned(), scopes, requests]);
        }
    }
    print_rows(&["api", "stream", "lists", "requests"], &rows, format)?;
    for (id, plan) in &plans {
        let line = format!(
            "`{id}`: {} requests to `{}` and at least {}, by its limits; {} were used to find that out",
            between(plan.requests(), plan.at_most()),
            plan.host,
            in_words(plan.at_least_us),
            plan.asked
        );
        say(Talk::Aloud, &line);
    }
    Ok(Outcome::Done)
}

fn between(least: u64, most: Option<u64>) -> String {
    match most {
        Some(most) if most == least => least.to_string(),
        Some(most) => format!("{least} to {most}"),
        None => format!("at least {least}"),
    }
}

fn in_words(us: i64) -> String {
    match us / 60_000_000 {
        0 => "less than a minute".to_owned(),
        minutes if minutes < 120 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes / 60),
    }
}
