-- The teams that a toucher was in at that time.
-- grain: one row per touch and team
-- reads: touches, memberships
-- writes: journey_id text, touch_no int, team_id text
-- unit: none
-- null means: nothing is null; a touch without a row is of no known team
-- open journeys: touches up to as_of
-- see: METHODS.md#handoffs

with all_touches as (
    select journey_id, touch_no, person_id, at_us from touches
),
dated_memberships as (
    select person_id, team_id, from_us, to_us from memberships
),
touch_teams_found as (
    select distinct t.journey_id, t.touch_no, m.team_id
    from all_touches as t
    inner join dated_memberships as m on t.person_id = m.person_id
    where m.from_us <= t.at_us and (m.to_us is null or t.at_us < m.to_us)
)
select * from touch_teams_found
