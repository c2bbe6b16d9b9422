-- How many entries of the catalog had an owner that exists, at the start of each month and at as_of.
-- grain: one row per instant
-- reads: coverage_instants, ownership_validity
-- writes: instant_us int, month int?, components int, owned int, valid int, untold int
-- unit: components
-- null means: month: the row of as_of
-- open journeys: not about journeys
-- see: METHODS.md#ownership_validity

with looked_at as (
    select instant_us, month
    from coverage_instants
    where purpose in ('month', 'as of')
),
cells as (
    select
        instant_us, component_id,
        cast(case when has_owner then 1 else 0 end as bigint) as owned,
        cast(case when is_valid then 1 else 0 end as bigint) as valid,
        cast(case when is_valid is null then 1 else 0 end as bigint) as untold
    from ownership_validity
),
counted as (
    select
        instant_us, cast(count(component_id) as bigint) as components,
        cast(sum(owned) as bigint) as owned,
        cast(sum(valid) as bigint) as valid,
        cast(sum(untold) as bigint) as untold
    from cells
    group by instant_us
),
ownership_monthly_found as (
    select
        l.instant_us, l.month, c.components, c.owned, c.valid, c.untold
    from looked_at as l
    inner join counted as c on l.instant_us = c.instant_us
)
select * from ownership_monthly_found
