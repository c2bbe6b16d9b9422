-- Who asked the platform teams, when and how often: what the rule of five people counts.
-- grain: one row per team, period, week, category, channel and person
-- reads: platform_requests, calendar, study_teams, periods
-- writes: team_id text?, arm text?, period text?, week int, category text?, channel text?, person_id text, tickets int
-- unit: tickets
-- null means: team_id, category, channel: no source says; arm, period: not compared; tickets of unknown people have no row
-- open journeys: counted whether or not a journey is open
-- see: METHODS.md#shareable

with asked as (
    select request_id, at_us, day, team_id, category, channel, person_id
    from platform_requests
    where person_id is not null
),
weeks as (
    select day, week from calendar
),
arms as (
    select team_id, arm from study_teams
),
windows as (
    select team_id, period, from_us, to_us from periods
),
in_window as (
    select a.request_id, w.period
    from asked as a
    inner join windows as w on a.team_id = w.team_id
    where w.from_us <= a.at_us and a.at_us < w.to_us
),
ticket_people_found as (
    select
        a.team_id, s.arm, p.period, w.week, a.category, a.channel, a.person_id,
        cast(count(a.request_id) as bigint) as tickets
    from asked as a
    inner join weeks as w on a.day = w.day
    left join arms as s on a.team_id = s.team_id
    left join in_window as p on a.request_id = p.request_id
    group by
        a.team_id, s.arm, p.period, w.week, a.category, a.channel, a.person_id
)
select * from ticket_people_found
