//! Who is in which team, and what people say.

use chrono::{Days, NaiveDate};

use super::csv_of;
use crate::config::written::Arm;
use crate::simulate::SimulateError;
use crate::simulate::clock::{date, utc};
use crate::simulate::company::Company;
use crate::simulate::draw::Draw;

/// `memberships.csv`, with dates.
pub(super) fn memberships(company: &Company) -> Result<String, SimulateError> {
    let day = |date: Option<NaiveDate>| date.map_or_else(String::new, |date| date.to_string());
    let rows = company.cast.stays.iter().map(|stay| {
        let team = company.world.teams[stay.team].name.to_owned();
        vec![team, company.cast.people[stay.who].signature(), day(stay.from), day(stay.to)]
    });
    csv_of("memberships.csv", &["Team", "Person", "From", "To"], rows.collect())
}

const ITEMS: [&str; 3] = ["easy-to-deploy", "know-whom-to-ask", "platform-helps"];
const ANSWERS: [&str; 5] = ["strongly disagree", "disagree", "neither", "agree", "strongly agree"];

/// `survey.csv`: two waves, answered by two people in three; answers are words.
pub(super) fn survey(company: &Company) -> Result<String, SimulateError> {
    let world = &company.world;
    let mut rows = Vec::new();
    let waves = [("2024-autumn", date(2024, 11, 25)), ("2025-autumn", date(2025, 11, 24))];
    for (wave, (name, first)) in waves.into_iter().enumerate() {
        for stay in company.cast.stays.iter().filter(|stay| stay.to.is_none()) {
            let mut draw = Draw::of(world.seed, name, stay.who);
            if world.teams[stay.team].arm == Arm::Platform || !draw.happens(0.66) {
                continue;
            }
            let shift =
                if wave == 1 && world.teams[stay.team].arm == Arm::Pilot { world.effect.survey_shift } else { 0.0 };
            let at = company.clock.during(first + Days::new(draw.below(5) as u64), draw.share());
            for item in ITEMS {
                // The place of a rounded normal on a scale of five; one answer in thirty is left out.
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the scale")]
                let place = (1.8 + shift + draw.normal()).round().clamp(0.0, 4.0) as usize;
                let answer = if draw.happens(0.03) { "" } else { ANSWERS[place] };
                let mail = company.cast.people[stay.who].email.clone();
                rows.push(vec![name.to_owned(), item.to_owned(), mail, utc(at), answer.to_owned()]);
            }
        }
    }
    csv_of("survey.csv", &["Wave", "Item", "Person", "At", "Answer"], rows)
}
