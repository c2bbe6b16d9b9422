-- Required fields of each team's components before and after.
-- grain: one row per team, component and required field
-- reads: coverage_cohort, coverage_fields, metadata_coverage
-- writes: team_id text, arm text, component_id text, field text, before_present bool?, before_valid bool?, after_present bool?, after_valid bool?
-- unit: none
-- null means: before_present, before_valid: no team that is compared had the component before; after_present, after_valid: it is gone or retired after
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- Rows without a null are the fixed cohort, which new services that are born
-- complete do not improve; all rows are the open population.
with cohort as (
    select team_id, arm, component_id, before_us, after_us, 1 as one
    from coverage_cohort
),
required as (
    select field, 1 as one from coverage_fields
),
wanted as (
    select
        c.team_id, c.arm, c.component_id, c.before_us, c.after_us, r.field
    from cohort as c
    inner join required as r on c.one = r.one
),
cells as (
    select instant_us, component_id, field, is_present, is_valid
    from metadata_coverage
),
coverage_by_team_found as (
    select
        w.team_id, w.arm, w.component_id, w.field,
        b.is_present as before_present, b.is_valid as before_valid,
        a.is_present as after_present, a.is_valid as after_valid
    from wanted as w
    left join cells as b
        on w.before_us = b.instant_us
        and w.component_id = b.component_id
        and w.field = b.field
    left join cells as a
        on w.after_us = a.instant_us
        and w.component_id = a.component_id
        and w.field = a.field
)
select * from coverage_by_team_found
