//! Numbers that cannot be told: why, and what would make them tellable. As plain as a number would be.

use super::book::Book;
use super::guarded::{Shown, shown};
use super::words::{capital, title};
use crate::commands::analysis::Answer;
use crate::config::written::{Arm, Stream};
use crate::measures;
use crate::report::{Grade, Headline, NotTold};
use crate::study::Refusal;

/// Why, and what to do.
type Because = (String, String);

/// For a measure of which there is no answer at all.
pub(super) fn of_measure(book: &Book<'_>, measure: &str) -> NotTold {
    let what = measures::measure(measure).map_or_else(|| measure.to_owned(), |found| found.title.to_owned());
    let (why, what_to_do) = missing(book, measure).unwrap_or_else(|| nothing_found(measure));
    NotTold { id: measure.to_owned(), what, why, what_to_do }
}

/// For an answer without a number that may be shown.
pub(super) fn of_answer(book: &Book<'_>, answer: &Answer) -> NotTold {
    let because = match shown(answer) {
        Shown::TooFewPeople => too_few_people(),
        Shown::Refused(Refusal::Empty) => {
            missing(book, answer.measure.id).unwrap_or_else(|| nothing_found(answer.measure.id))
        }
        Shown::Refused(refusal) => missing(book, answer.measure.id).unwrap_or_else(|| {
            let hint = "Wait for more records, or widen the windows in `[comparison]`.";
            (format!("The statistics give no number: {refusal}."), hint.to_owned())
        }),
        // Asked for although it can be told: say what is there.
        Shown::Told(_) => nothing_found(answer.measure.id),
    };
    NotTold { id: answer.id.clone(), what: title(answer), why: because.0, what_to_do: because.1 }
}

/// The sentence for the head of the report.
pub(super) fn headline(not_told: &NotTold) -> Headline {
    let subject = not_told.what.clone();
    let why = not_told.why.trim_end_matches('.');
    Headline {
        sentence: format!("{subject}: cannot be told. {}.", capital(why)),
        grade: Grade::E,
        supports: vec![not_told.id.clone()],
    }
}

fn too_few_people() -> Because {
    (
        "Each window would stand for fewer than five people or journeys, or one person for more than half of it."
            .to_owned(),
        "Compare more teams, or longer windows.".to_owned(),
    )
}

/// What the study lacks that this measure needs.
fn missing(book: &Book<'_>, measure: &str) -> Option<Because> {
    let has = |stream: Stream| book.settings.files.iter().any(|file| file.stream == stream);
    let because = |why: &str, what: &str| Some((why.to_owned(), what.to_owned()));
    if book.teams_of(Arm::Pilot).is_empty() {
        return because(
            "The study file names no pilot team, so there is no before and after.",
            "Add `[[teams]]` with `arm = \"pilot\"`, and others with `arm = \"comparison\"`.",
        );
    }
    let of_tickets = matches!(measure, "platform_tickets" | "request_answer_time");
    if of_tickets && !has(Stream::Tickets) && !has(Stream::Events) {
        return because(
            "No source holds tickets. That is not the same as no tickets.",
            "Export the tickets of the platform teams and add them as `[[files]]` with `stream = \"tickets\"`.",
        );
    }
    if of_tickets && book.teams_of(Arm::Platform).is_empty() {
        return because(
            "The study file names no platform team, so requests to the platform cannot be told from others.",
            "Add `[[teams]]` with `arm = \"platform\"`.",
        );
    }
    if matches!(measure, "metadata_coverage" | "ownership_validity") && book.settings.catalogs.is_empty() {
        return because(
            "No catalog is read.",
            "Add `[[catalogs]]`, and the fields that a complete entry holds under `[coverage]`.",
        );
    }
    if measure == "deployment_frequency" && book.settings.catalogs.is_empty() {
        return because(
            "No catalog is read, so no source says which team owns a service.",
            "Add `[[catalogs]]` with the owner of each service.",
        );
    }
    if matches!(measure, "handoffs" | "ownership_validity" | "platform_tickets" | "request_answer_time")
        && !book.has_teams
    {
        return because(
            "No source says who is in which team.",
            "Export memberships with their dates and add them as `[[files]]` with `stream = \"memberships\"`.",
        );
    }
    None
}

fn nothing_found(measure: &str) -> Because {
    let (why, what) = match measure {
        "time_to_first_deploy" => (
            "No journey that ends with a deploy began in the windows of the teams compared.",
            "Look at `milepost journeys`: a rule must yield `service.deployed` in an environment that `[environments]` lists.",
        ),
        "request_wait" => (
            "No request of any journey in the windows was seen, so nothing shows who waited.",
            "Add the tickets, or histories with `refs/pull/*/head`, so that requests and answers show.",
        ),
        "platform_tickets" => (
            "The ticket stream holds nothing of the teams compared. That is not the same as no tickets.",
            "Check that the reporters in the export are the people of the memberships.",
        ),
        "request_answer_time" => (
            "No request of the teams compared to a platform team was seen in the windows.",
            "Check that `team` is mapped in the ticket export, and that a platform team has that name.",
        ),
        "metadata_coverage" | "ownership_validity" => (
            "No catalog entry of the teams compared was there both before and after.",
            "Check that owners in the catalog have the names of `[[teams]]`; `[coverage]` takes `team-names`.",
        ),
        "deployment_frequency" => (
            "No service of the teams compared was deployed to production in the windows.",
            "Look at `milepost query 'select * from deploy_writes'`.",
        ),
        "change_fail_rate" | "failed_deployment_recovery_time" => (
            "Nothing in the records tells of a deploy that failed, or of an incident after one. That is not the same as none.",
            "Connect the incident system (`[[apis]]` with `kind = \"pagerduty\"`, or `[[files]]` with `stream = \"incidents\"`), or a source of deployments with their outcome.",
        ),
        "incidents" => (
            "No incident of any service stands in the records. That is not the same as no incidents.",
            "Connect the incident system: `[[apis]]` with `kind = \"pagerduty\"`, or `[[files]]` with `stream = \"incidents\"`.",
        ),
        "handoffs" => (
            "No finished journey of the teams compared shows a handoff between two known teams.",
            "Check that the people who touch journeys are those of the memberships.",
        ),
        _ => ("Nothing of the teams compared was seen in the windows.", "Widen the windows in `[comparison]`."),
    };
    (why.to_owned(), what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::MEASURES;

    #[test]
    fn every_measure_says_what_to_do_and_none_says_zero() {
        for measure in MEASURES {
            let (why, what) = nothing_found(measure.id);
            assert!(why.ends_with('.') && what.ends_with('.'), "{}", measure.id);
            assert!(!why.contains('0') && !why.contains("zero"), "{}", measure.id);
        }
    }

    #[test]
    fn a_headline_that_cannot_be_told_says_so_and_why() {
        let line = headline(&NotTold {
            id: "platform_tickets".to_owned(),
            what: "Platform tickets".to_owned(),
            why: "No source holds tickets.".to_owned(),
            what_to_do: String::new(),
        });
        assert_eq!(line.sentence, "Platform tickets: cannot be told. No source holds tickets.");
        assert_eq!(line.grade, Grade::E);
    }
}
