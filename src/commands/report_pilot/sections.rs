//! The body: what stands in which part, in reading order.

use super::book::Book;
use super::words::spoken;
use super::{
    CommandError, cards, coverage, coverage_series, curves, doubts, flow, hands, journey_map, placebo, plan, standing,
    teams, ticket_table, tickets,
};
use crate::report::{Block, Section};

pub(super) fn sections(book: &Book<'_>) -> Result<Vec<Section>, CommandError> {
    Ok(vec![
        plan::section(book)?,
        journey(book)?,
        handoffs(book)?,
        platform_tickets(book)?,
        catalog(book)?,
        delivery(book),
        doubts::section(book),
        placebo::section(book),
        standing::section(book)?,
    ])
}

fn journey(book: &Book<'_>) -> Result<Section, CommandError> {
    let mut section = Section::new("journey", "The journey to a first deploy");
    section.blocks.push(Block::paragraph(
        "A journey begins with the first commit of a new service and is done with its first deploy to production after it was registered there. Journeys still open at the end of the records stay in as open: none of them gets a pretended end.",
    ));
    section.blocks.extend(cards::of_measure(book, "time_to_first_deploy"));
    let mapped = journey_map::definition(book);
    section.blocks.extend(journey_map::block(book, mapped)?);
    section.blocks.extend(curves::blocks(book)?);
    section.blocks.extend(teams::block(book)?);
    // The mapped journey ends with the deploy of the cards above: its own card would say the same again.
    let others: Vec<_> = book
        .answers("journey_time")
        .filter(|answer| answer.of.as_deref() != mapped.map(|journey| journey.id.as_str()))
        .collect();
    if !others.is_empty() {
        let names: Vec<String> = others.iter().filter_map(|answer| answer.of.as_deref()).map(spoken).collect();
        section.blocks.push(Block::paragraph(format!(
            "Other journeys that the study defines: {}.",
            super::words::listed(&names)
        )));
        section.blocks.extend(others.into_iter().flat_map(|answer| cards::blocks(book, answer)));
    }
    Ok(section)
}

fn handoffs(book: &Book<'_>) -> Result<Section, CommandError> {
    let mut section = Section::new("handoffs-and-waits", "Handoffs and waits");
    section.blocks.extend(cards::of_measure(book, "handoffs"));
    section.blocks.extend(flow::blocks(book, journey_map::definition(book))?);
    section.blocks.extend(hands::blocks(book, journey_map::definition(book))?);
    section.blocks.extend(cards::of_measure(book, "request_wait"));
    section.blocks.push(Block::paragraph(
        "The rest of a journey's time is unattributed: nothing shows that anyone waited in it, and nothing shows that anyone worked.",
    ));
    section.blocks.extend(cards::of_measure(book, "request_answer_time"));
    Ok(section)
}

fn platform_tickets(book: &Book<'_>) -> Result<Section, CommandError> {
    let mut section = Section::new("tickets", "Tickets to the platform");
    section.blocks.extend(cards::of_measure(book, "platform_tickets"));
    section.blocks.extend(tickets::block(book)?);
    section.blocks.extend(ticket_table::blocks(book)?);
    Ok(section)
}

fn catalog(book: &Book<'_>) -> Result<Section, CommandError> {
    let mut section = Section::new("catalog", "The catalog");
    section.blocks.extend(cards::of_measure(book, "metadata_coverage"));
    section.blocks.extend(coverage::blocks(book)?);
    section.blocks.extend(coverage_series::block(book)?);
    section.blocks.extend(cards::of_measure(book, "ownership_validity"));
    Ok(section)
}

fn delivery(book: &Book<'_>) -> Section {
    let mut section = Section::new("delivery", "Delivery, as a guardrail");
    section.blocks.push(Block::paragraph(
        "A pilot that speeds up first deploys and breaks or slows down all others has gained little. Neither more nor fewer deploys is better in itself; more of them that fail, failures that last longer and more incidents are worse, and stand beside every gain.",
    ));
    for measure in ["deployment_frequency", "change_fail_rate", "failed_deployment_recovery_time", "incidents"] {
        section.blocks.extend(cards::of_measure(book, measure));
    }
    section
}
