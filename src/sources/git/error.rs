//! What can stop a pull. Everything less is a caveat.

use std::path::PathBuf;

/// A repository that cannot be pulled. Each says what was looked for, and what there is instead.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No folder of that name.
    #[error(
        "the repository `{name}` is not there; looked for {}; clone it there, or say `--git-root` or `path`",
        list(candidates.iter().map(|path| path.display().to_string()))
    )]
    NoRepository {
        /// The repository.
        name: String,
        /// The folders that were looked for.
        candidates: Vec<PathBuf>,
    },
    /// A folder is there, but no git repository.
    #[error("`{}`, meant to hold the repository `{name}`, is no git repository: {why}", path.display())]
    NotGit {
        /// The repository.
        name: String,
        /// The folder.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// The pin names no commit that is there.
    #[error("the repository `{name}` does not hold the commit `{pin}` of `pin`; {hint}")]
    NoPin {
        /// The repository.
        name: String,
        /// The pin.
        pin: String,
        /// What there is.
        hint: String,
    },
    /// The branch is not there.
    #[error("the repository `{name}` has no branch `{branch}`; it has {}", list(known.iter().cloned()))]
    NoBranch {
        /// The repository.
        name: String,
        /// The branch, or `HEAD`.
        branch: String,
        /// The branches that are there.
        known: Vec<String>,
    },
    /// A rule of the study file that cannot be understood.
    #[error("the rule `{rule}`: {why}")]
    Rule {
        /// Its id.
        rule: String,
        /// What is wrong and what would be right.
        why: String,
    },
    /// The repository cannot be read.
    #[error("the repository `{name}` cannot be read: {why}")]
    Unreadable {
        /// The repository.
        name: String,
        /// What was found.
        why: String,
    },
}

fn list(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.map(|item| format!("`{item}`")).collect();
    let more = items.len().saturating_sub(8);
    items.truncate(8);
    let shown = if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
