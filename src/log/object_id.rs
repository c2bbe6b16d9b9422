//! Ids of objects: `TYPE:NAME`.

use std::fmt;

/// What an object can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the field's own words; METHODS.md defines them")]
pub enum ObjectType {
    Component,
    Repository,
    Ticket,
    Change,
    Commit,
    PipelineRun,
    Deployment,
    Environment,
    Template,
    Team,
    Catalog,
}

impl ObjectType {
    /// The word in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Repository => "repository",
            Self::Ticket => "ticket",
            Self::Change => "change",
            Self::Commit => "commit",
            Self::PipelineRun => "pipelinerun",
            Self::Deployment => "deployment",
            Self::Environment => "environment",
            Self::Template => "template",
            Self::Team => "team",
            Self::Catalog => "catalog",
        }
    }
}

/// `TYPE:NAME`, the key of an object in every table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    /// The id of the object of this type with this name.
    pub fn new(object_type: ObjectType, name: &str) -> Self {
        Self(format!("{}:{name}", object_type.as_str()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an object is to an event, or to another object. Extraction follows only those that a query names.
pub mod qualifier {
    /// event → component, ticket, …: the event is about the object itself.
    pub const ABOUT: &str = "about";
    /// event → repository: the event happened in it.
    pub const IN: &str = "in";
    /// event → change or commit: the event is part of it.
    pub const PART_OF: &str = "part_of";
    /// component → environment: registered there from–to. A deploy is gated on it.
    pub const REGISTERED_IN: &str = "registered_in";
    /// repository → component: the repository is the component's own.
    pub const HOLDS: &str = "holds";
    /// component → component: the first name means the second (a deploy tag, an old name).
    pub const ALIAS_OF: &str = "alias_of";
    /// component → team: owned by it from–to.
    pub const OWNED_BY: &str = "owned_by";
    /// ticket or change → component, change → ticket: a text or label names it.
    pub const MENTIONS: &str = "mentions";
    /// ticket → team: the ticket was sent to this team.
    pub const SENT_TO: &str = "sent_to";
    /// component → template: made from it.
    pub const MADE_FROM: &str = "made_from";
}
