//! What a title or a label refers to. The text is read once and dropped; the references stay.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// References found in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sources) struct References {
    /// Component name → the rule that found it and its confidence in percent, the surest one.
    pub(in crate::sources) components: BTreeMap<String, (i64, &'static str)>,
    /// Changes as `REPOSITORY!NUMBER`.
    pub(in crate::sources) changes: BTreeSet<String>,
}

/// More than this in one text is a list of everything, which refers to nothing.
const MOST: usize = 50;

/// Who is known by name to this pull.
pub(in crate::sources) struct Names<'a> {
    /// Components and repositories, and whose these are, as [`crate::config::Settings::names_in_texts`] has them.
    pub(in crate::sources) known: &'a BTreeSet<String>,
    /// Words that may mean a person, in lower case.
    pub(in crate::sources) persons: &'a HashSet<String>,
}

/// Reads a text. Words are whole: `chat` is not in `chat-infrastructure`, nor `chat-infrastructure` in `chat`.
pub(in crate::sources) fn references(text: &str, plain_rule: &'static str, names: &Names<'_>) -> References {
    let mut found = References::default();
    for chunk in text.split([' ', '\t', '\n', '\r', ',', ';', '(', ')', '[', ']', '<', '>', '"', '\'']) {
        let chunk = chunk.trim_end_matches(['.', ':', '!', '?']);
        if chunk.len() < 3 || found.components.len() >= MOST {
            continue;
        }
        let lower = chunk.to_ascii_lowercase();
        if let Some((_, address)) = chunk.split_once("://") {
            url(address, names, &mut found);
        } else if lower.starts_with("user:") || lower.starts_with("group:") {
            // Another kind of entity, and the first is a person.
        } else if lower.starts_with("component:") {
            let name = chunk.rsplit([':', '/']).next().unwrap_or_default();
            note(name, 95, "entity-ref", &mut found);
        } else if chunk.contains('@') {
            // An address or a mention: a person.
        } else if let Some((place, number)) = numbered(chunk) {
            // `jane.doe#1234` is somebody on a chat, and `jane-doe/app#12` a change of a copy.
            let repository = named(place, names.known).filter(|_| !is_a_person(place, names));
            found.changes.extend(repository.map(|repository| format!("{repository}!{number}")));
        } else if let Some(quoted) = chunk.split('`').nth(1).filter(|_| chunk.matches('`').count() == 2) {
            if names.known.contains(quoted) || !names.persons.contains(&quoted.to_lowercase()) {
                note(quoted, 80, "backticks", &mut found);
            }
        } else {
            for word in chunk.split(|letter: char| !is_name_letter(letter)) {
                let word = word.trim_matches(['.', '-', '_']);
                if is_candidate(word, names) {
                    note(word, 70, plain_rule, &mut found);
                }
            }
        }
    }
    found
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-') || letter.is_alphabetic()
}

/// A name that is known, or one that looks like a component's: in lower case with a dash. `Smith-Jones` is a person and
/// `ABC-12` a ticket.
fn is_candidate(word: &str, names: &Names<'_>) -> bool {
    if names.known.contains(word) {
        return word.len() >= 3;
    }
    word.len() >= 3
        && word.contains('-')
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte))
        && !names.persons.contains(word)
}

fn note(name: &str, confidence: i64, rule: &'static str, found: &mut References) {
    let fine = name.len() >= 3
        && name.len() <= 100
        && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if fine {
        let best = found.components.entry(name.to_owned()).or_insert((confidence, rule));
        *best = (*best).max((confidence, rule));
    }
}

/// `repository#12`, `owner/repository!12`: what stands before the sign, and the number.
fn numbered(chunk: &str) -> Option<(&str, &str)> {
    let (place, number) = chunk.rsplit_once(['#', '!'])?;
    let repository = place.rsplit('/').next()?;
    let fine = !repository.is_empty()
        && repository.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        && !number.is_empty()
        && number.len() < 10
        && number.bytes().all(|byte| byte.is_ascii_digit());
    fine.then_some((place, number))
}

/// Whether a part of a path may mean a person of the record.
fn is_a_person(path: &str, names: &Names<'_>) -> bool {
    path.split('/').any(|part| names.persons.contains(&part.to_lowercase()))
}

/// How the log calls a repository that a text names, alone or below its owner; none where the study knows none of that name:
/// then the name may be anybody's, and where the owner is another, the repository is a copy whose numbers are its own. A study
/// that says of none of its repositories whose it is takes any owner for that.
pub(in crate::sources) fn named(path: &str, known: &BTreeSet<String>) -> Option<String> {
    let path = path.trim_matches('/');
    let Some((_, name)) = path.rsplit_once('/') else { return known.get(path).cloned() };
    let mut owned = known.iter().filter(|one| one.contains('/')).peekable();
    if owned.peek().is_none() {
        return known.get(name).cloned();
    }
    let begins = |owner: &str| path.get(..owner.len()).is_some_and(|head| head.eq_ignore_ascii_case(owner));
    let is_ours = owned.any(|one| if one.ends_with('/') { begins(one) } else { one.eq_ignore_ascii_case(path) });
    is_ours.then(|| known.get(name).cloned().unwrap_or_else(|| path.to_owned()))
}

fn url(address: &str, names: &Names<'_>, found: &mut References) {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let mut parts = address.split('/').filter(|part| !part.is_empty());
    let host = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = parts.collect();
    let number = |part: &&str| part.len() < 10 && part.bytes().all(|byte| byte.is_ascii_digit());
    let asked = parts.iter().position(|part| matches!(*part, "pull" | "merge_requests" | "pull-requests"));
    if let Some(place) = asked {
        let path: Vec<&str> = parts[..place].iter().copied().filter(|part| *part != "-").collect();
        let path = path.join("/");
        let repository = named(&path, names.known).filter(|_| !is_a_person(&path, names));
        if let (Some(repository), Some(number)) = (repository, parts.get(place + 1).filter(|part| number(part))) {
            found.changes.insert(format!("{repository}!{number}"));
        }
        return;
    }
    let inside = parts.iter().position(|part| *part == "-").unwrap_or(parts.len());
    let forge = host.contains("git") || host.contains("bitbucket");
    // `forge/owner` alone is a person or an organisation; below GitHub's second part lie files.
    let name = if host.contains("github") { parts.get(1) } else { parts[..inside].get(1..).and_then(<[&str]>::last) };
    let name = name.map(|name| name.trim_end_matches(".git"));
    if let Some(name) = name.filter(|name| forge || names.known.contains(*name)) {
        note(name, 85, "url", found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> References {
        let known: BTreeSet<String> = ["chat", "Whitehall", "app", "helm-charts"].map(str::to_owned).into();
        let persons: HashSet<String> = ["jane-doe".to_owned()].into();
        references(text, "title", &Names { known: &known, persons: &persons })
    }

    fn names(text: &str) -> Vec<String> {
        read(text).components.into_keys().collect()
    }

    #[test]
    fn names_are_not_substrings() {
        assert_eq!(names("Access to chat-infrastructure, please"), ["chat-infrastructure"]);
        assert_eq!(names("Access to chat."), ["chat"]);
        assert!(names("chatter Chat whitehall").is_empty());
        assert_eq!(names("move Whitehall/x"), ["Whitehall"]);
    }

    #[test]
    fn a_reference_is_surer_than_a_word() {
        let found =
            read("payments-api component:default/payments-api `ledger` https://github.com/acme/search-v2/blob/main/x");
        assert_eq!(found.components["payments-api"], (95, "entity-ref"));
        assert_eq!(found.components["ledger"], (80, "backticks"));
        assert_eq!(found.components["search-v2"], (85, "url"));
        assert_eq!(found.components.len(), 3);
    }

    #[test]
    fn changes_are_found_in_short_and_as_addresses() {
        let found =
            read("see acme/helm-charts#12, app!7 https://gitlab.acme.test/a/b/app/-/merge_requests/9 and #3 wow!");
        assert_eq!(found.changes.iter().map(String::as_str).collect::<Vec<_>>(), ["app!7", "app!9", "helm-charts!12"]);
        assert!(read("https://github.com/acme/app/pull/8").changes.contains("app!8"));
    }

    #[test]
    fn what_the_study_does_not_know_is_no_repository() {
        for text in [
            "ping jane.doe#1234",
            "ping jane-doe#1234 and some-one!7",
            "see someone/jane-doe-till#3",
            "https://github.com/some-one/some-one.github.io/pull/8",
            "jane-doe/app#12",
            "https://github.com/jane-doe/app/pull/12",
        ] {
            let found = read(text);
            assert!(found.changes.is_empty() && found.components.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_copy_of_a_repository_has_numbers_of_its_own() {
        let known: BTreeSet<String> = ["app", "acme/", "shop/till"].map(str::to_owned).into();
        let changes = |text: &str| {
            let persons = HashSet::new();
            references(text, "title", &Names { known: &known, persons: &persons }).changes
        };
        let own = changes(
            "app#1 acme/app#2 ACME/app#3 Shop/till#4 https://git.test/acme/app/-/merge_requests/5 acme/x/new#6",
        );
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        assert_eq!(own, ["Shop/till!4", "acme/x/new!6", "app!1", "app!2", "app!3", "app!5"]);
        for text in ["some-one/app#12", "https://git.test/some-one/app/pull/12", "shop/app#1", "till#4", "acmes/app#1"]
        {
            assert!(changes(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn nobody_is_taken_for_a_component() {
        for text in [
            "Access for jane-doe",
            "Access for jane-doe@acme.test",
            "ask @some-one",
            "`jane-doe`",
            "Mary Smith-Jones",
            "user:default/some-one",
            "https://github.com/some-one",
            "ABC-12 2024-01-01",
        ] {
            assert!(names(text).is_empty(), "{text}: {:?}", names(text));
        }
    }

    #[test]
    fn hostile_text_is_only_text() {
        for text in
            ["=cmd|' /C calc'!A0", "\u{202E}gnp.exe\0", "````", "://", "http://", "component:", "#1", "é-é-é", "-.-"]
        {
            assert!(names(text).is_empty(), "{text:?}: {:?}", names(text));
        }
    }
}
