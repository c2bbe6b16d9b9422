-- How many journeys had each step, and how many did without it.
-- grain: one row per definition, step, arm and period
-- reads: step_offsets
-- writes: definition text, step text, position int, role text, arm text?, period text?, journeys int, done int, done_later int, missing int, not_yet int
-- unit: journeys
-- null means: arm, period: see journey_periods
-- open journeys: their steps to come are not_yet
-- see: METHODS.md#journey-map

with cells as (
    select
        definition, step, position, role, arm, period, journey_id,
        cast(case when state = 'done' then 1 else 0 end as bigint) as done,
        cast(case when state = 'done later' then 1 else 0 end as bigint)
            as done_later,
        cast(case when state = 'missing' then 1 else 0 end as bigint)
            as missing,
        cast(case when state = 'not yet' then 1 else 0 end as bigint)
            as not_yet
    from step_offsets
),
journey_map_found as (
    select
        definition, step, position, role, arm, period,
        cast(count(journey_id) as bigint) as journeys,
        cast(sum(done) as bigint) as done,
        cast(sum(done_later) as bigint) as done_later,
        cast(sum(missing) as bigint) as missing,
        cast(sum(not_yet) as bigint) as not_yet
    from cells
    group by definition, step, position, role, arm, period
)
select * from journey_map_found
