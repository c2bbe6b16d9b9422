//! What is watched in a repository: the rules that apply to it, and what each path means to them.

use std::collections::{BTreeMap, HashMap};

use regex::bytes::Regex;

use super::GitError;
use super::names_at::NamesAt;
use super::template::Template;
use crate::config::written::{PathChange, RepositoryRole, WrittenCatalog, WrittenPathRule, WrittenRegistry};
use crate::config::{Environments, Repository, Settings};

/// A rule of the study file that applies to a repository.
pub(super) enum Target<'a> {
    Path { rule: &'a WrittenPathRule, value: Option<Regex> },
    Registry { rule: &'a WrittenRegistry, names: Names },
    Catalog(&'a WrittenCatalog),
}

/// How a registry's names are read.
pub(super) enum Names {
    Pattern(Regex),
    At(NamesAt),
}

impl<'a> Target<'a> {
    pub(super) fn id(&self) -> &'a str {
        match self {
            Self::Path { rule, .. } => &rule.id,
            Self::Registry { rule, .. } => &rule.id,
            Self::Catalog(catalog) => &catalog.id,
        }
    }

    pub(super) fn templates(&self) -> &'a [String] {
        match self {
            Self::Path { rule, .. } => &rule.paths,
            Self::Registry { rule, .. } => &rule.files,
            Self::Catalog(catalog) => &catalog.files,
        }
    }

    pub(super) fn written_environment(&self) -> Option<&'a str> {
        match self {
            Self::Path { rule, .. } => rule.environment.as_deref(),
            Self::Registry { rule, .. } => rule.environment.as_deref(),
            Self::Catalog(_) => None,
        }
    }
}

/// What a path means to one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The rule, by its place in [`Watch::targets`].
    pub(super) target: usize,
    /// The component that the path names.
    pub(super) component: Option<String>,
    pub(super) environment: Where,
}

/// The environment that a path tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Where {
    /// The rule has none.
    Anywhere,
    /// By its canonical name.
    Known(String),
    /// A name that the study file does not list.
    Unknown(String),
}

impl Where {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Known(name) => Some(name),
            Self::Anywhere | Self::Unknown(_) => None,
        }
    }
}

/// A place in a template while a folder is entered: (template, segment).
pub(super) type Stand = (u16, u16);

/// The rules of one repository, compiled.
pub(super) struct Watch<'a> {
    pub(super) targets: Vec<Target<'a>>,
    templates: Vec<(usize, Template)>,
    environments: &'a Environments,
    /// Templates that cannot say here which component they are about: (rule, template).
    pub(super) without_subject: Vec<(&'a str, &'a str)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(settings: &'a Settings, repository: &Repository) -> Result<Self, GitError> {
        let mut targets = Vec::new();
        let is_service = repository.role == RepositoryRole::Service;
        for rule in &settings.path_rules {
            let applies = match &rule.repository {
                Some(glob) => fits(&rule.id, glob, &repository.name)?,
                None => is_service,
            };
            if applies {
                let value = rule.value.as_deref().map(|value| pattern(&rule.id, value)).transpose()?;
                if value.is_some() && rule.when != PathChange::Changed {
                    return Err(wrong(&rule.id, "`value` needs `when = \"changed\"`"));
                }
                if value.as_ref().is_some_and(|value| value.captures_len() < 2) {
                    return Err(wrong(
                        &rule.id,
                        "`value` needs one group in parentheses: what it captures is the value",
                    ));
                }
                targets.push(Target::Path { rule, value });
            }
        }
        for rule in &settings.registries {
            if fits(&rule.id, &rule.repository, &repository.name)? {
                let names = match (&rule.pattern, &rule.names_at) {
                    (Some(text), _) => {
                        let pattern = pattern(&rule.id, text)?;
                        if !pattern.capture_names().flatten().any(|name| name == "name") {
                            return Err(wrong(&rule.id, "`pattern` needs a group `(?P<name>…)`"));
                        }
                        Names::Pattern(pattern)
                    }
                    (None, Some(at)) => Names::At(NamesAt::compile(at).map_err(|why| wrong(&rule.id, &why))?),
                    (None, None) => return Err(wrong(&rule.id, "it needs either `pattern` or `names-at`")),
                };
                targets.push(Target::Registry { rule, names });
            }
        }
        for catalog in &settings.catalogs {
            if catalog.repository.as_ref().map_or(Ok(true), |glob| fits(&catalog.id, glob, &repository.name))? {
                targets.push(Target::Catalog(catalog));
            }
        }
        let mut templates = Vec::new();
        let mut without_subject = Vec::new();
        for (place, target) in targets.iter().enumerate() {
            for text in target.templates() {
                let template = Template::compile(text).map_err(|why| wrong(target.id(), &why))?;
                if matches!(target, Target::Path { .. }) && !is_service && !template.has_component {
                    without_subject.push((target.id(), text.as_str()));
                } else {
                    templates.push((place, template));
                }
            }
        }
        Ok(Self { targets, templates, environments: &settings.environments, without_subject })
    }

    /// Where one stands at the top of a tree.
    pub(super) fn top(&self) -> Vec<Stand> {
        (0..self.templates.len()).map(|template| (short(template), 0)).collect()
    }

    /// Where one stands for one rule only.
    pub(super) fn top_of(&self, target: usize) -> Vec<Stand> {
        let own = self.templates.iter().enumerate().filter(|(_, (owner, _))| *owner == target);
        own.map(|(template, _)| (short(template), 0)).collect()
    }

    /// Where one stands after entering the folder `name`; nothing: no rule can match below it.
    pub(super) fn enter(&self, stands: &[Stand], name: &[u8]) -> Vec<Stand> {
        let mut inside = Vec::new();
        for (template, at) in stands {
            self.templates[usize::from(*template)]
                .1
                .enter(usize::from(*at), name, |at| inside.push((*template, short(at))));
        }
        inside
    }

    /// Whether a file `name` can match where one stands.
    pub(super) fn admits_file(&self, stands: &[Stand], name: &[u8]) -> bool {
        stands.iter().any(|(template, at)| self.templates[usize::from(*template)].1.admits_file(usize::from(*at), name))
    }

    /// What a path means; one hit per rule, by the first of its templates that matches.
    pub(super) fn hits(&self, path: &[u8]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (target, template) in &self.templates {
            if hits.iter().any(|hit| hit.target == *target) {
                continue;
            }
            let Some(captures) = template.matches(path) else { continue };
            let spelled =
                captures.environment.or_else(|| self.targets[*target].written_environment().map(str::to_owned));
            let environment = match spelled {
                None => Where::Anywhere,
                Some(name) => match self.environments.canonical(&name) {
                    Some(canonical) => Where::Known(canonical.to_owned()),
                    None => Where::Unknown(name),
                },
            };
            hits.push(Hit { target: *target, component: captures.component, environment });
        }
        hits
    }
}

/// Every path that matched, once, with what it means.
#[derive(Default)]
pub(super) struct Paths {
    places: HashMap<Vec<u8>, u32>,
    all: Vec<(String, Vec<Hit>)>,
}

impl Paths {
    pub(super) fn place(&mut self, watch: &Watch<'_>, path: &[u8]) -> u32 {
        if let Some(place) = self.places.get(path) {
            return *place;
        }
        let place = u32::try_from(self.all.len()).expect("fewer than four billion paths");
        self.places.insert(path.to_vec(), place);
        self.all.push((String::from_utf8_lossy(path).into_owned(), watch.hits(path)));
        place
    }

    pub(super) fn text(&self, place: u32) -> &str {
        &self.all[place as usize].0
    }

    pub(super) fn hits(&self, place: u32) -> &[Hit] {
        &self.all[place as usize].1
    }

    /// Unknown environment names by rule, with the paths that have them.
    pub(super) fn unknown_environments(&self) -> BTreeMap<usize, BTreeMap<&str, u64>> {
        let mut unknown: BTreeMap<usize, BTreeMap<&str, u64>> = BTreeMap::new();
        for hit in self.all.iter().flat_map(|(_, hits)| hits) {
            if let Where::Unknown(name) = &hit.environment {
                *unknown.entry(hit.target).or_default().entry(name).or_default() += 1;
            }
        }
        unknown
    }
}

fn short(place: usize) -> u16 {
    u16::try_from(place).expect("a study file has fewer than 65,536 templates")
}

fn wrong(rule: &str, why: &str) -> GitError {
    GitError::Rule { rule: rule.to_owned(), why: why.to_owned() }
}

fn pattern(rule: &str, text: &str) -> Result<Regex, GitError> {
    Regex::new(text).map_err(|why| wrong(rule, &format!("the regular expression cannot be used: {why}")))
}

fn fits(rule: &str, glob: &str, name: &str) -> Result<bool, GitError> {
    let glob = globset::Glob::new(glob).map_err(|why| wrong(rule, &format!("`repository`: {why}")))?;
    Ok(glob.compile_matcher().is_match(name))
}
