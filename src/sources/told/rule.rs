//! Rules of `classify`, and what they find in a text: the same for cells of files and fields of answers.

use regex::Regex;

use super::{Class, is_activity};
use crate::config::written::Classify;
use crate::config::{ENVIRONMENT_GROUP, Environments, finds_environment};

/// What stands for a name of an environment that may as well be somebody's.
const HIDDEN: &str = "…";

/// A rule, ready to be asked.
#[derive(Debug)]
pub(in crate::sources) struct Rule {
    matches: Regex,
    class: Class,
    finds_environment: bool,
}

impl Rule {
    /// The rule that is written; else why it cannot be meant.
    pub(in crate::sources) fn new(written: &Classify, environments: &Environments) -> Result<Self, String> {
        let matches =
            Regex::new(&written.matches).map_err(|_| format!("`{}` is not a regular expression", written.matches))?;
        if let Some(activity) = written.activity.as_ref().filter(|activity| !is_activity(activity)) {
            return Err(format!("`{activity}` is not an activity of the form `subject.predicate`"));
        }
        let environment = written.environment.as_deref().map(|name| environments.listed(name)).transpose()?;
        let (category, activity) = (written.category.clone(), written.activity.clone());
        let class = Class { category, activity, environment: environment.map(str::to_owned) };
        Ok(Self { finds_environment: finds_environment(&matches), matches, class })
    }

    /// What it makes of a record with this text; none where it does not match.
    pub(in crate::sources) fn class(&self, text: &str, environments: &Environments) -> Option<Class> {
        if !self.finds_environment {
            return self.matches.is_match(text).then(|| self.class.clone());
        }
        let groups = self.matches.captures(text)?;
        let mut class = self.class.clone();
        let found = groups.name(ENVIRONMENT_GROUP).map(|found| found.as_str().trim()).filter(|name| !name.is_empty());
        if let Some(name) = found {
            class.environment = Some(kept_name(name, environments));
        }
        Some(class)
    }
}

/// What may be kept of a name that was read out of a text: one that the study lists, or made of words that environments are
/// called by. Any other may be a branch's, and a branch may be called by a person.
fn kept_name(name: &str, environments: &Environments) -> String {
    match environments.canonical(name) {
        Some(known) => known.to_owned(),
        None if is_plain(name) => name.to_owned(),
        None => HIDDEN.to_owned(),
    }
}

/// Whether a name is made of words that environments are called by, and of numbers.
pub(super) fn is_plain(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "acceptance",
        "beta",
        "canary",
        "ci",
        "demo",
        "dev",
        "development",
        "eu",
        "github",
        "integration",
        "int",
        "live",
        "main",
        "pages",
        "perf",
        "performance",
        "pre",
        "preprod",
        "preproduction",
        "preview",
        "previews",
        "prod",
        "production",
        "qa",
        "release",
        "review",
        "sandbox",
        "sit",
        "stage",
        "staging",
        "stg",
        "test",
        "testing",
        "uat",
        "us",
    ];
    let mut parts = name.split(['-', '_', '.', '/', ' ']).filter(|part| !part.is_empty());
    name.len() <= 40
        && parts.all(|part| {
            let part = part.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_ascii_lowercase();
            part.is_empty() || WORDS.contains(&part.as_str())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environments() -> Environments {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let study = "[study]\nname = \"t\"\n[environments]\norder = [\"euw-blue\", \"production\"]\nspellings = { production = [\"prod\"] }\n";
        std::fs::write(file.path(), study).expect("written");
        crate::config::load(file.path(), &crate::config::Overrides::default()).expect("a study").environments
    }

    fn class(rule: &str, text: &str) -> Option<Class> {
        let environments = environments();
        Rule::new(&toml::from_str(rule).expect("a rule"), &environments).expect("meant").class(text, &environments)
    }

    fn found(rule: &str, text: &str) -> Option<String> {
        class(rule, text).expect("it matches").environment
    }

    const GROUP: &str = "column = 'a'\nmatches = 'deploy(-to-(?<environment>.+))? #'\nactivity = 'service.deployed'";

    #[test]
    fn a_group_finds_the_environment_and_the_fixed_one_stands_in_where_it_takes_no_part() {
        assert_eq!(found(GROUP, "deploy-to-PROD #1").as_deref(), Some("production"));
        assert_eq!(found(GROUP, "deploy-to-euw-blue #1").as_deref(), Some("euw-blue"));
        assert_eq!(found(GROUP, "deploy #1"), None);
        let both = format!("{GROUP}\nenvironment = 'prod'");
        assert_eq!(found(&both, "deploy #1").as_deref(), Some("production"));
        assert_eq!(found(&both, "deploy-to-euw-blue #1").as_deref(), Some("euw-blue"));
        assert_eq!(class(GROUP, "build #1"), None);
    }

    #[test]
    fn a_name_that_the_study_does_not_list_is_kept_only_where_it_can_be_nobodys() {
        assert_eq!(found(GROUP, "deploy-to-preview-17 #1").as_deref(), Some("preview-17"));
        assert_eq!(found(GROUP, "deploy-to-jane-doe #1").as_deref(), Some(HIDDEN));
    }

    #[test]
    fn a_rule_that_cannot_be_meant_says_why() {
        let environments = environments();
        for (rule, words) in [
            ("matches = '('", "regular expression"),
            ("matches = 'a'\nactivity = 'deployed'", "`deployed`"),
            ("matches = 'a'\nenvironment = 'live'", "`euw-blue`, `production`"),
        ] {
            let written = toml::from_str(&format!("column = 'a'\n{rule}")).expect("a rule");
            let refused = Rule::new(&written, &environments).expect_err("refused");
            assert!(refused.contains(words), "{refused}");
        }
    }
}
