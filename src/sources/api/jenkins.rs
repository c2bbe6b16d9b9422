//! Jenkins: jobs in folders and multibranch projects, their builds, and the stages of pipelines that matter.
//!
//! Versions: the remote access API (`/api/json` with `tree`) of Jenkins 2; stages come from the plugin «Pipeline: REST
//! API» (`wfapi`). Permissions: `Overall/Read` and `Job/Read`. What is not seen: builds that were discarded before the
//! first pull, jobs that the user may not read (Jenkins leaves them out silently), who pushed what a webhook built,
//! folders below the eighth level, and which environment a build went to, unless a rule of the study file says it.
//!
//! A job of a multibranch project is called by its branch, and a branch may be called by a person. Nothing can be asked
//! of such a job without its name, so only branches that are nobody's own (`main`, `release/1.2`) and those of changes
//! (`PR-12`) are read; others are left out and counted.

mod ask;
mod shape;
mod tell;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use tests::FAKE;

use super::kept::Refusal;
use super::stream::{Face, Hint, Keep, Next, Order, Pace, Sign, Source, Stream};

/// The source. Jenkins documents no limit; it is one process that also builds, so it is asked gently.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Basic,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 4, points_per_minute: 600, window: 60_000_000, busy: &[] },
};

/// The user's id is the login of whatever directory Jenkins asks, so it may meet other systems' handles.
const USER: Face = Face { name: "userName", email: "email", handle: "userId", prefix: "" };

const STREAMS: &[Stream] = &[
    Stream {
        name: "folders",
        doc: "One record: the places of every folder and multibranch project, eight levels deep.",
        permission: "`Overall/Read` and `Job/Read`",
        ask: ask::folders,
        key: &["root"],
        order: Order::Whole,
        keep: &[Keep::As("root"), Keep::As("folders[]"), Keep::As("branched[]")],
        prepare: shape::folders,
        tell: |_, _, _| Err(Refusal::Nothing("folders tell by their jobs")),
        ..Stream::USUAL
    },
    Stream {
        name: "jobs",
        doc: "Jobs, pipelines and branches of multibranch projects.",
        permission: "`Job/Read`",
        per: Some("folders"),
        ask: ask::jobs,
        items: "/jobs",
        key: &["fullName"],
        order: Order::Whole,
        keep: &[
            Keep::As("project"),
            Keep::As("fullName"),
            Keep::As("is_job"),
            Keep::As("lastBuild.number"),
            Keep::As("lastBuild.timestamp"),
        ],
        prepare: shape::job,
        tell: tell::job,
        ..Stream::USUAL
    },
    Stream {
        name: "builds",
        doc: "Builds with their cause, commit and result; those that were discarded are not seen.",
        permission: "`Job/Read`",
        per: Some("jobs"),
        ask: ask::builds,
        items: "/allBuilds",
        next: Next::With(ask::later_builds),
        // Numbers begin anew where a job is made anew under a name that was taken before.
        key: &["number", "timestamp"],
        cursor: Some("timestamp"),
        order: Order::NewestFirst,
        keep: &[
            Keep::As("number"),
            Keep::As("timestamp"),
            Keep::As("duration"),
            Keep::As("result"),
            Keep::As("building"),
            Keep::As("ended"),
            Keep::As("channel"),
            Keep::As("pipeline"),
            Keep::As("sources[].repository"),
            Keep::As("sources[].sha"),
            Keep::Who("who", USER),
        ],
        prepare: shape::build,
        unfinished: |kept| kept.flag("building") == Some(true),
        again: Some((ask::build, "")),
        hint: Some(Hint { total: "", newest: "lastBuild.timestamp", page: 100 }),
        speaks: "pipeline-runs",
        tell: tell::build,
        ..Stream::USUAL
    },
    Stream {
        name: "stages",
        doc: "Stages of ended builds, of the pipelines that `jobs` names.",
        permission: "`Job/Read`, and the plugin «Pipeline: REST API»",
        per: Some("builds"),
        ask: ask::stages,
        items: "/stages",
        keep: &[
            Keep::As("id"),
            Keep::As("name"),
            Keep::As("status"),
            Keep::As("startTimeMillis"),
            Keep::As("durationMillis"),
            Keep::As("steps"),
        ],
        prepare: shape::stage,
        // An ended build gets no more stages, so it is asked once.
        hint: Some(Hint { total: "", newest: "ended", page: 100 }),
        tell: tell::stage,
        ..Stream::USUAL
    },
];
