//! Every table of the log, declared once.

use super::schema::table;

table! {
    /// One row per event: one per commit, rule and environment, or one per record of a file.
    Event in "events" ordered by ["at_us", "source_rank", "source_seq", "event_id"] {
        /// Unique and stable over pulls.
        event_id: String,
        /// When it happened or landed, microseconds since the epoch, UTC.
        at_us: i64,
        /// Days since the epoch of `at_us` in the study's zone.
        day: i64,
        /// What happened, in the words of the log (`service.deployed`).
        activity: String,
        /// Who did or landed it; in segments an identity id, in the log a person id; absent where nobody can tell.
        actor_id: Option<String>,
        /// Whether the actor is a bot; absent where the actor is.
        is_bot: Option<bool>,
        /// When the work that ended in this event began, where that shows (author time of the oldest commit).
        began_us: Option<i64>,
        /// Who began it; an id like `actor_id`.
        began_by_id: Option<String>,
        /// The environment, by its canonical name.
        environment: Option<String>,
        /// `success`, `failure`, … where the source says one.
        outcome: Option<String>,
        /// A finer class within the activity, given at the door.
        category: Option<String>,
        /// How it was asked for or done: `person`, `ticket`, `cli`, `api`, `code`, `ui`, `chat`.
        channel: Option<String>,
        /// Whether it touched so many subjects, or was part of a repository's first commit, that it is nobody's step.
        is_bulk: bool,
        /// The unit of a source that told it (`git:govuk-helm-charts`, `api:github`, `hook:flux`, `file:tickets`).
        source: String,
        /// Order among sources at the same instant; the source's place in the study file.
        source_rank: i64,
        /// Order within a source at the same instant: generation for commits, line for files.
        source_seq: i64,
        /// Where the raw record is: `git:REPOSITORY@SHA`, `file:PATH#LINE`, `api:ID/STREAM#KEY` or `hook:ID/STREAM#KEY`.
        evidence: String,
    }
}

table! {
    /// One row per object.
    Object in "objects" ordered by ["object_id"] {
        /// `TYPE:NAME`.
        object_id: String,
        /// `component`, `repository`, `ticket`, …
        object_type: String,
        /// The name as its system spells it; never a person's.
        name: String,
        /// The first instant that any source mentions it; absent for what the study file declares.
        first_seen_us: Option<i64>,
        /// The unit of a source that told it first.
        source: String,
    }
}

table! {
    /// One row per event, object and qualifier.
    EventObject in "event_objects" ordered by ["event_id", "object_id", "qualifier"] {
        /// The event.
        event_id: String,
        /// The object.
        object_id: String,
        /// What the object is to the event: see [`crate::log::qualifier`].
        qualifier: String,
    }
}

table! {
    /// One row per dated relation between two objects.
    ObjectLink in "object_links" ordered by ["from_id", "to_id", "qualifier", "valid_from_us", "evidence"] {
        /// The object the relation starts at.
        from_id: String,
        /// The object it leads to.
        to_id: String,
        /// What the relation is: see [`crate::log::qualifier`].
        qualifier: String,
        /// From when it holds; the smallest integer where it always has.
        valid_from_us: i64,
        /// Until when it holds (exclusive); absent while it still holds.
        valid_to_us: Option<i64>,
        /// The rule that found it.
        rule: String,
        /// How sure the rule is, in percent.
        confidence: i64,
        /// Where the raw record is.
        evidence: String,
    }
}

table! {
    /// One row per change of one field of one object.
    ObjectChange in "object_changes" ordered by ["object_id", "field", "at_us", "evidence"] {
        /// The object.
        object_id: String,
        /// The field, by the name the study file maps it to.
        field: String,
        /// From when the value holds.
        at_us: i64,
        /// The value as text (`false` is a value); absent where the field was taken away or is an empty string.
        value: Option<String>,
        /// Whether one commit changed the field of many objects.
        is_bulk: bool,
        /// Where the raw record is.
        evidence: String,
    }
}

table! {
    /// One row per key that an identity is known by (keyed hashes only). Segments hold it; the build merges it.
    IdentityKey in "identity_keys" ordered by ["identity_id", "kind", "key"] {
        /// The identity: a keyed hash of name and e-mail as they stand in the source.
        identity_id: String,
        /// `email`, `handle`, `full_name`, `one_word_name`, `alias`, `mailmap`, or `none` for an identity that has no key.
        kind: String,
        /// Keyed hash of the normalised key.
        key: String,
        /// Whether the identity is a bot.
        is_bot: bool,
    }
}

table! {
    /// One row per pseudonymous person.
    Person in "people" ordered by ["person_id"] {
        /// Pseudonym.
        person_id: String,
        /// `human` or `bot`.
        kind: String,
        /// How many identities were merged into this person.
        identities: i64,
    }
}

table! {
    /// One row per person, team and stretch of membership.
    Membership in "memberships" ordered by ["person_id", "team_id", "from_us", "evidence"] {
        /// The person; in segments an identity id.
        person_id: String,
        /// `team:NAME`.
        team_id: String,
        /// From when; the smallest integer where the source gives no start.
        from_us: i64,
        /// Until when (exclusive); absent while it still holds.
        to_us: Option<i64>,
        /// Where the raw record is.
        evidence: String,
    }
}

table! {
    /// One row per answer of one person to one item of a survey.
    SurveyAnswer in "survey_answers" ordered by ["wave", "item", "person_id", "at_us", "evidence"] {
        /// The wave, as the file names it.
        wave: String,
        /// The item, as the file names it.
        item: String,
        /// The person; in segments an identity id.
        person_id: String,
        /// When it was answered.
        at_us: i64,
        /// The answer on its scale; absent where the item was left out.
        answer: Option<i64>,
        /// Where the raw record is.
        evidence: String,
    }
}

table! {
    /// One row per stretch of time that a unit of a source can speak for.
    Observation in "observations" ordered by ["source", "stream", "from_us"] {
        /// The unit of a source (`git:govuk-helm-charts`).
        source: String,
        /// `git`, or the stream of the file source (`tickets`, `deployments`, …).
        stream: String,
        /// The first instant that it has a record of.
        from_us: i64,
        /// The last instant that it has a record of.
        to_us: i64,
        /// Records read.
        records: i64,
        /// Records refused, each counted among the caveats.
        refused: i64,
    }
}

table! {
    /// One row per kind of caveat and place.
    Caveat in "caveats" ordered by ["kind", "place", "example"] {
        /// See [`crate::log::CaveatKind`].
        kind: String,
        /// The source, rule, file or measure that it is about.
        place: String,
        /// How often.
        count: i64,
        /// What it means here, in one sentence without a person's name.
        detail: String,
        /// Evidence of one case.
        example: String,
    }
}

table! {
    /// One row per day of the study's calendar.
    CalendarDay in "calendar" ordered by ["day"] {
        /// Days since the epoch in the study's zone.
        day: i64,
        /// Monday of its week, as a day number.
        week: i64,
        /// Months since 1970-01.
        month: i64,
        /// Quarters since 1970-Q1.
        quarter: i64,
        /// Midnight at its start, UTC.
        starts_us: i64,
        /// When work begins; equal to `closes_us` on a day off.
        opens_us: i64,
        /// When work ends.
        closes_us: i64,
        /// Working time of the day.
        working_us: i64,
        /// Working time of all days before it (running sum).
        working_us_before: i64,
    }
}

table! {
    /// Always one row: the settings that queries read.
    Parameters in "parameters" ordered by ["as_of_us"] {
        /// The instant that the study looks from; nothing after it is read.
        as_of_us: i64,
        /// An open journey with no event for this long is abandoned.
        abandoned_after_us: i64,
        /// A step this long before the start still belongs to the journey.
        before_start_us: i64,
        /// Links less sure than this, in percent, are left out.
        least_confidence: i64,
        /// The production environment.
        production: String,
        /// The lowest environment that teams share.
        lowest_shared: Option<String>,
        /// Whether any team is known.
        has_teams: bool,
    }
}

table! {
    /// One row per step of a journey definition, its start and its finish among them.
    StepDefined in "steps_defined" ordered by ["definition", "position", "step"] {
        /// The definition (`create-service`).
        definition: String,
        /// The step's name, unique within the definition.
        step: String,
        /// Its place in the order that the definition expects, from 1.
        position: i64,
        /// `start`, `step` or `finish`.
        role: String,
        /// The activity that fulfils it.
        activity: String,
        /// The category it must have; absent: any.
        category: Option<String>,
        /// The environment it must be in; absent: any.
        environment: Option<String>,
        /// The channel it must have come by; absent: any.
        channel: Option<String>,
        /// The qualifier of the dated link that must hold (`registered_in`); absent: not gated.
        gate: Option<String>,
        /// Whether only bots (`bot`) or only humans (`human`) fulfil it; absent: either.
        done_by: Option<String>,
    }
}

table! {
    /// One row per journey definition.
    JourneyDefined in "journeys_defined" ordered by ["definition"] {
        /// The definition.
        definition: String,
        /// The object type of its subject.
        subject_type: String,
        /// Whether a subject can go through it more than once.
        repeats: bool,
        /// The activity that ends it unfinished at once (`component.retired`, `environment.deregistered`).
        abandoned_by: Option<String>,
    }
}

table! {
    /// One row per team of the study.
    StudyTeam in "study_teams" ordered by ["team_id"] {
        /// `team:NAME`.
        team_id: String,
        /// `pilot`, `comparison`, `platform` or `none`.
        arm: String,
        /// When it entered the pilot (comparison teams: the date they are compared at); absent outside a study.
        pilot_us: Option<i64>,
    }
}

table! {
    /// One row per team and period: before, washout, after.
    Period in "periods" ordered by ["team_id", "from_us"] {
        /// `team:NAME`.
        team_id: String,
        /// `pilot` or `comparison`.
        arm: String,
        /// `before`, `washout` or `after`.
        period: String,
        /// From when.
        from_us: i64,
        /// Until when (exclusive).
        to_us: i64,
    }
}

table! {
    /// One row per repository that the study file lists.
    Repository in "repositories" ordered by ["repository_id"] {
        /// `repository:NAME`.
        repository_id: String,
        /// `service` or `platform`.
        role: String,
        /// The component that a service repository holds.
        subject_id: Option<String>,
    }
}

table! {
    /// One row per field that a complete catalog entry holds.
    CoverageField in "coverage_fields" ordered by ["position", "field"] {
        /// The field, by the name that `object_changes` has for it.
        field: String,
        /// Its place in the study file, from 1.
        position: i64,
        /// Whether some catalog names it as the field of the owner.
        is_owner: bool,
    }
}

table! {
    /// One row per value that stands for nothing in a catalog.
    CoveragePlaceholder in "coverage_placeholders" ordered by ["value"] {
        /// The value in lower case.
        value: String,
    }
}

table! {
    /// One row per group that owns by default, and so owns nothing.
    DefaultOwner in "default_owners" ordered by ["value"] {
        /// The group's name in lower case.
        value: String,
    }
}
