-- How many people each team had on each working day that the ticket stream can speak for.
-- grain: one row per team and working day
-- reads: memberships, people, ticket_days
-- writes: team_id text, day int, week int, month int, opens_us int, people int
-- unit: people
-- null means: nothing is null; a team without members on a day has no row
-- open journeys: not about journeys
-- see: METHODS.md#developer-weeks

-- Bots are no developers. Who is in two teams counts once: in the one joined
-- last, then the smaller id, as in event_teams.
with humans as (
    select person_id from people where kind = 'human'
),
dated as (
    select m.person_id, m.team_id, m.from_us, m.to_us, 1 as one
    from memberships as m
    inner join humans as h on m.person_id = h.person_id
),
days as (
    select day, week, month, opens_us, 1 as one
    from ticket_days
    where is_working
),
possible as (
    select
        m.person_id, m.team_id, d.day, d.week, d.month, d.opens_us,
        cast(row_number() over (
            partition by m.person_id, d.day
            order by 0 - greatest(m.from_us, 0), m.team_id
        ) as bigint) as place
    from dated as m
    inner join days as d on m.one = d.one
    where m.from_us <= d.opens_us
        and (m.to_us is null or d.opens_us < m.to_us)
),
team_days_found as (
    select
        team_id, day, week, month, opens_us,
        cast(count(person_id) as bigint) as people
    from possible
    where place = 1
    group by team_id, day, week, month, opens_us
)
select * from team_days_found
