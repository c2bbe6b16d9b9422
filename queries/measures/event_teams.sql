-- The team that counts an event: its actor's at that time.
-- grain: one row per event whose human actor was in a team
-- reads: events, memberships
-- writes: event_id text, team_id text
-- unit: none
-- null means: nothing is null; an event without a row is of no known team
-- open journeys: not about journeys
-- see: METHODS.md#teams

-- Who is in two teams counts once: in the one joined last, then the smaller
-- id, as in team_days.
with acted as (
    select event_id, at_us, actor_id
    from events
    where actor_id is not null and not is_bot
),
dated as (
    select person_id, team_id, from_us, to_us from memberships
),
possible as (
    select
        a.event_id, m.team_id,
        cast(row_number() over (
            partition by a.event_id
            order by 0 - greatest(m.from_us, 0), m.team_id
        ) as bigint) as place
    from acted as a
    inner join dated as m on a.actor_id = m.person_id
    where m.from_us <= a.at_us and (m.to_us is null or a.at_us < m.to_us)
),
event_teams_found as (
    select event_id, team_id from possible where place = 1
)
select * from event_teams_found
