//! The kinds of things the data cannot tell us. Each travels with a count to the report.

macro_rules! caveat_kinds {
    ($( $variant:ident = $name:literal : $doc:literal, )+) => {
        /// A kind of caveat.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CaveatKind { $( #[doc = $doc] $variant, )+ }

        impl CaveatKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$( Self::$variant, )+];

            /// The word in the log.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// What it means to a reader.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $doc, )+ }
            }

            /// The kind with this word.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
            }
        }
    };
}

caveat_kinds! {
    BadRow = "bad-row": "rows of a file or records of a system that could not be read and were left out",
    BrokenFile = "broken-file": "versions of a file that could not be parsed whole; what could be read was used",
    BulkChange = "bulk-change": "changes that touched many services at once and count as nobody's step",
    CatalogProblem = "catalog-problem": "entries that their catalog cannot stand by: nothing lists them any more, or what lists them cannot be read",
    DuplicateKey = "duplicate-key": "keys or anchors that stand twice in one file; the last one counts",
    DuplicateRecord = "duplicate-record": "records that were delivered more than once and count once",
    LeftOut = "left-out": "lists or records of a system that are not there, not for the token, or without a key",
    MissingEnvironment = "missing-environment": "deployments that name no environment: they count in no measure and end no journey",
    MissingObject = "missing-object": "git objects that the repository does not hold (partial clone, corruption)",
    RuleMatchedNothing = "rule-matched-nothing": "rules of the study file that matched nothing",
    ShallowClone = "shallow-clone": "repositories whose history is cut off",
    SilentStream = "silent-stream": "streams that hold nothing for a stretch of time or for a team",
    StaleDoor = "stale-door": "records that were let in under earlier rules for bots, fields or classes; `pull --fresh` reads them again",
    TellsNothing = "tells-nothing": "records of a system that are right and that no measure uses",
    UnknownEnvironment = "unknown-environment": "environment names that the study file does not list",
    UnknownName = "unknown-name": "names in a mapping, a catalog or a ticket that match no subject",
    UnknownPerson = "unknown-person": "human acts whose person no source can tell",
    UnknownTeam = "unknown-team": "people or journeys whose team no source can tell",
    UnlinkedEvent = "unlinked-event": "events that could not be linked to a subject",
    LeftTruncated = "left-truncated": "journeys that began before the records that they need",
    OpenJourney = "open-journey": "journeys that had not ended at the end of the records",
    ClockSkew = "clock-skew": "records whose times contradict their order",
}
