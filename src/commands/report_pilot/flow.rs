//! Who hands over to whom, in the journeys to a first deploy.

use std::collections::BTreeMap;

use super::CommandError;
use super::book::{Book, bare_name, window_of};
use crate::config::Journey;
use crate::config::written::Arm as ArmWritten;
use crate::measures::FlowRow;
use crate::report::chart::{Chart, Flow, FlowTeam, TeamRole};
use crate::report::guard::{Backing, RawRibbon, flow};
use crate::report::{Block, Figure};

pub(super) fn blocks(book: &Book<'_>, definition: Option<&Journey>) -> Result<Vec<Block>, CommandError> {
    let mut rows: Vec<FlowRow> = book.rows()?;
    // A touch may belong to journeys of several definitions: counted in one, it counts once.
    rows.retain(|row| definition.is_none_or(|definition| definition.id == row.definition));
    let rows: Vec<&FlowRow> = rows
        .iter()
        .filter(|row| row.kind == "teams" && window_of(row.arm.as_deref(), row.period.as_deref()).is_some())
        .collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let platform = book.teams_of(ArmWritten::Platform);
    let by_team = |team: &str| team.to_owned();
    if let Some(both) = before_and_after(&rows, &platform) {
        return Ok(both);
    }
    let arms: BTreeMap<&str, ArmWritten> =
        book.settings.teams.iter().map(|team| (team.name.as_str(), team.arm)).collect();
    let by_arm = |team: &str| match arms.get(team) {
        Some(ArmWritten::Platform) => team.to_owned(),
        Some(ArmWritten::Pilot) => "pilot teams".to_owned(),
        Some(ArmWritten::Comparison) => "comparison teams".to_owned(),
        _ => "teams outside the study".to_owned(),
    };
    // Team by team where five people stand behind enough of it, else arm by arm.
    let drawn = match drawn(&rows, &platform, by_team) {
        Ok(flow) if flow.merged * 2 <= total(&flow) => Ok((flow, "Teams")),
        _ => drawn(&rows, &platform, by_arm).map(|flow| (flow, "Groups of teams")),
    };
    Ok(match drawn {
        Err(not_told) => vec![not_told.into()],
        Ok((flow, what)) => vec![
            Figure {
                id: "handoff-flow".to_owned(),
                caption: "Who hands over to whom in all journeys to a first deploy, before and after".to_owned(),
                explains: format!(
                    "A ribbon is as wide as its handoffs are many; those from or to a platform team have the accent colour. {what} stand in alphabetical order, the platform first. Handoffs that fewer than five people took part in are one number."
                ),
                chart: Chart::Flow(flow),
            }
            .into(),
        ],
    })
}

/// The pilot's journeys before and after, where enough of both may be shown; never beside a figure of all: a ribbon that
/// is hidden in one could be reckoned from the other.
fn before_and_after(rows: &[&FlowRow], platform: &[&str]) -> Option<Vec<Block>> {
    let of = |period: &str| {
        let in_period = |row: &&&FlowRow| row.arm.as_deref() == Some("pilot") && row.period.as_deref() == Some(period);
        let rows: Vec<&FlowRow> = rows.iter().filter(in_period).copied().collect();
        drawn(&rows, platform, str::to_owned).ok().filter(|flow| flow.merged * 4 <= total(flow))
    };
    let figure = |period: &str, flow| {
        Figure {
        id: format!("handoff-flow-{period}"),
        caption: format!("Who hands over to whom in the pilot teams' journeys to a first deploy, {period} the start"),
        explains: "A ribbon is as wide as its handoffs are many, within this figure; those from or to a platform team have the accent colour. Counts are of all journeys begun in the window, finished or not; the card says how many there are in a journey. Handoffs that fewer than five people took part in are one number.".to_owned(),
        chart: Chart::Flow(flow),
    }
    };
    Some(vec![figure("before", of("before")?).into(), figure("after", of("after")?).into()])
}

fn total(flow: &Flow) -> u64 {
    flow.merged + flow.ribbons.iter().map(|ribbon| ribbon.count).sum::<u64>()
}

fn drawn(rows: &[&FlowRow], platform: &[&str], name: impl Fn(&str) -> String) -> Result<Flow, crate::report::NotTold> {
    let mut pairs: BTreeMap<(String, String), Vec<&FlowRow>> = BTreeMap::new();
    for row in rows {
        let team = |id: &Option<String>| name(id.as_deref().map_or("team not known", bare_name));
        pairs.entry((team(&row.from_team_id), team(&row.to_team_id))).or_default().push(row);
    }
    let mut names: Vec<String> = pairs.keys().flat_map(|(from, to)| [from.clone(), to.clone()]).collect();
    names.sort_by_key(|name| (!platform.contains(&name.as_str()), name.clone()));
    names.dedup();
    let place = |name: &String| names.iter().position(|known| known == name).unwrap_or_default();
    let raw: Vec<RawRibbon> = pairs
        .iter()
        .map(|((from, to), rows)| RawRibbon {
            from: place(from),
            to: place(to),
            count: rows.len() as u64,
            backing: behind(rows),
        })
        .collect();
    let teams = names.iter().map(|name| FlowTeam {
        name: name.clone(),
        role: if platform.contains(&name.as_str()) { TeamRole::Platform } else { TeamRole::Product },
    });
    Ok(without_idle(&flow(teams.collect(), &raw)?))
}

/// The journeys of these handoffs, and whoever handed or took over.
fn behind(rows: &[&FlowRow]) -> Backing {
    let journeys: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.journey_id.as_str()).collect();
    let people = rows.iter().flat_map(|row| [(row.from_person.clone(), 1), (row.to_person.clone(), 1)]);
    Backing::new(journeys.len() as u64, people)
}

/// Takes out teams without a ribbon that shows: their names have no business in the data of the figure.
fn without_idle(flow: &Flow) -> Flow {
    let busy: Vec<usize> = (0..flow.teams.len())
        .filter(|team| flow.ribbons.iter().any(|ribbon| ribbon.from == *team || ribbon.to == *team))
        .collect();
    let place = |team: usize| busy.iter().position(|known| *known == team).unwrap_or_default();
    let mut ribbons = flow.ribbons.clone();
    for ribbon in &mut ribbons {
        (ribbon.from, ribbon.to) = (place(ribbon.from), place(ribbon.to));
    }
    Flow { teams: busy.iter().map(|team| flow.teams[*team].clone()).collect(), ribbons, merged: flow.merged }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(journey: u64, from: &str, to: &str, people: u64) -> FlowRow {
        FlowRow {
            journey_id: format!("j{journey}"),
            touch_no: 2,
            definition: "create-service".to_owned(),
            arm: Some("pilot".to_owned()),
            period: Some("before".to_owned()),
            kind: "teams".to_owned(),
            from_team_id: Some(format!("team:{from}")),
            to_team_id: Some(format!("team:{to}")),
            from_person: format!("{from}{}", journey % people),
            to_person: format!("{to}{}", journey % people),
            gap_us: 1,
            cause: 1,
        }
    }

    #[test]
    fn a_team_of_two_people_is_named_nowhere() {
        let mut rows: Vec<FlowRow> = (0..12).map(|journey| row(journey, "shop", "platform", 6)).collect();
        rows.extend((0..12).map(|journey| row(journey, "tiny", "small", 2)));
        rows.extend((0..12).map(|journey| row(journey, "other", "small", 2)));
        let rows: Vec<&FlowRow> = rows.iter().collect();
        let flow = drawn(&rows, &["platform"], str::to_owned).expect("one ribbon stands");
        let names: Vec<&str> = flow.teams.iter().map(|team| team.name.as_str()).collect();
        assert_eq!((names, flow.merged), (vec!["platform", "shop"], 24));
        assert_eq!((flow.ribbons[0].from, flow.ribbons[0].to), (1, 0));
    }
}
