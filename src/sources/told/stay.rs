//! Memberships of teams.

use super::{Output, Place};
use crate::log::{Identity, Membership, Micros, ObjectType};

/// A person's stay in a team.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources) struct Stay {
    pub(in crate::sources) team: String,
    pub(in crate::sources) person: Identity,
    /// Absent: nothing says since when.
    pub(in crate::sources) from_us: Option<Micros>,
    /// Absent: still there.
    pub(in crate::sources) to_us: Option<Micros>,
}

impl Stay {
    /// Its row.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        out.instants.extend([self.from_us, self.to_us].into_iter().flatten());
        out.order(place, self.from_us, self.to_us, "left before it was joined");
        let team = out.object(ObjectType::Team, &self.team, None);
        out.facts.memberships.push(Membership {
            person_id: self.person.id,
            team_id: team.as_str().to_owned(),
            from_us: self.from_us.unwrap_or(Micros::MIN),
            to_us: self.to_us,
            evidence: place.evidence(),
        });
    }
}
