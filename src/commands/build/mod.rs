//! From segments to the log: identities become people, duplicates go, everything is put in its total order.
//!
//! In: the segments of a data folder and the settings. Out: a new log, and the pointer turned to it. A log whose inputs
//! have not changed is not built again.

mod caveats;
mod fingerprint;
mod resolve;
mod study_tables;

use std::path::PathBuf;

use polars::prelude::DataFrame;

use self::resolve::Resolved;
use super::CommandError;
use crate::config::Settings;
use crate::log::{
    CalendarDay, Caveat, CoverageField, CoveragePlaceholder, DefaultOwner, Event, IdentityKey, JourneyDefined, Micros,
    ObjectChange, ObjectId, ObjectLink, ObjectType, Parameters, Period, Person, Repository, Row, StepDefined,
    StudyTeam, qualifier,
};
use crate::people::{self, Office};
use crate::store::{LogFolder, Segments, StoreError, frame, rows, segment_table};

/// A built log and what was done for it.
pub(crate) struct Built {
    /// Where it is.
    pub(crate) log: LogFolder,
    /// Whether it had to be built.
    pub(crate) fresh: bool,
    /// A hash of everything that it was built from.
    pub(crate) fingerprint: String,
}

/// Builds the log if anything that it is made from has changed.
pub(crate) fn build(settings: &Settings, segments: &Segments) -> Result<Built, CommandError> {
    LogFolder::tidy(&settings.data)?;
    let fingerprint = fingerprint::of(settings, segments)?;
    if let Some((log, known)) = LogFolder::current(&settings.data)
        && known == fingerprint
    {
        return Ok(Built { log, fresh: false, fingerprint });
    }
    let mut tables = assemble(settings, segments)?;
    let log = LogFolder::replace(&settings.data, &fingerprint, &mut tables)?;
    Ok(Built { log, fresh: true, fingerprint })
}

fn assemble(settings: &Settings, segments: &Segments) -> Result<Vec<(&'static str, DataFrame)>, CommandError> {
    let folders = &segments.folders()?;
    // Aliases and teams of the private file are read anew by every build: an edit needs no new pull.
    let office = Office::open(settings)?;
    let mut desk = office.desk();
    let declared = office.declared(&mut desk);
    let mut keys = rows::<IdentityKey>(&segment_table::<IdentityKey>(folders)?)?;
    keys.extend(desk.into_keys());
    let people = people::merge(&keys);
    let events = segment_table::<Event>(folders)?;
    // What a catalog without a history says is dated by the pull that saw it, which no event may be as late as.
    let changes = segment_table::<ObjectChange>(folders)?;
    let latest_us = resolve::latest(&events).into_iter().chain(resolve::latest(&changes)).max();
    let Some(as_of_us) = settings.as_of_us.or(latest_us) else {
        return Err(CommandError::NothingToBuild { file: settings.file.clone() });
    };

    let Resolved {
        events,
        event_objects,
        objects,
        object_changes,
        memberships,
        survey_answers,
        observations,
        mut caveats,
    } = resolve::all(settings, folders, &events, declared, &people.person_of, as_of_us)?;
    let object_links = links(settings, folders, as_of_us)?;
    let first_us = resolve::first(&events).unwrap_or(as_of_us).min(as_of_us);
    let (journeys_defined, steps_defined) = study_tables::definitions(settings);
    let (coverage_fields, placeholders, default_owners) = study_tables::coverage(settings);
    let has_teams = memberships.height() > 0;
    caveats::of_rules(settings, &mut caveats);
    caveats::of_study(settings, &people, has_teams, &mut caveats);
    caveats::of_deployments(&events, &mut caveats).map_err(|why| StoreError::Table {
        doing: "count",
        path: settings.data.clone(),
        why,
    })?;

    Ok(vec![
        ("events", events),
        ("event_objects", event_objects),
        ("objects", objects),
        (ObjectLink::TABLE, frame(&object_links)),
        ("object_changes", object_changes),
        (Person::TABLE, frame(&people.persons)),
        ("memberships", memberships),
        ("survey_answers", survey_answers),
        ("observations", observations),
        (Caveat::TABLE, frame(&caveats::summed(caveats))),
        (CalendarDay::TABLE, frame(&study_tables::calendar(settings, first_us, as_of_us))),
        (Parameters::TABLE, frame(&[study_tables::parameters(settings, as_of_us, has_teams)])),
        (JourneyDefined::TABLE, frame(&journeys_defined)),
        (StepDefined::TABLE, frame(&steps_defined)),
        (CoverageField::TABLE, frame(&coverage_fields)),
        (CoveragePlaceholder::TABLE, frame(&placeholders)),
        (DefaultOwner::TABLE, frame(&default_owners)),
        (StudyTeam::TABLE, frame(&study_tables::study_teams(settings))),
        (Period::TABLE, frame(&study_tables::periods(settings))),
        (Repository::TABLE, frame(&study_tables::repositories(settings))),
    ])
}

/// The relations of all segments as they stood at `as_of`, with the names that the study file declares.
fn links(settings: &Settings, folders: &[PathBuf], as_of_us: Micros) -> Result<Vec<ObjectLink>, StoreError> {
    let mut links = rows::<ObjectLink>(&segment_table::<ObjectLink>(folders)?)?;
    links.extend(settings.aliases.iter().map(|(alias, component)| ObjectLink {
        from_id: ObjectId::new(ObjectType::Component, alias).into(),
        to_id: ObjectId::new(ObjectType::Component, component).into(),
        qualifier: qualifier::ALIAS_OF.to_owned(),
        valid_from_us: i64::MIN,
        valid_to_us: None,
        rule: "declared".to_owned(),
        confidence: 100,
        evidence: "study file: aliases".to_owned(),
    }));
    links.retain(|link| link.valid_from_us <= as_of_us);
    for link in &mut links {
        // What ends after the instant that we look from has, from there, not ended.
        link.valid_to_us = link.valid_to_us.filter(|to_us| *to_us <= as_of_us);
    }
    let key = |link: &ObjectLink| {
        (link.from_id.clone(), link.to_id.clone(), link.qualifier.clone(), link.valid_from_us, link.evidence.clone())
    };
    // An increment that closes a relation writes it again with its end: the row with an end is the later knowledge.
    links.sort_by_key(|link| (key(link), link.valid_to_us.is_none()));
    links.dedup_by_key(|link| key(link));
    Ok(links)
}
