-- The instants at which the catalog is looked at.
-- grain: one row per instant, purpose and team
-- reads: calendar, object_changes, periods, parameters
-- writes: instant_us int, purpose text, month int?, team_id text?, arm text?
-- unit: microseconds since the epoch; a state holds what changed before the instant
-- null means: month: not the start of one; team_id, arm: not about one team
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- Each start of a month since the catalog began, each team's end of the before
-- and of the after window (or as_of, where that comes first), and as_of.
with catalog as (
    select 1 as one, min(at_us) as first_us
    from object_changes
    where field = '@present'
),
month_starts as (
    select 1 as one, month, min(starts_us) as starts_us
    from calendar
    group by month
),
months as (
    select m.starts_us as instant_us, m.month
    from month_starts as m
    inner join catalog as c on m.one = c.one
    cross join parameters as p
    where c.first_us < m.starts_us and m.starts_us <= p.as_of_us
),
edges as (
    select
        w.team_id, w.arm, w.period,
        least(w.to_us, p.as_of_us + 1) as instant_us
    from periods as w
    cross join parameters as p
    where (w.period = 'before' and w.to_us <= p.as_of_us)
        or (w.period = 'after' and w.from_us <= p.as_of_us)
),
coverage_instants_found as (
    select
        instant_us, 'month' as purpose, month, cast(null as varchar) as team_id,
        cast(null as varchar) as arm
    from months
    union all
    select
        instant_us, period as purpose, cast(null as bigint) as month, team_id,
        arm
    from edges
    union all
    select
        as_of_us + 1 as instant_us, 'as of' as purpose,
        cast(null as bigint) as month, cast(null as varchar) as team_id,
        cast(null as varchar) as arm
    from parameters
)
select * from coverage_instants_found
