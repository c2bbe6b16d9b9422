//! Words that many systems spell in their own way, and what a text refers to.

/// What the rules of the study file make of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sources) struct Class {
    /// A finer class within the activity.
    pub(in crate::sources) category: Option<String>,
    /// The activity, in place of the record's own.
    pub(in crate::sources) activity: Option<String>,
    /// The environment, for records that name none; as it was found, so that the study may not list it.
    pub(in crate::sources) environment: Option<String>,
}

/// What the texts of a record refer to; the texts themselves are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sources) struct Mentions {
    /// Component name, the rule that found it, its confidence in percent.
    pub(in crate::sources) components: Vec<(String, String, i64)>,
    /// Changes as `REPOSITORY!NUMBER`.
    pub(in crate::sources) changes: Vec<String>,
    /// Tickets as they stand in the log (`ABC-12`, `REPOSITORY#12`).
    pub(in crate::sources) tickets: Vec<String>,
}

/// Whether a word has the form `subject.predicate`.
pub(in crate::sources) fn is_activity(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_lowercase())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_')
    };
    text.len() <= 100 && text.split_once('.').is_some_and(|(subject, predicate)| word(subject) && word(predicate))
}

/// How something ended, in the words that the log uses where it has one; others stay, in lower case.
pub(in crate::sources) fn ended(text: &str) -> String {
    let word = text.trim().to_lowercase().replace([' ', '-'], "_");
    match word.as_str() {
        "success" | "successful" | "succeeded" | "passed" | "pass" | "ok" | "green" => "success".to_owned(),
        "failure" | "failed" | "fail" | "error" | "errored" | "red" | "timed_out" | "startup_failure" => {
            "failure".to_owned()
        }
        "cancelled" | "canceled" | "aborted" => "cancelled".to_owned(),
        "rolledback" | "rolled_back" | "rollback" => "rolledback".to_owned(),
        _ => word,
    }
}
