//! Writes a world as a study folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::SimulateError;
use super::clock::HOLIDAYS;
use super::company::Company;
use super::exports;
use super::history::Line;
use super::repositories;
use super::truth;
use super::way;
use super::world::{Chosen, World};
use crate::config::written::Arm;

const STUDY: &str = include_str!("written/study.toml");
const README: &str = include_str!("written/README.md");

/// The name of the script that the git repositories are built of.
pub const SCRIPT: &str = "repositories.script.jsonl";

impl World {
    /// Every file of the study folder: name and content, in the order of names.
    ///
    /// # Errors
    /// Where a row cannot be written as CSV or JSON.
    pub fn files(&self) -> Result<Vec<(String, String)>, SimulateError> {
        let company = Company::of(self);
        let tickets = exports::tickets(&company);
        let lines = repositories::lines(&company);
        let mut files: Vec<(String, String)> =
            exports::files(&company, &tickets)?.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let mut script = String::new();
        for line in &lines {
            let line =
                serde_json::to_string(line).map_err(|why| SimulateError::Row { file: SCRIPT, why: why.to_string() })?;
            script.push_str(&line);
            script.push('\n');
        }
        files.push((SCRIPT.to_owned(), script));
        files.push(("milepost.toml".to_owned(), study(&company)));
        files.push(("people.toml".to_owned(), company.cast.alias_file()));
        files.push(("README.md".to_owned(), readme(&company, &lines)));
        files.push(("truth.toml".to_owned(), truth::text(&company, &tickets)));
        files.sort();
        Ok(files)
    }

    /// Writes the study folder; `people.toml` so that its owner alone can read it.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, SimulateError> {
        fs::create_dir_all(folder).map_err(|why| SimulateError::Io { path: folder.to_owned(), why })?;
        let mut paths = Vec::new();
        for (name, text) in self.files()? {
            let path = folder.join(&name);
            let done = if name == "people.toml" { write_private(&path, &text) } else { fs::write(&path, text) };
            done.map_err(|why| SimulateError::Io { path: path.clone(), why })?;
            paths.push(path);
        }
        Ok(paths)
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().unwrap_or(Path::new("."));
    // A temporary file is its owner's alone from its first instant.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(|_| ()).map_err(|lost| lost.error)
}

fn study(company: &Company) -> String {
    let world = &company.world;
    let teams = world.teams.iter().map(|team| {
        let arm = match team.arm {
            Arm::Platform => return format!("[[teams]]\nname = \"{}\"\narm = \"platform\"\n\n", team.name),
            arm => arm.as_str(),
        };
        format!("[[teams]]\nname = \"{}\"\narm = \"{arm}\"\nstart = {}\n\n", team.name, team.start)
    });
    let names = world.teams.iter().map(|team| format!("team-{0} = \"{0}\"", team.name));
    let aliases =
        company.odd.renamed.iter().map(|(number, old, _)| format!("{old} = \"{}\"", company.services[*number].name));
    let repositories = company.services.iter().map(|service| format!("[[repositories]]\nname = \"{}\"", service.name));
    let holidays = HOLIDAYS.iter().map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"));
    let start = world.teams.iter().map(|team| team.start).min().unwrap_or(world.from);
    let (how, found) = found(world.chosen);
    filled(
        STUDY,
        &[
            ("HOW", how.to_owned()),
            ("FOUND", found.to_owned()),
            ("DEVELOPERS", company.cast.people.len().to_string()),
            ("PRODUCT", in_words(world.teams.len() - 1)),
            ("PILOT", in_words(in_arm(world, Arm::Pilot))),
            ("SEED", world.seed.to_string()),
            ("AS_OF", crate::simulate::clock::utc(company.as_of())),
            ("ZONE", world.zone.name().to_owned()),
            ("HOLIDAYS", holidays.collect::<Vec<_>>().join(", ")),
            ("TEAM_NAMES", names.collect::<Vec<_>>().join(", ")),
            ("ALIASES", aliases.collect::<Vec<_>>().join("\n")),
            ("START", start.to_string()),
            ("BEFORE", world.windows.before.to_string()),
            ("WASHOUT", world.windows.washout.to_string()),
            ("AFTER", world.windows.after.to_string()),
            ("TAU", world.windows.tau.to_string()),
            ("TEAMS", teams.collect()),
            ("REPOSITORIES", repositories.collect::<Vec<_>>().join("\n\n")),
        ],
    )
}

fn readme(company: &Company, lines: &[Line]) -> String {
    let world = &company.world;
    let status = |wanted: &str| {
        let count = company.services.iter().filter(|service| way::told(company, service).status() == wanted).count();
        count.to_string()
    };
    let repositories = lines.iter().filter(|line| matches!(line, Line::Repository(_))).count();
    let other = lines.iter().filter(|line| matches!(line, Line::Tag(_) | Line::Who { .. })).count();
    let small = world.teams.iter().position(|team| team.name == "loyalty" && team.developers == 3).map(|team| {
        let services = company.services.iter().filter(|service| service.team == team).count();
        format!("\n  `loyalty`, with three people and {services} services, is too small to be shown by itself.")
    });
    filled(
        README,
        &[
            ("DEVELOPERS", company.cast.people.len().to_string()),
            ("PRODUCT", in_words(world.teams.len() - 1)),
            ("PILOT", in_words(in_arm(world, Arm::Pilot))),
            ("COMPARED", in_words(in_arm(world, Arm::Comparison))),
            ("SMALL", small.unwrap_or_default()),
            ("SEED", world.seed.to_string()),
            ("REPOSITORIES", repositories.to_string()),
            ("COMMITS", (lines.len() - repositories - other).to_string()),
            ("SERVICES", company.services.len().to_string()),
            ("FINISHED", status("finished")),
            ("OPEN", status("open")),
            ("ABANDONED", status("abandoned")),
            ("TRUNCATED", company.services.iter().filter(|service| service.left_truncated).count().to_string()),
            ("TIME", format!("{:?}", world.effect.time_ratio)),
            ("RMST", format!("{:.1}", truth::rmst_did(world))),
            ("TAU", world.windows.tau.to_string()),
            ("TICKETS", format!("{:?}", world.effect.ticket_ratio)),
        ],
    )
}

fn in_arm(world: &World, arm: Arm) -> usize {
    world.teams.iter().filter(|team| team.arm == arm).count()
}

/// How the pilot teams were found: as the study file names it, and why.
const fn found(chosen: Option<Chosen>) -> (&'static str, &'static str) {
    match chosen {
        None => ("volunteers", "The teams came forward: so the report never grades its finding A."),
        Some(Chosen::Random) => ("random", "The teams were drawn."),
        Some(Chosen::Slowest) => {
            ("chosen", "The teams whose services took longest were chosen: they would have become quicker anyway.")
        }
        Some(Chosen::MostEager) => ("chosen", "The teams that begin the most services were chosen."),
    }
}

fn in_words(count: usize) -> String {
    const WORDS: [&str; 13] =
        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// Fills `{NAME}` in a template.
fn filled(template: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
