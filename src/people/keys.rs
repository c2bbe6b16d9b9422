//! What somebody is known by, normalised, and which of it may tell that two identities are one person.

use crate::log::Signature;

/// A signature with case, white space and the habits of forges taken out; at least one field is there.
pub(super) struct Known {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) handle: Option<String>,
}

/// Kinds of keys. A one-word name is hashed as a handle is, so that the two can be compared.
pub(super) const EMAIL: &str = "email";
pub(super) const HANDLE: &str = "handle";
pub(super) const FULL_NAME: &str = "full_name";
pub(super) const ONE_WORD_NAME: &str = "one_word_name";
pub(super) const ALIAS: &str = "alias";
pub(super) const MAILMAP: &str = "mailmap";
pub(super) const NO_KEY: &str = "none";

/// Local parts that many people or machines commit with.
const SHARED_LOCAL_PARTS: &[&str] = &[
    "(no author)",
    "admin",
    "administrator",
    "deploy",
    "do-not-reply",
    "donotreply",
    "ec2-user",
    "git",
    "info",
    "no-reply",
    "nobody",
    "none",
    "noreply",
    "root",
    "support",
    "ubuntu",
    "unknown",
    "user",
    "vagrant",
    "www-data",
];
/// What tools suggest when nothing is configured, and addresses that stand for nobody.
const PLACEHOLDER_ADDRESSES: &[&str] = &[
    "devnull@localhost",
    "email@example.com",
    "me@example.com",
    "name@example.com",
    "you@example.com",
    "your@email.com",
];
/// `ghost` is what GitHub calls every deleted account.
const SHARED_HANDLES: &[&str] = &["admin", "ghost", "git", "none", "root", "ubuntu", "unknown", "user", "web-flow"];
const PLACEHOLDER_NAMES: &[&str] =
    &["first last", "no author", "no name", "not committed yet", "unknown user", "your full name", "your name"];
/// Names that a forge itself commits under.
const FORGES: &[&str] =
    &["bitbucket", "gitea", "github", "github enterprise", "github web flow", "gitlab", "web flow", "web-flow"];

impl Known {
    /// What a signature holds; `None` where it holds nothing, or only what stands for a service.
    pub(super) fn of(who: Signature<'_>) -> Option<Self> {
        let name = who.name.map(fold).filter(|name| !name.is_empty());
        let email = who
            .email
            .map(|email| email.trim().trim_matches(['<', '>']).trim().to_lowercase())
            .filter(|email| !email.is_empty());
        let handle = who
            .handle
            .map(|handle| handle.trim().trim_start_matches('@').to_lowercase())
            .filter(|handle| !handle.is_empty())
            .or_else(|| email.as_deref().and_then(noreply).map(|account| account.handle.to_owned()));
        let service = email.as_deref().is_none_or(is_shared);
        let nobody = name.as_deref().is_none_or(|name| FORGES.contains(&name))
            && handle.as_deref().is_none_or(|handle| SHARED_HANDLES.contains(&handle));
        if service && nobody { None } else { Some(Self { name, email, handle }) }
    }

    /// The keys: kind and normalised value.
    pub(super) fn keys(&self) -> Vec<(&'static str, String)> {
        let mut keys = Vec::new();
        // A name can be an address: `jane@acme.test <jane@laptop>`.
        let written_as_name = self.name.as_ref().filter(|name| name.contains('@') && !name.contains(' '));
        for email in [self.email.as_ref(), written_as_name].into_iter().flatten() {
            match noreply(email) {
                // The number stays when the account is renamed.
                Some(Account { number: Some(number), host, .. }) => keys.push((EMAIL, format!("{number}@{host}"))),
                Some(_) => {}
                None if is_shared(email) => {}
                None => keys.push((EMAIL, email.clone())),
            }
        }
        let accounts = [self.email.as_deref().and_then(noreply).map(|account| account.handle), self.handle.as_deref()];
        for handle in accounts.into_iter().flatten().filter(|handle| !SHARED_HANDLES.contains(handle)) {
            keys.push((HANDLE, handle.to_owned()));
        }
        if let Some(name) = self.name.as_ref().filter(|name| !PLACEHOLDER_NAMES.contains(&name.as_str())) {
            if name.contains(' ') {
                keys.push((FULL_NAME, name.clone()));
            } else if !name.contains('@') && !SHARED_HANDLES.contains(&name.as_str()) {
                keys.push((ONE_WORD_NAME, name.clone()));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// White space folded, case folded; diacritics stay, since `Müller` and `Muller` may well be two.
pub(super) fn fold(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

struct Account<'a> {
    number: Option<&'a str>,
    handle: &'a str,
    host: &'a str,
}

/// The account behind a private address of a forge: `123+handle@users.noreply.github.com` (newer), `handle@…` (older),
/// `123-handle@users.noreply.gitlab.com`. On GitHub a handle may itself begin with digits and a dash.
fn noreply(email: &str) -> Option<Account<'_>> {
    let (local, host) = email.split_once('@')?;
    if !host.starts_with("users.noreply.") || local.is_empty() {
        return None;
    }
    let numbered = |separator| {
        local.split_once(separator).filter(|(number, handle): &(&str, &str)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && !handle.is_empty()
        })
    };
    let split = numbered('+').or_else(|| if host.contains("gitlab") { numbered('-') } else { None });
    Some(match split {
        Some((number, handle)) => Account { number: Some(number), handle, host },
        None => Account { number: None, handle: local, host },
    })
}

/// Whether an address, in lower case, can be many people's.
fn is_shared(email: &str) -> bool {
    let Some((local, host)) = email.split_once('@') else { return true };
    local.is_empty()
        || host.is_empty()
        || SHARED_LOCAL_PARTS.contains(&local)
        || PLACEHOLDER_ADDRESSES.contains(&email)
        || host == "localhost"
        || host.starts_with("localhost.")
        || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str, email: &str, handle: &str) -> Vec<(&'static str, String)> {
        Known::of(Signature { name: Some(name), email: Some(email), handle: Some(handle) })
            .map_or_else(Vec::new, |known| known.keys())
    }

    fn has(keys: &[(&'static str, String)], kind: &str, value: &str) -> bool {
        keys.iter().any(|(a, b)| *a == kind && b == value)
    }

    #[test]
    fn private_addresses_give_the_handle_with_and_without_the_number() {
        for email in [
            "583231+Octo@users.noreply.github.com",
            "octo@users.noreply.github.com",
            "77-octo@users.noreply.gitlab.com",
            "octo@users.noreply.git.acme.test",
        ] {
            assert!(has(&keys("", email, ""), HANDLE, "octo"), "{email}");
        }
        assert!(has(&keys("", "4-octo@users.noreply.github.com", ""), HANDLE, "4-octo"));
        assert!(has(&keys("", "9+old@users.noreply.github.com", ""), EMAIL, "9@users.noreply.github.com"));
    }

    #[test]
    fn shared_addresses_are_no_keys() {
        for email in
            ["noreply@github.com", "root@web-1", "jane@localhost", "none@none", "", "jane", "ubuntu@ip-10-0-0-1"]
        {
            assert!(keys("Jane Doe", email, "").iter().all(|(kind, _)| *kind == FULL_NAME), "{email}");
        }
    }

    #[test]
    fn a_forge_that_commits_is_nobody() {
        for (name, email) in
            [("GitHub", "noreply@github.com"), ("", "noreply@github.com"), ("", ""), (" ", "none@none")]
        {
            assert!(Known::of(Signature { name: Some(name), email: Some(email), handle: None }).is_none());
        }
        assert!(
            Known::of(Signature { name: Some("Jane Doe"), email: Some("noreply@github.com"), handle: None }).is_some()
        );
        assert!(Known::of(Signature { handle: Some("web-flow"), ..Signature::default() }).is_none());
        assert!(Known::of(Signature::default()).is_none());
    }

    #[test]
    fn names_are_folded_and_diacritics_stay() {
        assert!(has(&keys("  Jürgen \t MÜLLER ", "", ""), FULL_NAME, "jürgen müller"));
        assert!(has(&keys("Jane", "", "@JaneD"), ONE_WORD_NAME, "jane"));
        assert!(has(&keys("Jane", "", "@JaneD"), HANDLE, "janed"));
        assert!(keys("Your Name", "you@example.com", "").is_empty());
    }

    #[test]
    fn an_account_that_was_deleted_is_not_one_person() {
        assert!(keys("", "jane@acme.test", "ghost").iter().all(|(kind, _)| *kind == EMAIL));
    }
}
