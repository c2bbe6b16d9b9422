//! Finds the repository, the commit to read from, and the refs that matter.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;

use super::GitError;
use crate::config::Repository;

/// A repository with everything that its refs say.
pub(super) struct Opened {
    pub(super) git: gix::Repository,
    /// The commit that the history is read from.
    pub(super) head: ObjectId,
    /// Commits whose parents are cut off.
    pub(super) shallow: BTreeSet<ObjectId>,
    /// Number of a pull or merge request → the last commit of its branch.
    pub(super) side_heads: BTreeMap<u64, ObjectId>,
    /// Tag → what the ref points to, not peeled.
    pub(super) tags: BTreeMap<String, ObjectId>,
}

pub(super) fn open(repository: &Repository) -> Result<Opened, GitError> {
    let name = || repository.name.clone();
    let path = repository
        .candidates
        .iter()
        .find(|path| path.exists())
        .ok_or_else(|| GitError::NoRepository { name: name(), candidates: repository.candidates.clone() })?;
    // Isolated: neither the environment nor the machine's own git settings change what is read.
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Full);
    let mut git = gix::open_opts(path, options).map_err(|why| GitError::NotGit {
        name: name(),
        path: path.clone(),
        why: why.to_string(),
    })?;
    // A missing object stays missing: looking for new packs each time costs a folder listing.
    git.objects.refresh_never();
    super::diff::keep_few_bases(&mut git);
    let unreadable = |why: &dyn std::fmt::Display| GitError::Unreadable { name: name(), why: why.to_string() };
    let shallow = git.shallow_commits().map_err(|why| unreadable(&why))?;
    let shallow = shallow.map(|commits| commits.iter().copied().collect()).unwrap_or_default();

    let mut side_heads = BTreeMap::new();
    let mut tags = BTreeMap::new();
    let mut branches = BTreeMap::new();
    let platform = git.references().map_err(|why| unreadable(&why))?;
    for reference in platform.all().map_err(|why| unreadable(&why))? {
        // One broken ref must not hide the others.
        let Ok(reference) = reference else { continue };
        let (Some(id), Ok(full)) =
            (reference.try_id().map(gix::Id::detach), std::str::from_utf8(reference.name().as_bstr()))
        else {
            continue;
        };
        if let Some(tag) = full.strip_prefix("refs/tags/") {
            tags.insert(tag.to_owned(), id);
        } else if let Some(number) = side_number(full) {
            side_heads.insert(number, id);
        } else if let Some(branch) = full.strip_prefix("refs/heads/") {
            branches.insert(branch.to_owned(), id);
        } else if let Some(branch) = full.strip_prefix("refs/remotes/") {
            branches.insert(branch.to_owned(), id);
        }
    }
    let head = head_of(&git, repository, &branches)?;
    Ok(Opened { git, head, shallow, side_heads, tags })
}

fn head_of(
    git: &gix::Repository,
    repository: &Repository,
    branches: &BTreeMap<String, ObjectId>,
) -> Result<ObjectId, GitError> {
    let no_branch = |branch: &str| GitError::NoBranch {
        name: repository.name.clone(),
        branch: branch.to_owned(),
        known: branches.keys().cloned().collect(),
    };
    if let Some(pin) = &repository.pin {
        let id = git.rev_parse_single(pin.as_str()).ok().and_then(|id| id.object().ok()?.peel_to_commit().ok());
        let hint = || match branches.iter().next() {
            Some((branch, tip)) => format!("`{branch}` is at {tip}; fetch the pinned commit, or change `pin`"),
            None => "it has no branch at all".to_owned(),
        };
        return id.map(|commit| commit.id).ok_or_else(|| GitError::NoPin {
            name: repository.name.clone(),
            pin: pin.clone(),
            hint: hint(),
        });
    }
    if let Some(branch) = &repository.branch {
        let found = branches.get(branch).or_else(|| branches.get(&format!("origin/{branch}")));
        return found.copied().ok_or_else(|| no_branch(branch));
    }
    git.head_id().map(gix::Id::detach).map_err(|_| no_branch("HEAD"))
}

fn side_number(full_name: &str) -> Option<u64> {
    let rest = full_name.strip_prefix("refs/pull/").or_else(|| full_name.strip_prefix("refs/merge-requests/"))?;
    rest.strip_suffix("/head")?.parse().ok()
}
