//! What Jenkins is asked.

use serde_json::Value;

use crate::config::Api;
use crate::sources::api::kept::Kept;
use crate::sources::api::request::{Answer, Request, escape};
use crate::sources::api::stream::Ask;

/// Folders are looked for so many levels deep.
pub(super) const DEEPEST: usize = 8;
/// Builds of one window.
const WINDOW: usize = 100;
const FIELDS: &str = "number,timestamp,duration,result,building,fullDisplayName,\
                      actions[causes[userId,userName],lastBuiltRevision[SHA1],remoteUrls]";

/// Where a job is, by its full name. A slash in a branch's name is already escaped once in the name itself.
pub(super) fn place(full_name: &str) -> String {
    full_name.split('/').map(|part| format!("/job/{}", escape(part))).collect()
}

pub(super) fn folders(ask: &Ask<'_>) -> Vec<Request> {
    let tree = (1..DEEPEST).fold("jobs[name]".to_owned(), |inner, _| format!("jobs[name,{inner}]"));
    vec![Request::get(ask.api, "/api/json", &[("tree", &tree)])]
}

/// One request for each folder. Only of what lies in a multibranch project the display name is asked for: this is how the
/// answer tells that a job is a branch.
pub(super) fn jobs(ask: &Ask<'_>) -> Vec<Request> {
    let Some(root) = ask.parent else { return Vec::new() };
    let list = |places: Vec<String>, more: &str| {
        let tree = format!("jobs[fullName,lastBuild[number,timestamp]{more}]");
        let get = |place: &String| Request::get(ask.api, &format!("{place}/api/json"), &[("tree", &tree)]);
        places.iter().map(get).collect::<Vec<_>>()
    };
    let top = std::iter::once(String::new()).chain(root.texts("folders")).collect();
    list(top, "").into_iter().chain(list(root.texts("branched"), ",displayName")).collect()
}

/// The place of a job that is read and has builds.
fn job(api: &Api, job: &Kept<'_>) -> Option<String> {
    let full_name = job.text("fullName")?;
    (api.reads(&full_name) && job.get("lastBuild.number").is_some()).then(|| place(&full_name))
}

pub(super) fn builds(ask: &Ask<'_>) -> Vec<Request> {
    let place = ask.parent.and_then(|parent| job(ask.api, parent));
    let get = |place| Request::get(ask.api, &format!("{place}/api/json"), &[("tree", &window(0))]);
    place.map(get).into_iter().collect()
}

fn window(from: usize) -> String {
    format!("allBuilds[{FIELDS}]{{{from},{}}}", from + WINDOW)
}

/// The next window. A build that began meanwhile moves the others along: they are met twice, and none is missed.
pub(super) fn later_builds(request: &Request, _: &Answer, items: &[Value]) -> Option<Request> {
    let tree = request.query("tree")?;
    let (_, range) = tree.rsplit_once('{')?;
    let to: usize = range.trim_end_matches('}').split_once(',')?.1.parse().ok()?;
    (items.len() >= WINDOW).then(|| request.with("tree", &window(to)))
}

/// One build again.
pub(super) fn build(ask: &Ask<'_>, build: &Kept<'_>) -> Request {
    let full_name = ask.parent.and_then(|parent| parent.text("fullName")).unwrap_or_default();
    let path = format!("{}/{}/api/json", place(&full_name), escape(build.key));
    Request::get(ask.api, &path, &[("tree", FIELDS)])
}

/// A build's scope ends with its job's key, under which the job's name is not: so the name travels in the build.
pub(super) fn stages(ask: &Ask<'_>) -> Vec<Request> {
    let _ = ask;
    Vec::new()
}
