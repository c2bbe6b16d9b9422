//! The environments and their spellings.

use std::collections::BTreeMap;

use super::written::WrittenEnvironments;

/// The environments of the study.
#[derive(Clone, Debug)]
pub struct Environments {
    /// From the lowest shared one to production.
    pub order: Vec<String>,
    /// Production.
    pub production: String,
    /// The lowest that teams share; absent where only production is known.
    pub lowest_shared: Option<String>,
    spellings: BTreeMap<String, String>,
}

impl Environments {
    /// Reads what is written; the error names the field and what would be right.
    pub(super) fn resolve(written: &WrittenEnvironments) -> Result<Self, (&'static str, String)> {
        let mut order = written.order.clone();
        if !order.contains(&written.production) {
            order.push(written.production.clone());
        }
        let mut spellings: BTreeMap<String, String> =
            order.iter().map(|name| (name.to_lowercase(), name.clone())).collect();
        for (name, others) in &written.spellings {
            if !order.contains(name) {
                let known = order.join("`, `");
                return Err(("environments.spellings", format!("`{name}` is not in `environments.order` (`{known}`)")));
            }
            for other in others {
                spellings.insert(other.to_lowercase(), name.clone());
            }
        }
        let lowest_shared = match &written.lowest_shared {
            Some(name) if !order.contains(name) => {
                return Err(("environments.lowest-shared", format!("`{name}` is not in `environments.order`")));
            }
            Some(name) => Some(name.clone()),
            None => order.first().filter(|first| **first != written.production).cloned(),
        };
        Ok(Self { order, production: written.production.clone(), lowest_shared, spellings })
    }

    /// The canonical name of one that must be listed; else what is wrong.
    pub(crate) fn listed(&self, spelling: &str) -> Result<&str, String> {
        self.canonical(spelling)
            .ok_or_else(|| format!("`{spelling}` is not in `environments.order` (`{}`)", self.order.join("`, `")))
    }

    /// Every spelling, in lower case, with the name that it stands for.
    pub(super) const fn spellings(&self) -> &BTreeMap<String, String> {
        &self.spellings
    }

    /// The canonical name of an environment as some system spells it; `None` where the study does not know it.
    pub fn canonical(&self, spelling: &str) -> Option<&str> {
        self.spellings.get(&spelling.to_lowercase()).map(String::as_str)
    }
}
