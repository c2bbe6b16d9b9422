//! `milepost init`: a study file to start from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::output::{Talk, say};
use super::{CommandError, Outcome};
use crate::cli::InitArgs;

const TEMPLATE: &str = include_str!("init.toml");

pub(super) fn run(args: &InitArgs) -> Result<Outcome, CommandError> {
    if args.study.exists() {
        let message = format!("`{}` is there already; name another file with `--study`", args.study.display());
        return Err(CommandError::Asked(message));
    }
    let found = args.git_root.as_deref().map(repositories).transpose()?.unwrap_or_default();
    let mut text = TEMPLATE.to_owned();
    if let Some(root) = &args.git_root {
        let absolute = fs::canonicalize(root).map_err(CommandError::system("find", root))?;
        let line = format!("git-root = {:?}", absolute.display().to_string());
        text = text.replace("# git-root = \"..\"", &line);
    }
    for name in &found {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n[[repositories]]\nname = {name:?}\n");
    }
    if let Some(folder) = args.study.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(CommandError::system("make the folder", folder))?;
    }
    fs::write(&args.study, text).map_err(CommandError::system("write", &args.study))?;
    say(Talk::Aloud, &format!("wrote `{}` with {} repositories", args.study.display(), found.len()));
    say(
        Talk::Aloud,
        "next: say which repositories are the platform's (`role = \"platform\"`), then `milepost journeys`",
    );
    Ok(Outcome::Done)
}

/// The git repositories directly below a folder, by name without `.git`.
fn repositories(root: &Path) -> Result<Vec<String>, CommandError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root).map_err(CommandError::system("list", root))? {
        let path = entry.map_err(CommandError::system("list", root))?.path();
        let bare = path.join("HEAD").is_file() && path.join("objects").is_dir();
        if !(bare || path.join(".git").exists()) {
            continue;
        }
        if let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) {
            names.push(name.strip_suffix(".git").unwrap_or(&name).to_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}
