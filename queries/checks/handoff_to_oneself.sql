-- A handoff is between two people, and between disjoint teams where it says so.
-- grain: one row per violation
-- reads: handoffs
-- writes: journey_id text, touch_no int, kind text
-- unit: none
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#handoffs

with violations as (
    select journey_id, touch_no, kind
    from handoffs
    where from_person = to_person
        or (kind = 'teams' and from_team_id is null)
        or (kind = 'teams' and to_team_id is null)
        or (kind = 'teams' and from_team_id = to_team_id)
        or at_us < from_us
)
select * from violations
