//! `milepost archive`: what APIs answered and systems sent, as far as it is kept. Private.

use serde_json::{Value, json};

use super::output::{Talk, print_json, print_rows, say};
use super::{CommandError, Outcome, pull_apis, study};
use crate::archive::{Archive, Held, Problem};
use crate::cli::{ArchiveAction, ArchiveArgs, ArchiveShowArgs, Format, StudyArgs};
use crate::config::Settings;
use crate::sources::api::{begin_anew, hook};
use crate::store::Segments;

pub(super) fn run(args: &ArchiveArgs) -> Result<Outcome, CommandError> {
    match &args.action {
        ArchiveAction::Show(args) => show(args),
        ArchiveAction::Verify(args) => verify(&args.study),
        ArchiveAction::Mend(args) => mend(&args.study),
        ArchiveAction::Prune(args) => prune(&args.study),
    }
}

/// The archive of a study, with the lock of its folder.
fn open(args: &StudyArgs) -> Result<(Settings, Segments, Archive), CommandError> {
    let settings = study::settings(args)?;
    let segments = Segments::open(&settings.data)?;
    let archive = Archive::open(&settings.data)?;
    Ok((settings, segments, archive))
}

fn show(args: &ArchiveShowArgs) -> Result<Outcome, CommandError> {
    let (.., archive) = open(&args.study)?;
    if let Some(evidence) = &args.evidence {
        let versions = archive.by_evidence(evidence)?;
        if versions.is_empty() {
            return Err(CommandError::Asked(format!("the archive holds no record `{evidence}`")));
        }
        let values: Vec<Value> = versions.iter().filter_map(|body| serde_json::from_str(body).ok()).collect();
        print_json(&values)?;
        return Ok(Outcome::Done);
    }
    let held = archive.held()?;
    if args.format == Format::Json {
        let digests: Vec<Value> = archive
            .units()?
            .into_iter()
            .map(|unit| Ok(json!({"digest": archive.digest(&unit)?, "unit": unit})))
            .collect::<Result<_, CommandError>>()?;
        let streams: Vec<Value> = held.iter().map(in_json).collect();
        print_json(&json!({"units": digests, "streams": streams}))?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = held
        .iter()
        .map(|held| {
            let numbers =
                [held.scopes, held.records, held.gone, held.skipped, held.bytes].map(|number| number.to_string());
            [held.unit.clone(), held.stream.clone()].into_iter().chain(numbers).collect()
        })
        .collect();
    print_rows(&["unit", "stream", "scopes", "records", "gone", "left out", "bytes"], &rows, args.format)?;
    Ok(Outcome::Done)
}

fn in_json(held: &Held) -> Value {
    json!({
        "unit": held.unit, "stream": held.stream, "scopes": held.scopes, "records": held.records,
        "gone": held.gone, "left_out": held.skipped, "bytes": held.bytes,
    })
}

fn verify(args: &StudyArgs) -> Result<Outcome, CommandError> {
    let (.., archive) = open(args)?;
    let problems = archive.verify()?;
    if problems.is_empty() {
        let records: i64 = archive.held()?.iter().map(|held| held.records).sum();
        say(Talk::Aloud, &format!("everything can be read back as it was stored: {records} records"));
        return Ok(Outcome::Done);
    }
    let of_the_file = problems.iter().any(|problem| problem.place == Problem::FILE);
    print_problems(problems)?;
    say(
        Talk::Aloud,
        if of_the_file {
            "hint: the file itself is damaged: move it away, and `milepost pull` reads everything of the APIs again; what \
             receivers were sent is nowhere else, a copy of the file from before has it"
        } else {
            "hint: `milepost archive mend` takes these out, and the next `milepost pull` reads their lists again"
        },
    );
    Ok(Outcome::CheckFailed)
}

fn print_problems(problems: Vec<Problem>) -> Result<(), CommandError> {
    let rows: Vec<Vec<String>> = problems.into_iter().map(|problem| vec![problem.place, problem.what]).collect();
    print_rows(&["place", "what"], &rows, Format::Table)
}

fn mend(args: &StudyArgs) -> Result<Outcome, CommandError> {
    let (.., mut archive) = open(args)?;
    let mended = archive.mend(None, &begin_anew)?;
    if mended.is_empty() {
        say(Talk::Aloud, "nothing is broken");
        return Ok(Outcome::Done);
    }
    let sent = mended.iter().filter(|problem| problem.place.starts_with("hook:")).count();
    let line = format!("took out {} records; the next `milepost pull` reads their lists again", mended.len());
    print_problems(mended)?;
    say(Talk::Aloud, &line);
    if sent > 0 {
        say(Talk::Aloud, &format!("{sent} of them were sent by a system, and cannot be asked for again"));
    }
    Ok(Outcome::Done)
}

fn prune(args: &StudyArgs) -> Result<Outcome, CommandError> {
    let (settings, _, mut archive) = open(args)?;
    let apis = settings.apis.iter().map(|api| pull_apis::unit(&api.id));
    let keep: Vec<String> = apis.chain(settings.receivers.iter().map(hook::unit)).collect();
    let lost = archive.prune(&keep)?;
    let line = match lost.as_slice() {
        [] => "nothing is there that the study file does not list".to_owned(),
        lost => format!("removed {}", lost.join(", ")),
    };
    say(Talk::Aloud, &line);
    Ok(Outcome::Done)
}
