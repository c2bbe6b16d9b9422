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
/// `fullDisplayName` is not kept: rules of the study file read the job's name there.
const FIELDS: &str = "number,url,timestamp,duration,result,building,fullDisplayName,\
                      actions[causes[userId,userName],lastBuiltRevision[SHA1],remoteUrls]";

/// Where a job is, by its full name. A slash in a branch's name is already escaped once in the name itself.
pub(super) fn place(full_name: &str) -> String {
    full_name.split('/').fold(String::new(), |place, part| format!("{place}/job/{}", escape(part)))
}

pub(super) fn folders(ask: &Ask<'_>) -> Vec<Request> {
    let tree = (1..DEEPEST).fold("jobs[name]".to_owned(), |inner, _| format!("jobs[name,{inner}]"));
    vec![Request::get(ask.api, "/api/json", &[("tree", &tree)])]
}

/// One request for each folder. Only of what lies in a multibranch project the display name is asked for: so the answer
/// tells that a job is a branch.
pub(super) fn jobs(ask: &Ask<'_>) -> Vec<Request> {
    let Some(root) = ask.parent else { return Vec::new() };
    let list = |places: Vec<String>, more: &str| {
        let tree = format!("jobs[fullName,lastBuild[number,timestamp]{more}]");
        let get = |place: &String| Request::get(ask.api, &format!("{place}/api/json"), &[("tree", &tree)]);
        places.iter().map(get).collect::<Vec<_>>()
    };
    let mut requests = list([vec![String::new()], root.texts("folders")].concat(), "");
    requests.extend(list(root.texts("branched"), ",displayName"));
    requests
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
    let path = format!("{}/{}/api/json", place(&full_name), number(build));
    Request::get(ask.api, &path, &[("tree", FIELDS)])
}

/// By which a job knows its build.
fn number(build: &Kept<'_>) -> String {
    escape(&build.text("number").unwrap_or_default())
}

/// The stages of an ended build of a pipeline that `jobs` names, by its full name or by its project's; each with its steps,
/// since one in which none ran was skipped.
pub(super) fn stages(ask: &Ask<'_>) -> Vec<Request> {
    let Some(build) = ask.parent.filter(|build| build.flag("ended") == Some(true)) else { return Vec::new() };
    let Some(place) = build.text("pipeline") else { return Vec::new() };
    let name = full_name(&place);
    let project = name.rsplit_once('/').map_or("", |(project, _)| project);
    let wanted = ask.api.jobs.include(&name) || (!project.is_empty() && ask.api.jobs.include(project));
    if !wanted || !ask.api.reads(&name) {
        return Vec::new();
    }
    vec![Request::get(ask.api, &format!("{place}/{}/wfapi/describe", number(build)), &[("fullStages", "true")])]
}

/// The full name of the job at a place: [`place`] undone.
fn full_name(place: &str) -> String {
    place.trim_start_matches("/job/").split("/job/").map(unescape).collect::<Vec<_>>().join("/")
}

fn unescape(part: &str) -> String {
    let bytes = part.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = part.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let digits = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_leads_back_to_the_name() {
        for name in ["app", "acme/app", "acme/app/fix%2Fone two", "größe/100%", "%2/%zz"] {
            assert_eq!(full_name(&place(name)), name);
        }
        assert_eq!(place("acme/fix%2Fone"), "/job/acme/job/fix%252Fone");
        assert_eq!(unescape("%+1%"), "%+1%");
    }
}
