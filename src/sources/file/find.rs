//! Which files an entry of the study file means.

use std::fs;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::FileError;

use crate::config::written::WrittenFile;
use crate::config::{Settings, nearest};

/// One matched file.
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// How evidence and errors name it: relative to the study file where it lies below it.
    pub(super) shown: String,
}

/// Every file that an entry matches, by name; each once, though two globs match it.
pub(super) fn find(settings: &Settings, file: &WrittenFile) -> Result<Vec<Found>, FileError> {
    let mut paths = Vec::new();
    for pattern in &file.paths {
        let (base, rest) = split(pattern);
        let folder = settings.folder.join(base);
        let mut matched = Vec::new();
        if rest.is_empty() {
            matched.extend(folder.is_file().then_some(folder.clone()));
        } else {
            let glob = GlobBuilder::new(&rest).literal_separator(true).build().map_err(|why| FileError::Setting {
                id: file.id.clone(),
                field: "paths".to_owned(),
                message: format!("`{pattern}` is not a glob: {}", why.kind()),
            })?;
            let depth = if rest.contains("**") { 64 } else { rest.split('/').count() };
            let glob = glob.compile_matcher();
            walk(&folder, depth, &mut |path| {
                if path.strip_prefix(&folder).is_ok_and(|relative| glob.is_match(relative)) {
                    matched.push(path.to_owned());
                }
            });
        }
        if matched.is_empty() {
            return Err(no_match(file, pattern, &settings.folder.join(split(pattern).0)));
        }
        paths.extend(matched);
    }
    if paths.is_empty() {
        let message = "names no file".to_owned();
        return Err(FileError::Setting { id: file.id.clone(), field: "paths".to_owned(), message });
    }
    paths.sort();
    paths.dedup();
    let shown = |path: &Path| path.strip_prefix(&settings.folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(paths.into_iter().map(|path| Found { shown: shown(&path), path }).collect())
}

/// The folders before the first special letter, and the rest; a path without any is all base.
fn split(pattern: &str) -> (String, String) {
    let parts: Vec<&str> = pattern.split('/').collect();
    let special = parts.iter().position(|part| part.contains(['*', '?', '[', '{']));
    let (base, rest) = parts.split_at(special.unwrap_or(parts.len()));
    let mut base = base.join("/");
    if base.is_empty() && pattern.starts_with('/') {
        base.push('/');
    }
    (base, rest.join("/"))
}

/// Links to folders are not followed, so that a loop ends.
fn walk(folder: &Path, depth: usize, visit: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 1 => walk(&path, depth - 1, visit),
            Ok(_) if path.is_file() => visit(&path),
            _ => {}
        }
    }
}

fn no_match(file: &WrittenFile, pattern: &str, base: &Path) -> FileError {
    let existing = base.ancestors().skip(usize::from(!base.is_dir())).find(|folder| folder.is_dir());
    let existing = existing.unwrap_or(Path::new("."));
    let mut names = Vec::new();
    walk(existing, 2, &mut |path| {
        if let Ok(relative) = path.strip_prefix(existing) {
            names.push(relative.to_string_lossy().into_owned());
        }
    });
    names.sort();
    let wanted = pattern.rsplit('/').next().unwrap_or(pattern);
    FileError::NoMatch {
        id: file.id.clone(),
        pattern: pattern.to_owned(),
        folder: existing.display().to_string(),
        nearest: nearest(wanted, names.iter().map(String::as_str)),
    }
}
