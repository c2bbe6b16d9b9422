//! The guard's promises, held on small worlds of every shape.

use proptest::prelude::*;

use super::*;

fn backing(journeys: u64, people: &[(&str, u64)]) -> Backing {
    Backing::new(journeys, people.iter().map(|(person, touches)| ((*person).to_owned(), *touches)))
}

fn crowd(prefix: &str, people: u64) -> Backing {
    Backing::new(people.max(5), (0..people).map(|person| (format!("{prefix}{person}"), 1)))
}

#[test]
fn a_cell_needs_five_journeys_five_people_and_nobody_above_half() {
    assert!(crowd("a", 5).stands());
    assert!(!crowd("a", 4).stands());
    assert!(!backing(4, &[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]).stands());
    assert!(!backing(9, &[("a", 5), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]).stands(), "one person has 5 of 9");
    assert!(backing(9, &[("a", 4), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]).stands(), "exactly half is allowed");
}

#[test]
fn a_number_that_does_not_stand_is_replaced_by_its_reason() {
    let days = Quantity::level(3.0, crate::report::Unit::Days);
    assert_eq!(shown(days.clone(), &crowd("a", 5)), days);
    assert_eq!(shown(days, &crowd("a", 4)).text(), "fewer than five people");
}

#[test]
fn ribbons_too_small_to_be_shown_become_one_number() {
    let team = |name: &str| crate::report::chart::FlowTeam {
        name: name.into(),
        role: crate::report::chart::TeamRole::Product,
    };
    let ribbon =
        |from, to, people, count| RawRibbon { from, to, count, backing: crowd(&format!("{from}{to}-"), people) };
    let raw = [ribbon(0, 1, 9, 30), ribbon(1, 0, 3, 4), ribbon(1, 2, 3, 5)];
    let flow = flow(vec![team("a"), team("b"), team("c")], &raw).expect("one ribbon stands");
    assert_eq!((flow.ribbons.len(), flow.merged), (1, 9));
    assert!(super::flow(vec![team("a"), team("b")], &raw[1..2]).is_err(), "three people are not shown");
}

#[test]
fn a_single_small_row_takes_the_next_smallest_with_it() {
    let rows = [vec![crowd("a", 9)], vec![crowd("b", 3)], vec![crowd("c", 6)]];
    assert_eq!(fates(&rows), [Fate::Shown, Fate::Merged, Fate::Merged]);
}

#[test]
fn two_small_rows_that_stand_together_need_no_third() {
    let rows = [vec![crowd("a", 9)], vec![crowd("b", 3)], vec![crowd("c", 3)]];
    assert_eq!(fates(&rows), [Fate::Shown, Fate::Merged, Fate::Merged]);
    let same_people = [vec![crowd("a", 9)], vec![crowd("b", 3)], vec![crowd("b", 3)]];
    assert_eq!(fates(&same_people), [Fate::Merged; 3], "three people twice are three people");
}

#[test]
fn a_row_that_is_small_in_one_period_is_merged_in_both() {
    let rows =
        [vec![crowd("a", 9), crowd("a", 9)], vec![crowd("b", 9), crowd("b", 2)], vec![crowd("c", 7), crowd("c", 7)]];
    assert_eq!(fates(&rows), [Fate::Shown, Fate::Merged, Fate::Merged]);
}

#[test]
fn where_all_together_are_too_few_not_even_the_total_is_shown() {
    let rows = [
        TeamRow { team: "x".into(), columns: vec![crowd("a", 2)] },
        TeamRow { team: "y".into(), columns: vec![crowd("b", 2)] },
    ];
    assert_eq!(merge_small(&rows), TeamGroups::Hidden);
}

#[test]
fn teams_come_in_alphabetical_order_whatever_their_values() {
    let rows = ["zeta", "alpha", "mid", "tiny"]
        .map(|team| TeamRow { team: team.into(), columns: vec![crowd(team, if team == "tiny" { 1 } else { 8 })] });
    let TeamGroups::Shown(groups) = merge_small(&rows) else { panic!("eight people stand") };
    let labels: Vec<&str> = groups.iter().map(|group| group.label.as_str()).collect();
    assert_eq!(labels, ["mid", "zeta", "other teams (2)"]);
}

#[test]
fn a_curve_moves_only_on_whole_weeks_and_ends_where_few_are_left() {
    let step = |at_days, share| CurveStep { at_days, share, low: None, high: None };
    let steps = [step(2.31, 0.9), step(9.77, 0.5), step(15.2, 0.4)];
    let risk = |at_days, journeys| AtRisk { at_days, journeys: Some(journeys) };
    let at_risk = [risk(0.0, 10), risk(2.31, 9), risk(9.77, 5), risk(15.2, 4)];
    let shown: Vec<(f64, f64)> =
        curve_on_weeks(&steps, &at_risk, 60.0).iter().map(|step| (step.at_days, step.share)).collect();
    assert_eq!(shown, [(0.0, 1.0), (7.0, 0.9), (14.0, 0.5)]);
    assert_eq!(shown_at_risk(7.0, 4).journeys, None);
}

fn any_backing() -> impl Strategy<Value = Backing> {
    (0_u64..12, proptest::collection::btree_map(0_u8..14, 1_u64..5, 0..10)).prop_map(|(journeys, touches)| {
        let journeys = if touches.is_empty() { 0 } else { journeys.max(1) };
        let touches = if journeys == 0 { std::collections::BTreeMap::new() } else { touches };
        Backing::new(journeys, touches.into_iter().map(|(person, count)| (person.to_string(), count)))
    })
}

proptest! {
    /// Whoever knows the total and any of the cells shown can subtract: what is left must be nobody or a crowd.
    #[test]
    fn no_cell_and_no_difference_isolates_fewer_than_five_people(
        rows in proptest::collection::vec(proptest::collection::vec(any_backing(), 2), 1..7),
    ) {
        let fates = fates(&rows);
        prop_assume!(!fates.contains(&Fate::Hidden));
        for column in 0..2 {
            let join = |indices: &[usize]| indices.iter().fold(Backing::default(), |mut sum, &index| {
                sum.join(&rows[index][column]);
                sum
            });
            let shown: Vec<usize> = (0..rows.len()).filter(|&index| fates[index] == Fate::Shown).collect();
            let merged: Vec<usize> = (0..rows.len()).filter(|&index| fates[index] == Fate::Merged).collect();
            for &index in &shown {
                prop_assert!(rows[index][column].is_empty() || rows[index][column].stands());
            }
            for subset in 0_u32..1 << shown.len() {
                let mut left: Vec<usize> = shown.iter().enumerate().filter(|(bit, _)| subset >> bit & 1 == 0).map(|(_, &index)| index).collect();
                left.extend(&merged);
                let rest = join(&left);
                prop_assert!(rest.is_empty() || rest.people() >= PEOPLE, "{} people are left over", rest.people());
                prop_assert!(rest.is_empty() || rest.journeys() >= JOURNEYS);
            }
        }
    }

    /// The guard hides what it must, and not the whole table for one small row among many large ones.
    #[test]
    fn large_rows_stay_shown_beside_a_small_one(small in 1_u64..5, large in 3_usize..7) {
        let mut rows: Vec<Vec<Backing>> = (0..large).map(|row| vec![crowd(&format!("{row}-"), 8)]).collect();
        rows.push(vec![crowd("s", small)]);
        let hidden = fates(&rows).iter().filter(|fate| **fate != Fate::Shown).count();
        prop_assert_eq!(hidden, 2);
    }
}
