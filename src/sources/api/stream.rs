//! What a source says about itself: its streams as data.

use serde_json::Value;

use super::kept::{Kept, Refusal, Scene};
use super::request::{Answer, Request};
use crate::config::Api;
use crate::log::Micros;
use crate::sources::told::Output;

/// A system that can be asked.
pub struct Source {
    /// Its streams; a stream stands behind the one that it is listed for.
    pub streams: &'static [Stream],
    /// How a token is sent.
    pub(super) sign: Sign,
    /// Headers of every request.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// How fast it may be asked.
    pub(super) pace: Pace,
}

/// How a token is sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    /// `Authorization: Bearer TOKEN`.
    Bearer,
    /// Basic with user and token; a bearer token where no user is given.
    Basic,
    /// A header of the system's own, after a prefix; a bearer token where the user is `oauth2`.
    Header(&'static str, &'static str),
}

/// How fast a system may be asked, whatever it says of its budget.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Requests under way at once.
    pub(super) in_flight: usize,
    /// Requests that one minute may hold of one resource, by the system's documented secondary limit; where it counts heavy
    /// requests as several, that is for the budget that it tells.
    pub(super) points_per_minute: usize,
    /// How long a budget that it tells lasts. Answers say only when the one of now ends.
    pub(super) window: Micros,
    /// For how long a minute of ours may keep it busy, in microseconds, by what answers took; a resource (`graphql`), or all
    /// together (the empty word).
    pub(super) busy: &'static [(&'static str, Micros)],
}

/// What a stream knows when it makes its first request for a scope.
pub(super) struct Ask<'a> {
    /// The API.
    pub(super) api: &'a Api,
    /// The record that it is listed for.
    pub(super) parent: Option<&'a Kept<'a>>,
    /// From when on, by the stream's cursor; the overlap is already in it.
    pub(super) since: Option<Micros>,
    /// The stretch to ask for, where the stream is read by windows.
    pub(super) window: Option<(Micros, Micros)>,
}

impl Ask<'_> {
    /// Whether the study file names one of these streams; some cost or need so much that they are read only where it does.
    pub(super) fn names(&self, streams: &[&str]) -> bool {
        self.api.streams.iter().any(|named| streams.contains(&named.as_str()))
    }
}

/// Makes the request for one record again.
pub(super) type AskAgain = fn(&Ask<'_>, &Kept<'_>) -> Request;

/// Settles settings by a record; else the setting that is missing, and what to try.
pub(super) type Settle = fn(&mut Api, Option<&Value>) -> Result<(), (&'static str, String)>;

/// One list that a system can give.
pub struct Stream {
    /// Its name, unique within its source.
    pub name: &'static str,
    /// What it holds, and what it cannot see.
    pub doc: &'static str,
    /// The read-only permission that it needs, as the system calls it.
    pub permission: &'static str,
    /// The stream for each of whose records it is listed; none: it is listed once.
    pub(super) per: Option<&'static str>,
    /// Whether the settings leave anything of it to ask for.
    pub(super) wanted: fn(&Api) -> bool,
    /// The first requests of a scope; none: there is nothing to ask there.
    pub(super) ask: fn(&Ask<'_>) -> Vec<Request>,
    /// How it is asked for many of these at once; then `ask` is not used.
    pub(super) batch: Option<Batch>,
    /// How the system says beforehand how many records a list will hold.
    pub(super) count: Option<Count>,
    /// Where the records stand in an answer, as a JSON pointer; the empty pointer is the answer itself.
    pub(super) items: &'static str,
    /// How pages follow each other.
    pub(super) next: Next,
    /// Whose texts together make the key, unique within the scope.
    pub(super) key: &'static [&'static str],
    /// The time that `since` compares with.
    pub(super) cursor: Option<&'static str>,
    /// In which order records come.
    pub(super) order: Order,
    /// Whether a walk that was interrupted goes on at its last page, though records come in no order: none moves from behind it
    /// to before it unseen.
    pub(super) resumes: bool,
    /// Whether the system keeps no history of these records, so that each version that was seen is kept.
    pub(super) versions: bool,
    /// Whether a record that is gone is told no more: a ticket that was deleted or moved is none here, or one elsewhere. What
    /// happened once stays told, though its system forgets it.
    pub(super) undone: bool,
    /// What may be stored, and what of it is a person or a text.
    pub(super) keep: &'static [Keep],
    /// Makes a record as it came fit for the allow-list.
    pub(super) prepare: fn(&mut Value),
    /// Lists within a record that are streams of their own.
    pub(super) parts: &'static [Part],
    /// Whether something of this stream is still going on, so that it is asked for again though its cursor stands still.
    pub(super) unfinished: fn(&Kept<'_>) -> bool,
    /// The request for one record again, and where it stands in the answer.
    pub(super) again: Option<(AskAgain, &'static str)>,
    /// What the record that it is listed for tells of it beforehand.
    pub(super) hint: Option<Hint>,
    /// The most that one filtered list gives, where it is cut off there: it is read stretch by stretch.
    pub(super) windows: Option<Windows>,
    /// What the measures call the stretch that it speaks for (`tickets`, `deployments`, `pipeline-runs`, `memberships`);
    /// empty: nothing.
    pub(super) speaks: &'static str,
    /// What its one record settles of the settings that all other requests hang on; it is read before them. Without a record
    /// it says whether they can do without.
    pub(super) settles: Option<Settle>,
    /// Rows of the log, from one stored record.
    pub(super) tell: fn(&Kept<'_>, &Scene<'_>, &mut Output<'_>) -> Result<(), Refusal>,
}

impl Stream {
    /// What a stream is where nothing else is said; for struct updates.
    pub(super) const USUAL: Self = Self {
        name: "",
        doc: "",
        permission: "",
        per: None,
        wanted: |_| true,
        ask: |_| Vec::new(),
        batch: None,
        count: None,
        items: "",
        next: Next::Nothing,
        key: &["id"],
        cursor: None,
        order: Order::Any,
        resumes: false,
        versions: false,
        undone: false,
        keep: &[],
        prepare: |_| {},
        parts: &[],
        unfinished: |_| false,
        again: None,
        hint: None,
        windows: None,
        speaks: "",
        settles: None,
        tell: |_, _, _| Ok(()),
    };

    /// What the measures call the stretch that it speaks for.
    pub(super) fn speaks_as(&self) -> Option<&'static str> {
        Some(self.speaks).filter(|word| !word.is_empty())
    }
}

/// How a stream is asked for many of the records that it is listed for at once.
pub(super) struct Batch {
    /// So many at the most.
    pub(super) most: usize,
    /// Whether there is anything to ask for one.
    pub(super) wants: fn(&Ask<'_>) -> bool,
    /// The request for those with these keys.
    pub(super) ask: fn(&Api, &[&str]) -> Request,
    /// Where the answer holds a list of each, as a JSON pointer.
    pub(super) groups: &'static str,
    /// In such a list: the field with the key of what it is of.
    pub(super) of: &'static str,
    /// In such a list: where the records stand, as a JSON pointer.
    pub(super) items: &'static str,
}

/// How a system says how many records a list will hold, for a plan.
pub(super) struct Count {
    /// What asks for the number, made of the list's first request.
    pub(super) of: fn(&Api, &Request) -> Request,
    /// Where the answer says it.
    pub(super) total: Total,
    /// How many records a page of the list holds.
    pub(super) page: u64,
}

/// Where an answer says how many there are.
#[derive(Clone, Copy)]
pub(super) enum Total {
    /// At a pointer of its JSON.
    Json(&'static str),
    /// In a header.
    Header(&'static str),
}

/// How pages follow each other.
#[derive(Clone, Copy)]
pub(super) enum Next {
    /// There is one page.
    Nothing,
    /// The `next` of the `Link` header.
    Link,
    /// A token at a pointer of the answer goes into a field of the query or of the body; everything else stays.
    Token(&'static str, &'static str),
    /// As `Token`, but the next request holds nothing beside the token and the fields named here.
    OnlyToken(&'static str, &'static str, &'static [&'static str]),
    /// A count goes on in a field of the query, by the records of the page; a page of fewer than this many is the last.
    Offset(&'static str, usize),
    /// GraphQL's `pageInfo` at a pointer; the cursor goes into `variables.after`.
    GraphQl(&'static str),
    /// What the source makes of a request, its answer and the records in it.
    With(fn(&Request, &Answer, &[Value]) -> Option<Request>),
}

/// In which order records come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By cursor, oldest first: the bookmark goes along, and a killed walk goes on from it.
    OldestFirst,
    /// By cursor, newest first: the walk ends where it meets what is known.
    NewestFirst,
    /// In none that can be relied on.
    Any,
    /// The whole list every time: what it no longer holds is gone.
    Whole,
}

/// An entry of an allow-list. Paths are dotted; `[]` after a part stands for each of a list.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keep {
    /// As it is: numbers, truth values, times, ids, names of repositories and environments, words of the system.
    As(&'static str),
    /// Whoever it is, by the fields that this face names; kept as an identity.
    Who(&'static str, Face),
    /// A text, kept as what it refers to; the word names the rule (`title`, `label`).
    Text(&'static str, &'static str),
}

/// Which fields of an object name a person. A text in place of an object is read as a file's cell is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Face {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) handle: &'static str,
    /// Stands before a handle that is only an id of this system, so that it meets no other system's.
    pub(super) prefix: &'static str,
}

/// A list within a record that is a stream of its own.
pub(super) struct Part {
    /// Where it is in the record, as a JSON pointer.
    pub(super) at: &'static str,
    /// The stream that it is.
    pub(super) stream: &'static str,
    /// Fields of the record that its members need; they find them below `_of`.
    pub(super) carry: &'static [&'static str],
    /// How the rest is asked for where the record holds only the first of it.
    pub(super) more: Option<More>,
}

/// The rest of a list within a record (GraphQL).
pub(super) struct More {
    /// `pageInfo` in the record.
    pub(super) info: &'static str,
    /// The request for what follows a cursor, for this record.
    pub(super) ask: fn(&Ask<'_>, &Value, &str) -> Request,
    /// Where the members stand in the answer.
    pub(super) items: &'static str,
    /// `pageInfo` in the answer.
    pub(super) info_then: &'static str,
}

/// What a parent tells beforehand.
#[derive(Clone, Copy)]
pub(super) struct Hint {
    /// The field of the parent that counts the records; empty: none.
    pub(super) total: &'static str,
    /// The field of the parent that is another whenever the list may hold something new (its newest cursor, most of the
    /// time); empty: none.
    pub(super) newest: &'static str,
    /// How many records a page holds.
    pub(super) page: u64,
}

/// A list that is cut off.
#[derive(Clone, Copy)]
pub(super) struct Windows {
    /// Where the answer counts everything that the filter matches.
    pub(super) total: &'static str,
    /// The most that is given.
    pub(super) most: u64,
}
