//! `classify`, resolved: rules that class records at the door, and by which names the study knows its environments.

use regex::Regex;

use super::Environments;
use super::written::Classify;

/// The group of `matches` that finds an environment's name.
pub(crate) const ENVIRONMENT_GROUP: &str = "environment";

/// The rules of one source, in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Classes {
    rules: Vec<Classify>,
    environments: Environments,
}

impl Classes {
    /// What rules mean; else what is wrong with one.
    pub(super) fn resolve(written: &[Classify], environments: &Environments) -> Result<Self, String> {
        let mut rules = written.to_vec();
        for rule in &mut rules {
            if let Some(name) = &rule.environment {
                rule.environment = Some(environments.listed(name)?.to_owned());
            }
        }
        Ok(Self { rules, environments: environments.clone() })
    }

    /// The rules.
    pub fn rules(&self) -> &[Classify] {
        &self.rules
    }

    /// By which names environments are known.
    pub const fn environments(&self) -> &Environments {
        &self.environments
    }

    /// Everything in them that shapes what is kept of a record: which environments are known, where a rule finds their names.
    pub fn shape(&self) -> String {
        let finds = |rule: &Classify| Regex::new(&rule.matches).is_ok_and(|matches| finds_environment(&matches));
        let known = self.rules.iter().any(finds).then(|| self.environments.spellings());
        format!("{:?}{known:?}", self.rules)
    }
}

/// Whether a pattern has the group that finds an environment.
pub(crate) fn finds_environment(matches: &Regex) -> bool {
    matches.capture_names().flatten().any(|name| name == ENVIRONMENT_GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::written::WrittenEnvironments;

    fn resolved(order: &[&str], rule: &str) -> Result<Classes, String> {
        let order = order.iter().map(|name| (*name).to_owned()).collect();
        let written = WrittenEnvironments { order, ..WrittenEnvironments::default() };
        let environments = Environments::resolve(&written).expect("environments");
        Classes::resolve(&[toml::from_str(rule).expect("a rule")], &environments)
    }

    #[test]
    fn a_name_that_the_study_does_not_list_is_refused_and_a_spelling_becomes_the_name() {
        let rule = |name: &str| format!("column = 'a'\nmatches = 'b'\nenvironment = '{name}'");
        let known = resolved(&["staging", "production"], &rule("PRODUCTION")).expect("a spelling");
        assert_eq!(known.rules()[0].environment.as_deref(), Some("production"));
        let refused = resolved(&["staging", "production"], &rule("prodution")).expect_err("no environment");
        assert!(refused.contains("`prodution`") && refused.contains("`production`"), "{refused}");
    }

    #[test]
    fn the_list_of_environments_shapes_what_is_kept_only_where_a_rule_finds_their_names() {
        let shapes = |rule: &str| {
            [&["production"][..], &["staging", "production"]].map(|order| resolved(order, rule).expect("meant").shape())
        };
        let [one, other] = shapes("column = 'a'\nmatches = 'b'\nenvironment = 'production'");
        assert_eq!(one, other);
        let [one, other] = shapes("column = 'a'\nmatches = 'to (?<environment>[a-z]+)'");
        assert_ne!(one, other);
    }
}
