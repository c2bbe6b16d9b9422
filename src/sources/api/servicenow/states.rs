//! Numbers of states as ServiceNow is delivered, in the words that every ticket system shares.

use crate::sources::told::step_of;

/// The field that says how a record of a table stands.
pub(super) fn field(table: &str) -> &'static str {
    if table == "sc_request" { "request_state" } else { "state" }
}

/// Table, state as it is stored, and what it means. A number means other things in other tables.
const STATES: &[(&str, &str, &str)] = &[
    ("incident", "1", "new"),
    ("incident", "2", "in progress"),
    ("incident", "3", "on hold"),
    ("incident", "6", "resolved"),
    ("incident", "7", "closed"),
    ("incident", "8", "canceled"),
    ("sc_request", "requested", "new"),
    ("sc_request", "in_process", "in progress"),
    ("sc_request", "closed_complete", "complete"),
    ("sc_request", "closed_incomplete", "declined"),
    ("sc_request", "closed_rejected", "declined"),
    ("sc_request", "closed_cancelled", "canceled"),
    ("sc_req_item", "-5", "pending"),
    ("sc_req_item", "1", "new"),
    ("sc_req_item", "2", "in progress"),
    ("sc_req_item", "3", "complete"),
    ("sc_req_item", "4", "declined"),
    ("sc_req_item", "7", "canceled"),
    ("change_request", "-5", "new"),
    ("change_request", "-4", "assess"),
    ("change_request", "-3", "authorize"),
    ("change_request", "-2", "scheduled"),
    ("change_request", "-1", "implement"),
    ("change_request", "0", "review"),
    ("change_request", "3", "closed"),
    ("change_request", "4", "canceled"),
];

/// What a state means; `None`: one that the delivered system does not have.
pub(super) fn word(table: &str, state: &str) -> Option<&'static str> {
    STATES.iter().find(|(of, known, _)| *of == table && *known == state.trim()).map(|(.., word)| *word)
}

/// Whether a state ends a ticket.
pub(super) fn closes(word: &str) -> bool {
    step_of("status", None, Some(word)) == "ticket.closed"
}

/// How a state ends a ticket, in the words of the log.
pub(super) fn outcome(word: &str) -> Option<&'static str> {
    match word {
        "declined" | "canceled" => Some("declined"),
        word if closes(word) => Some("done"),
        _ => None,
    }
}
