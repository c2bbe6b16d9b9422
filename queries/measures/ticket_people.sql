-- Who asked the platform teams, and how often: what the rule of five people counts.
-- grain: one row per team, week, category, channel and person
-- reads: platform_requests, calendar
-- writes: team_id text?, week int, category text?, channel text?, person_id text, tickets int
-- unit: tickets
-- null means: team_id, category, channel: no source says; tickets of unknown people have no row
-- open journeys: counted whether or not a journey is open
-- see: METHODS.md#shareable

with asked as (
    select request_id, day, team_id, category, channel, person_id
    from platform_requests
    where person_id is not null
),
weeks as (
    select day, week from calendar
),
ticket_people_found as (
    select
        a.team_id, w.week, a.category, a.channel, a.person_id,
        cast(count(a.request_id) as bigint) as tickets
    from asked as a
    inner join weeks as w on a.day = w.day
    group by a.team_id, w.week, a.category, a.channel, a.person_id
)
select * from ticket_people_found
