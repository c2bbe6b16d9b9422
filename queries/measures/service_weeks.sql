-- How many living services each team owned in a week: another exposure of its tickets.
-- grain: one row per team and week
-- reads: subject_weeks, ticket_days
-- writes: team_id text?, week int, week_us int, services int
-- unit: services
-- null means: team_id: services that nobody owns; weeks whose Monday the ticket stream cannot speak for have no row
-- open journeys: not about journeys
-- see: METHODS.md#service-weeks

with alive as (
    select subject_id, week, week_us, team_id from subject_weeks
),
observed as (
    select day from ticket_days
),
service_weeks_found as (
    select
        a.team_id, a.week, a.week_us,
        cast(count(a.subject_id) as bigint) as services
    from alive as a
    inner join observed as o on a.week = o.day
    group by a.team_id, a.week, a.week_us
)
select * from service_weeks_found
