-- Production deploys of each service, week by week.
-- grain: one row per subject and week in which it could be deployed
-- reads: service_deploys, environment_gates, calendar, subject_weeks, study_teams, periods, parameters
-- writes: subject_id text, week int, deploys int, team_id text?, arm text?, period text?
-- unit: deploys a week; weeks by their Monday
-- null means: team_id: nobody owns it that a source can tell; arm, period: not compared
-- open journeys: not about journeys
-- see: METHODS.md#deployment_frequency

-- A zero is a week in which it was registered in production and lived, in a
-- month in which something was deployed; other weeks without a deploy have no
-- row. Where nobody ever registered in production, every living week of what was
-- ever deployed there counts. A week belongs to the period of its Monday. Where
-- two sources tell deploys, nothing says which of them are the same: the source
-- that tells most of that week counts, for a sum would count many twice.
with deployed as (
    select s.subject_id, c.week, c.month, s.source, s.event_id
    from service_deploys as s
    inner join calendar as c on s.day = c.day
    cross join parameters as p
    where s.is_deploy and s.environment = p.production
),
alive as (
    select subject_id, week, week_us, team_id, 1 as one from subject_weeks
),
production_gates as (
    select g.subject_id, g.from_us, g.to_us
    from environment_gates as g
    cross join parameters as p
    where g.environment = p.production
),
gates as (
    select 1 as one, cast(count(subject_id) as bigint) as gates
    from production_gates
),
ever_deployed as (
    select distinct subject_id from deployed
),
spoken_months as (
    select distinct month from deployed
),
spoken_weeks as (
    select c.week
    from calendar as c
    inner join spoken_months as m on c.month = m.month
    where c.day = c.week
),
registered as (
    select a.subject_id, a.week
    from alive as a
    inner join spoken_weeks as w on a.week = w.week
    inner join production_gates as g on a.subject_id = g.subject_id
    where g.from_us <= a.week_us and (g.to_us is null or a.week_us < g.to_us)
),
ungated as (
    select a.subject_id, a.week
    from alive as a
    inner join spoken_weeks as w on a.week = w.week
    inner join ever_deployed as d on a.subject_id = d.subject_id
    inner join gates as g on a.one = g.one
    where g.gates = 0
),
by_source as (
    select
        subject_id, week, source, cast(count(event_id) as bigint) as deploys
    from deployed
    group by subject_id, week, source
),
counted as (
    select subject_id, week, max(deploys) as deploys
    from by_source
    group by subject_id, week
),
cells as (
    select subject_id, week from registered
    union all
    select subject_id, week from ungated
    union all
    select subject_id, week from counted
),
distinct_cells as (
    select distinct subject_id, week from cells
),
placed as (
    select a.subject_id, a.week, w.period
    from alive as a
    inner join periods as w on a.team_id = w.team_id
    where w.from_us <= a.week_us and a.week_us < w.to_us
),
deployment_frequency_found as (
    select
        x.subject_id, x.week, cast(coalesce(c.deploys, 0) as bigint) as deploys,
        a.team_id, t.arm, w.period
    from distinct_cells as x
    left join counted as c on x.subject_id = c.subject_id and x.week = c.week
    left join alive as a on x.subject_id = a.subject_id and x.week = a.week
    left join study_teams as t on a.team_id = t.team_id
    left join placed as w on x.subject_id = w.subject_id and x.week = w.week
)
select * from deployment_frequency_found
