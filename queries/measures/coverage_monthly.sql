-- How complete the catalog was at the start of each month, and at as_of.
-- grain: one row per instant and required field
-- reads: coverage_instants, coverage_entries, metadata_coverage
-- writes: instant_us int, month int?, field text, components int, present int, valid int, retired int
-- unit: components
-- null means: month: the row of as_of; a month without a row had no entry
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

with looked_at as (
    select instant_us, month
    from coverage_instants
    where purpose in ('month', 'as of')
),
retired as (
    select instant_us, cast(count(component_id) as bigint) as retired
    from coverage_entries
    where is_retired
    group by instant_us
),
cells as (
    select
        instant_us, component_id, field,
        cast(case when is_present then 1 else 0 end as bigint) as present,
        cast(case when is_valid then 1 else 0 end as bigint) as valid
    from metadata_coverage
),
counted as (
    select
        instant_us, field, cast(count(component_id) as bigint) as components,
        cast(sum(present) as bigint) as present,
        cast(sum(valid) as bigint) as valid
    from cells
    group by instant_us, field
),
coverage_monthly_found as (
    select
        l.instant_us, l.month, c.field, c.components, c.present, c.valid,
        cast(coalesce(r.retired, 0) as bigint) as retired
    from looked_at as l
    inner join counted as c on l.instant_us = c.instant_us
    left join retired as r on l.instant_us = r.instant_us
)
select * from coverage_monthly_found
