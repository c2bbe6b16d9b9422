//! Puts the finished files into a folder, and takes out what an earlier report left there and this one does not have.
//!
//! A list in the folder says which files are ours; whatever else lies there is nobody's business.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use super::CommandError;

/// Names every file that the report wrote, one a line.
const LIST: &str = ".milepost-report";

pub(super) fn replace(out: &Path, files: &BTreeMap<String, String>) -> Result<(), CommandError> {
    fs::create_dir_all(out).map_err(CommandError::system("create the folder", out))?;
    let list = out.join(LIST);
    let earlier = fs::read_to_string(&list).unwrap_or_default();
    for name in earlier.lines().filter(|name| is_inside(name) && !files.contains_key(*name)) {
        let path = out.join(name);
        if path.is_file() {
            fs::remove_file(&path).map_err(CommandError::system("remove", &path))?;
        }
    }
    // The list first: were the run to end half way, the next one still knows what is ours.
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    fs::write(&list, names.join("\n")).map_err(CommandError::system("write", &list))?;
    for (name, text) in files {
        let path = out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(CommandError::system("create the folder", folder))?;
        }
        fs::write(&path, text).map_err(CommandError::system("write", &path))?;
    }
    Ok(())
}

/// Whether a name from the list stays in the folder: the list may have been edited.
fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> BTreeMap<String, String> {
        names.iter().map(|name| ((*name).to_owned(), "text".to_owned())).collect()
    }

    #[test]
    fn a_second_report_leaves_nothing_of_the_first_and_touches_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        replace(folder.path(), &files(&["report.html", "figures/old.svg"])).expect("written");
        fs::write(at("figures/mine.svg"), "mine").expect("written");
        replace(folder.path(), &files(&["report.html", "figures/new.svg"])).expect("written");
        assert!(!at("figures/old.svg").exists());
        assert!(at("figures/new.svg").exists() && at("figures/mine.svg").exists() && at("report.html").exists());
    }

    #[test]
    fn an_edited_list_removes_nothing_outside_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let outside = folder.path().join("precious.txt");
        fs::write(&outside, "text").expect("written");
        let out = folder.path().join("report");
        fs::create_dir_all(&out).expect("made");
        fs::write(out.join(LIST), format!("../precious.txt\n{}\n", outside.display())).expect("written");
        replace(&out, &files(&["report.html"])).expect("written");
        assert!(outside.exists());
    }
}
