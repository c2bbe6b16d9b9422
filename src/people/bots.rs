//! Who is a bot: known accounts, `[bot]`, the study's rules, and what `people.toml` declares.

use std::collections::BTreeSet;

use regex::Regex;

use super::PeopleError;
use super::keys::Known;
use crate::config::written::WrittenBot;

/// Accounts that are bots wherever they appear: as a name, a handle or the local part of an address. Sorted.
const KNOWN: &[&str] = &[
    "all-contributors",
    "allcontributors",
    "argocd",
    "argocd-image-updater",
    "atlantis",
    "backstage-bot",
    "bors",
    "circleci",
    "codecov",
    "codecov-io",
    "concourse",
    "crowdin-bot",
    "deepsource-autofix",
    "dependabot",
    "dependabot-preview",
    "flux",
    "flux-bot",
    "fluxbot",
    "fluxcdbot",
    "github action",
    "github actions",
    "github merge queue",
    "github-action",
    "github-actions",
    "github-advanced-security",
    "github-bot",
    "github-classroom",
    "github-merge-queue",
    "gitlab-bot",
    "gitlab-ci",
    "google-github-actions-bot",
    "greenkeeper",
    "greenkeeperio-bot",
    "hosted weblate",
    "imgbot",
    "imgbotapp",
    "jenkins",
    "jenkins-bot",
    "jenkins-ci",
    "k8s-ci-robot",
    "kodiakhq",
    "mend-bolt-for-github",
    "mergify",
    "netlify",
    "openshift-merge-robot",
    "pre-commit-ci",
    "pyup-bot",
    "release-please",
    "renovate",
    "renovate bot",
    "renovate-bot",
    "restyled-io",
    "semantic-release-bot",
    "snyk-bot",
    "sonarcloud",
    "stale",
    "teamcity",
    "terraform-cloud",
    "travis-ci",
    "vercel",
    "weblate",
    "whitesource-bolt-for-github",
];

/// Addresses of bots whose local part alone would not tell.
const KNOWN_ADDRESSES: &[&str] = &[
    "action@github.com",
    "actions@github.com",
    "bot@renovateapp.com",
    "support@dependabot.com",
    "support@greenkeeper.io",
];

/// Everything that makes a bot.
#[derive(Default)]
pub(super) struct Bots {
    rules: Vec<Rule>,
    /// E-mails, handles and names that `people.toml` declares to be bots, normalised.
    pub(super) declared: BTreeSet<String>,
}

struct Rule {
    name: Option<Regex>,
    email: Option<Regex>,
    handle: Option<Regex>,
}

impl Bots {
    pub(super) fn new(written: &[WrittenBot]) -> Result<Self, PeopleError> {
        let rules = written
            .iter()
            .enumerate()
            .map(|(place, rule)| match rule {
                WrittenBot { name: None, email: None, handle: None } => {
                    Err(PeopleError::EmptyBotRule { place: place + 1 })
                }
                WrittenBot { name, email, handle } => Ok(Rule {
                    name: name.as_deref().map(glob),
                    email: email.as_deref().map(glob),
                    handle: handle.as_deref().map(glob),
                }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { rules, declared: BTreeSet::new() })
    }

    /// Whether whoever is known by this is a bot.
    pub(super) fn include(&self, who: &Known) -> bool {
        let local = who.email.as_deref().and_then(|email| email.split_once('@')).map(|(local, _)| local);
        let called = [who.name.as_deref(), who.handle.as_deref(), local];
        called.into_iter().flatten().any(|text| text.ends_with("[bot]") || KNOWN.binary_search(&text).is_ok())
            || who.email.as_deref().is_some_and(|email| KNOWN_ADDRESSES.contains(&email))
            || [&who.name, &who.handle, &who.email].into_iter().flatten().any(|text| self.declared.contains(text))
            || self.rules.iter().any(|rule| {
                fits(rule.name.as_ref(), who.name.as_deref())
                    && fits(rule.email.as_ref(), who.email.as_deref())
                    && fits(rule.handle.as_ref(), who.handle.as_deref())
            })
    }
}

fn fits(rule: Option<&Regex>, text: Option<&str>) -> bool {
    rule.is_none_or(|rule| text.is_some_and(|text| rule.is_match(text)))
}

/// Only `*` and `?` are special: in `acme[bot]` the brackets are letters.
fn glob(pattern: &str) -> Regex {
    let escaped = regex::escape(&pattern.trim().to_lowercase()).replace(r"\*", ".*").replace(r"\?", ".");
    Regex::new(&format!("(?is)^{escaped}$")).expect("an escaped pattern is a regular expression")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Signature;

    fn bot(bots: &Bots, name: &str, email: &str, handle: &str) -> bool {
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let known = Known::of(Signature { name: some(name), email: some(email), handle: some(handle) });
        bots.include(&known.expect("somebody"))
    }

    #[test]
    fn known_accounts_and_every_bot_in_brackets_are_bots() {
        let bots = Bots::default();
        assert!(bot(&bots, "dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", ""));
        assert!(bot(&bots, "Some Tool", "1+acme-tool[bot]@users.noreply.github.com", ""));
        assert!(bot(&bots, "Renovate Bot", "bot@renovateapp.com", ""));
        assert!(bot(&bots, "", "", "Renovate"));
        assert!(bot(&bots, "A", "argocd-image-updater@acme.test", ""));
        assert!(!bot(&bots, "Ann Talbot", "ann.talbot@acme.test", "talbot"));
        assert!(!bot(&bots, "Jenkins Ferguson", "j.ferguson@acme.test", ""));
    }

    #[test]
    fn the_known_accounts_are_sorted_and_in_lower_case() {
        assert!(KNOWN.is_sorted() && KNOWN.iter().all(|name| *name == name.to_lowercase()));
    }

    #[test]
    fn every_field_of_a_rule_must_match_and_case_does_not_matter() {
        let rule = |name: &str, email: &str| WrittenBot {
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
            handle: None,
        };
        let bots = Bots::new(&[rule("Acme *", "ci-?@*")]).unwrap();
        assert!(bot(&bots, "ACME deploys", "ci-1@acme.test", ""));
        assert!(!bot(&bots, "Acme deploys", "ci-12@acme.test", ""));
        assert!(!bot(&bots, "Acme deploys", "", ""));
        assert!(!bot(&bots, "Not Acme deploys", "ci-1@acme.test", ""));
    }

    #[test]
    fn brackets_in_a_rule_are_letters_and_an_empty_rule_is_refused() {
        let named = |name: &str| WrittenBot { name: Some(name.to_owned()), ..WrittenBot::default() };
        let bots = Bots::new(&[named("tool [x]*")]).unwrap();
        assert!(bot(&bots, "tool [x] one", "", ""));
        assert!(!bot(&bots, "tool x one", "", ""));
        assert!(matches!(Bots::new(&[named("a"), WrittenBot::default()]), Err(PeopleError::EmptyBotRule { place: 2 })));
    }
}
