//! Makes Jenkins' records fit for the allow-list.

use serde_json::{Value, json};

use super::ask::place;
use crate::sources::api::kept::{at, scalar};

/// Causes by the end of their class, how they begin a build, and whether they name who did. What a clock or another
/// build begins is begun by code too: no hand was at it.
const CAUSES: &[(&str, &str, bool)] = &[
    ("CLICause", "cli", true),
    ("UserIdCause", "ui", true),
    ("UserCause", "ui", true),
    ("ReplayCause", "ui", false),
    ("RemoteCause", "api", false),
    ("BranchEventCause", "code", false),
    ("BranchIndexingCause", "code", false),
    ("SCMTriggerCause", "code", false),
    ("PushCause", "code", false),
    ("PullRequestCause", "code", false),
    ("GitHubPRCause", "code", false),
    ("WebHookCause", "code", false),
    ("TimerTriggerCause", "code", false),
    ("UpstreamCause", "code", false),
];

/// The places of all folders in one tree. A multibranch project holds branches, whatever plugin it is of.
pub(super) fn folders(root: &mut Value) {
    let (mut folders, mut branched) = (Vec::new(), Vec::new());
    gather(root, "", &mut folders, &mut branched);
    *root = json!({"root": "root", "folders": folders, "branched": branched});
}

fn gather(folder: &Value, above: &str, folders: &mut Vec<String>, branched: &mut Vec<String>) {
    for job in folder.get("jobs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
        let class = job.get("_class").and_then(Value::as_str).unwrap_or_default();
        let is_branched = class.contains("MultiBranch");
        let Some(name) = job.get("name").and_then(Value::as_str) else { continue };
        if !is_branched && !class.contains("Folder") && !job.get("jobs").is_some_and(Value::is_array) {
            continue;
        }
        let here = format!("{above}{}", place(name));
        let list = if is_branched { &mut *branched } else { &mut *folders };
        list.push(here.clone());
        gather(job, &here, folders, branched);
    }
}

/// Names its project, and whether there is anything to build. A branch that several people share stays; one that may be
/// called by the person who works on it is left out, since nothing could be asked of it but by its name.
pub(super) fn job(job: &mut Value) {
    let Some(full_name) = job.get("fullName").and_then(Value::as_str).map(str::to_owned) else { return };
    let is_branch = job.get("displayName").is_some();
    let project = match full_name.rsplit_once('/').filter(|_| is_branch) {
        Some((project, branch)) if is_shared(branch) => project.to_owned(),
        Some(_) => {
            job["_left_out"] =
                json!("a branch that may be called by a person; only shared branches and changes are read");
            return;
        }
        None => full_name,
    };
    job["is_job"] = json!(job.get("lastBuild").is_some());
    job["project"] = json!(project);
}

/// Branches that are nobody's own, and those that Jenkins makes of changes.
fn is_shared(branch: &str) -> bool {
    const SHARED: &[&str] =
        &["dev", "develop", "development", "main", "master", "prod", "production", "staging", "trunk"];
    let numbered = |starts: &[&str]| {
        starts.iter().any(|start| {
            let rest =
                branch.strip_prefix(start).map(|rest| rest.trim_start_matches("%2F").trim_start_matches(['-', 'v']));
            rest.is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || b".-x".contains(&byte))
            })
        })
    };
    SHARED.contains(&branch) || numbered(&["PR", "MR", "release", "releases", "hotfix", "support"])
}

/// Lifts what lies in actions: the first cause that is known, whoever causes name, and what was checked out.
pub(super) fn build(build: &mut Value) {
    let actions = build.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut channel, mut who) = (None, None);
    for cause in actions.iter().filter_map(|action| action.get("causes")?.as_array()).flatten() {
        let class = cause.get("_class").and_then(Value::as_str).unwrap_or_default();
        let Some((_, how, has_who)) = CAUSES.iter().find(|(end, ..)| class.ends_with(end)) else { continue };
        channel = channel.or(Some(*how));
        who = who.or_else(|| has_who.then(|| user(cause)).flatten());
    }
    let sources: Vec<Value> = actions.iter().filter_map(source).collect();
    let pipeline = pipeline(build);
    let is_building = build.get("building").and_then(Value::as_bool) == Some(true);
    let ended = !is_building && build.get("result").is_some_and(Value::is_string);
    let Value::Object(fields) = build else { return };
    for (name, value) in [("channel", json!(channel)), ("who", json!(who)), ("sources", json!(sources))] {
        fields.insert(name.to_owned(), value);
    }
    fields.insert("pipeline".to_owned(), json!(pipeline));
    fields.insert("ended".to_owned(), json!(ended.then_some(true)));
}

/// Counts the steps that ran in a stage, where Jenkins tells them.
pub(super) fn stage(stage: &mut Value) {
    let steps = stage.get("stageFlowNodes").and_then(Value::as_array).map(|steps| {
        let ran = |step: &&Value| step.get("status").and_then(Value::as_str) != Some("NOT_EXECUTED");
        steps.iter().filter(ran).count()
    });
    if let Value::Object(fields) = stage {
        fields.insert("steps".to_owned(), json!(steps));
    }
}

/// Whoever a cause names. Somebody who is not logged in is nobody, and a login may be an address.
fn user(cause: &Value) -> Option<Value> {
    let id = at(cause, "userId").and_then(scalar)?;
    if matches!(id.as_str(), "anonymous" | "SYSTEM" | "unknown") {
        return None;
    }
    let field = if id.contains('@') { "email" } else { "userId" };
    Some(json!({"userName": cause.get("userName"), field: id}))
}

/// The place of a pipeline's job; no other build has stages that it would be asked for.
fn pipeline(build: &Value) -> Option<String> {
    build.get("_class")?.as_str().filter(|class| class.ends_with("WorkflowRun"))?;
    let url = build.get("url")?.as_str()?;
    let path = &url[url.find("/job/")?..];
    Some(path.trim_end_matches('/').rsplit_once('/')?.0.to_owned())
}

/// What one action checked out: the repository by its full name, and the commit.
fn source(action: &Value) -> Option<Value> {
    let url = action.get("remoteUrls")?.as_array()?.iter().find_map(Value::as_str)?;
    let sha = at(action, "lastBuiltRevision.SHA1").and_then(scalar).filter(|sha| is_sha(sha));
    Some(json!({"repository": repository(url)?, "sha": sha}))
}

fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `OWNER/NAME` from a clone address (`git@host:owner/name.git`, `https://user:pw@host/a/b`), with no host or user.
fn repository(url: &str) -> Option<String> {
    let url = url.trim().split(['?', '#']).next()?;
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.split_once(':').map_or(url, |(_, path)| path),
    };
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    // Bitbucket keeps repositories below `scm`; Azure DevOps has `_git` before the name, or `v3` and the organisation.
    match *parts.as_slice() {
        ["scm", ..] => drop(parts.remove(0)),
        ["v3", _, project, name] | [.., project, "_git", name] => parts = vec![project, name],
        _ => {}
    }
    let name = parts.last_mut()?;
    *name = name.strip_suffix(".git").unwrap_or(name);
    Some(parts.join("/")).filter(|name| !name.is_empty() && !name.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_named_without_its_host_and_whoever_reads_it() {
        for url in [
            "https://git.acme.test/acme/app.git",
            "https://jane-doe:secret@git.acme.test/acme/app/",
            "git@git.acme.test:acme/app.git",
            "ssh://git@git.acme.test:7999/acme/app.git",
            "https://git.acme.test/scm/acme/app.git",
            "https://dev.azure.test/org/acme/_git/app",
            "git@ssh.dev.azure.test:v3/org/acme/app",
        ] {
            assert_eq!(repository(url).as_deref(), Some("acme/app"), "{url}");
        }
        for bad in ["", "https://", "https://host", "git@host:", "https://host/jane@acme.test"] {
            assert_eq!(repository(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_first_known_cause_counts_and_nobody_is_no_user() {
        let mut raw = json!({"actions": [{}, {"causes": [
            {"_class": "acme.Unknown", "userId": "x"},
            {"_class": "hudson.model.Cause$UserIdCause", "userId": null, "userName": "anonymous"},
            {"_class": "hudson.triggers.TimerTrigger$TimerTriggerCause"},
        ]}]});
        build(&mut raw);
        assert_eq!((raw["channel"].as_str(), raw["who"].is_null()), (Some("ui"), true));
    }

    #[test]
    fn what_is_no_record_is_left_as_it_is() {
        for hostile in [json!({"actions": null}), json!({"actions": [{"causes": 3}, 4, null]}), json!([1]), json!(7)] {
            build(&mut hostile.clone());
            folders(&mut hostile.clone());
            job(&mut hostile.clone());
        }
    }

    #[test]
    fn a_branch_of_ones_own_is_left_out_and_a_shared_one_is_read() {
        for name in ["jane-doe%2Ffix", "feature-x", "main-jane", "PR-jane", "release%2Fjane", "release"] {
            assert!(!is_shared(name), "{name}");
        }
        for name in ["main", "trunk", "PR-12", "release%2F1.2", "release-1.2", "hotfix%2Fv2.0.1"] {
            assert!(is_shared(name), "{name}");
        }
        let mut branch =
            json!({"fullName": "acme/app/jane-doe%2Ffix", "displayName": "jane-doe/fix", "lastBuild": null});
        job(&mut branch);
        assert!(branch["_left_out"].is_string());
        let mut plain = json!({"fullName": "acme/app"});
        job(&mut plain);
        assert_eq!((plain["project"].as_str(), plain["is_job"].as_bool()), (Some("acme/app"), Some(false)));
    }
}
