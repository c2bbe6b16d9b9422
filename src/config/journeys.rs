//! Journey definitions, shipped and written, with `$…` environments filled in.

use super::Environments;
use super::written::{DoneBy, WrittenJourney, WrittenStep};

/// What a step is to its journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRole {
    /// It starts the journey.
    Start,
    /// It lies between.
    Step,
    /// It finishes the journey.
    Finish,
}

impl StepRole {
    /// The word in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Step => "step",
            Self::Finish => "finish",
        }
    }
}

/// A journey definition.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Its id.
    pub id: String,
    /// The object type of its subject.
    pub subject: String,
    /// Whether a subject can go through it more than once.
    pub repeats: bool,
    /// An activity that ends it unfinished at once.
    pub abandoned_by: Option<String>,
    /// Start first, finish among the rest at the place that is expected; names are unique.
    pub steps: Vec<Step>,
}

/// A step of a definition.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `WrittenStep`, which says what each means")]
pub struct Step {
    pub name: String,
    pub role: StepRole,
    pub activity: String,
    pub category: Option<String>,
    pub environment: Option<String>,
    pub channel: Option<String>,
    pub gate: Option<String>,
    pub by: DoneBy,
}

const SHIPPED: &[&str] = &[include_str!("shipped/create-service.toml"), include_str!("shipped/take-ownership.toml")];

/// The definitions that ship with milepost.
pub(super) fn shipped() -> Vec<WrittenJourney> {
    SHIPPED.iter().map(|text| toml::from_str(text).expect("a test reads every shipped definition")).collect()
}

/// A written definition with its environments filled in: one start, one finish, and names that are unique.
pub(super) fn resolve(written: &WrittenJourney, environments: &Environments) -> Result<Journey, String> {
    let mut steps = expand(&written.start, StepRole::Start, environments)?;
    for step in &written.steps {
        steps.extend(expand(step, StepRole::Step, environments)?);
    }
    steps.extend(expand(&written.finish, StepRole::Finish, environments)?);
    for role in [StepRole::Start, StepRole::Finish] {
        if steps.iter().filter(|step| step.role == role).count() != 1 {
            return Err(format!("a journey needs exactly one {}; `$each` cannot stand there", role.as_str()));
        }
    }
    for (place, step) in steps.iter().enumerate() {
        if steps[..place].iter().any(|earlier| earlier.name == step.name) {
            return Err(format!("two steps are called `{}`", step.name));
        }
    }
    Ok(Journey {
        id: written.id.clone(),
        subject: written.subject.clone().unwrap_or_else(|| "component".to_owned()),
        repeats: written.repeats,
        abandoned_by: written.abandoned_by.clone(),
        steps,
    })
}

fn expand(step: &WrittenStep, role: StepRole, environments: &Environments) -> Result<Vec<Step>, String> {
    let with = |name: String, environment: Option<String>| Step {
        name,
        role,
        activity: step.activity.clone(),
        category: step.category.clone(),
        environment,
        channel: step.channel.clone(),
        gate: step.gate.clone(),
        by: step.by,
    };
    match step.environment.as_deref() {
        None => Ok(vec![with(step.name.clone(), None)]),
        Some("$production") => Ok(vec![with(step.name.clone(), Some(environments.production.clone()))]),
        // A study that knows production only has no lower environment to wait for: the step does not exist there.
        Some("$lowest-shared") => {
            Ok(environments.lowest_shared.iter().map(|lowest| with(step.name.clone(), Some(lowest.clone()))).collect())
        }
        Some("$each") => Ok(environments
            .order
            .iter()
            .map(|name| with(format!("{} ({name})", step.name), Some(name.clone())))
            .collect()),
        // Before production means every environment of the order but production itself.
        Some("$each-before-production") => Ok(environments
            .order
            .iter()
            .filter(|name| **name != environments.production)
            .map(|name| with(format!("{} ({name})", step.name), Some(name.clone())))
            .collect()),
        Some(unknown) if unknown.starts_with('$') => Err(format!(
            "`{unknown}` is not known; use `$production`, `$lowest-shared`, `$each` or `$each-before-production`"
        )),
        Some(name) => match environments.canonical(name) {
            Some(canonical) => Ok(vec![with(step.name.clone(), Some(canonical.to_owned()))]),
            None => Err(format!("`{name}` is not in `environments.order`")),
        },
    }
}
