//! `milepost demo`: everything, on the sample company.

use std::fs;

use super::output::{Talk, say};
use super::{CommandError, Outcome, report_pilot, study};
use crate::cli::DemoArgs;
use crate::config::{Overrides, load};
use crate::engine::Queries;
use crate::simulate;

pub(super) fn run(args: &DemoArgs) -> Result<Outcome, CommandError> {
    let file = args.sample.join("milepost.toml");
    if !file.is_file() {
        let message = format!(
            "there is no sample in `{}`; run the demo in the checkout, or name the folder with `--sample`",
            args.sample.display()
        );
        return Err(CommandError::Asked(message));
    }
    let git_root = args.out.join("git");
    let data = args.out.join("data");
    for old in [&git_root, &data] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(CommandError::system("remove", old))?;
        }
    }
    let repositories = simulate::build_repositories(&args.sample.join(simulate::SCRIPT), &git_root)?;
    say(Talk::Aloud, &format!("built {} repositories from the sample's script", repositories.len()));
    let settings = load(&file, &Overrides { git_root: Some(git_root), data: Some(data), as_of_us: None })?;
    let study = study::run(settings, Queries::built_in()?, Talk::Aloud, study::UpTo::Measures)?;
    let journeys = &study.journeys.journeys;
    let of = |status: &str| journeys.iter().filter(|journey| journey.status == status).count();
    say(
        Talk::Aloud,
        &format!(
            "reconstructed {} journeys: {} finished, {} open, {} abandoned",
            journeys.len(),
            of("finished"),
            of("open"),
            of("abandoned")
        ),
    );
    let report = report_pilot::write(&study, &args.out.join("report"))?;
    say(Talk::Aloud, &format!("the pilot report is in `{}`", report.display()));
    Ok(Outcome::Done)
}
