//! Before and after, team by team, as far as the guard lets teams show by themselves.

use super::CommandError;
use super::book::{Book, bare_name, whole, window_of};
use super::curves::arm_of;
use super::guarded::{Shown, Told, shown};
use crate::measures::DeployTimeRow;
use crate::report::chart::{Chart, Slopes, TeamSlope};
use crate::report::guard::{TeamGroup, TeamGroups, TeamRow, merge_small};
use crate::report::{Absence, Block, Figure, Quantity, Unit};
use crate::study::{Arm, Period, TeamLine};

/// The slopes of the time to production, or of whatever environment there is.
pub(super) fn block(book: &Book<'_>) -> Result<Option<Block>, CommandError> {
    let mut answers: Vec<_> = book.answers("time_to_first_deploy").collect();
    answers.sort_by_key(|answer| answer.of.as_deref() != Some(book.settings.environments.production.as_str()));
    let Some(Shown::Told(told)) = answers.first().map(|answer| shown(answer)) else { return Ok(None) };
    let environment = told.answer.of.clone().unwrap_or_default();
    let rows: Vec<DeployTimeRow> = book.rows()?;
    let rows: Vec<&DeployTimeRow> = rows.iter().filter(|row| row.environment == environment).collect();
    let mut slopes = Vec::new();
    for arm in &told.arms {
        slopes.extend(of_arm(book, &told, *arm, &rows));
    }
    if slopes.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        Figure {
            id: "teams".to_owned(),
            caption: format!("Each team before and after: time to a first deploy to {environment}"),
            explains: "Means that count no more days than the horizon. Teams stand in alphabetical order; those with fewer than five people or journeys in a period are merged with others. No team is ranked.".to_owned(),
            chart: Chart::Slopes(Slopes {
                measure: format!("time to a first deploy to {environment}"),
                unit: Unit::Days,
                teams: slopes,
                placebo: placebo(&told),
            }),
        }
        .into(),
    ))
}

fn of_arm(book: &Book<'_>, told: &Told<'_>, arm: Arm, rows: &[&DeployTimeRow]) -> Vec<TeamSlope> {
    let lines: Vec<&TeamLine> = told.verdict.teams.iter().filter(|line| line.arm == arm).collect();
    let behind = |team: &str, period| {
        let of_team = rows.iter().filter(|row| {
            window_of(row.arm.as_deref(), row.period.as_deref()) == Some((arm, period))
                && row.team_id.as_deref().map(bare_name) == Some(team)
        });
        book.journeys(of_team.map(|row| row.journey_id.as_str()))
    };
    let guarded: Vec<TeamRow> = lines
        .iter()
        .map(|line| TeamRow {
            team: line.team.clone(),
            columns: vec![behind(&line.team, Period::Before), behind(&line.team, Period::After)],
        })
        .collect();
    let TeamGroups::Shown(groups) = merge_small(&guarded) else { return Vec::new() };
    groups.into_iter().map(|group| slope(group, arm, &lines)).collect()
}

fn slope(group: TeamGroup, arm: Arm, lines: &[&TeamLine]) -> TeamSlope {
    let members: Vec<&TeamLine> = lines.iter().copied().filter(|line| group.teams.contains(&line.team)).collect();
    let label = if members.len() == lines.len() && members.len() > 1 {
        format!("all {} together", members.len())
    } else {
        group.label
    };
    let before = mean(members.iter().map(|line| (line.units.0, line.before)));
    let after = mean(members.iter().map(|line| (line.units.1, line.after)));
    TeamSlope {
        label,
        arm: arm_of(arm),
        before: Quantity::known(before, Unit::Days, Absence::NoRecords),
        after: Quantity::known(after, Unit::Days, Absence::NoRecords),
    }
}

/// The mean over the journeys of several teams. Their levels are means of journeys themselves, so this loses nothing.
fn mean(levels: impl Iterator<Item = (u64, Option<f64>)>) -> Option<f64> {
    let (units, sum) = levels
        .filter_map(|(units, level)| Some((units, level?)))
        .fold((0, 0.0), |(units, sum), (more, level)| (units + more, sum + level * whole(more)));
    (units > 0).then(|| sum / whole(units))
}

fn placebo(told: &Told<'_>) -> String {
    let placebo = told.verdict.effect.as_ref().ok().filter(|_| told.effect).and_then(|effect| effect.placebo);
    let (pilots, comparisons) = told.verdict.teams_compared();
    let Some((extreme, total)) = placebo else { return String::new() };
    let gives = if extreme <= 1 {
        "only the pilot itself gives a difference this large".to_owned()
    } else {
        format!("{extreme} give a difference at least this large, the pilot among them")
    };
    format!("Of the {total} ways to choose {pilots} teams out of {}, {gives}.", pilots + comparisons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(team: &str, units: u64, level: f64) -> TeamLine {
        TeamLine {
            team: team.to_owned(),
            arm: Arm::Pilot,
            units: (units, units),
            before: Some(level),
            after: Some(level / 2.0),
            change: None,
            left_out: None,
        }
    }

    #[test]
    fn a_team_of_three_people_never_shows_and_its_number_goes_into_the_merged_row() {
        let lines = [line("large", 8, 20.0), line("small", 5, 80.0), line("third", 5, 50.0)];
        let lines: Vec<&TeamLine> = lines.iter().collect();
        let crowd = |team: &str, people| super::super::testing::crowd(team, people);
        let row = |line: &&TeamLine| {
            let people = match line.team.as_str() {
                "small" => 3,
                "third" => 8,
                _ => 9,
            };
            TeamRow { team: line.team.clone(), columns: vec![crowd(&line.team, people), crowd(&line.team, people)] }
        };
        let TeamGroups::Shown(groups) = merge_small(&lines.iter().map(row).collect::<Vec<_>>()) else {
            panic!("together they stand")
        };
        let slopes: Vec<TeamSlope> = groups.into_iter().map(|group| slope(group, Arm::Pilot, &lines)).collect();
        assert!(slopes.iter().all(|slope| !slope.label.contains("small")), "{slopes:?}");
        let merged = slopes.iter().find(|slope| slope.label.starts_with("other teams")).expect("a merged row");
        assert_eq!(merged.before.value, Some(65.0));
    }

    #[test]
    fn a_mean_weighs_by_journeys_and_leaves_out_what_is_not_known() {
        assert_eq!(mean([(1, Some(10.0)), (3, Some(30.0)), (9, None)].into_iter()), Some(25.0));
        assert_eq!(mean([(4, None)].into_iter()), None);
    }
}
