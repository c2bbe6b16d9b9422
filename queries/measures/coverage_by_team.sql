-- Required fields of the same components before and after, by the team that owned them before.
-- grain: one row per team, component alive at both instants, and required field
-- reads: coverage_instants, coverage_entries, metadata_coverage
-- writes: team_id text, arm text, component_id text, field text, before_present bool, before_valid bool, after_present bool, after_valid bool
-- unit: none
-- null means: nothing is null; components born or retired in between are in neither
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- A fixed cohort, so that new services born complete improve nothing. Before:
-- at the end of the team's before window; after: at the end of its after
-- window, or as_of where that comes first.
with edges as (
    select instant_us, purpose, team_id, arm
    from coverage_instants
    where purpose in ('before', 'after')
),
windows as (
    select
        b.team_id, b.arm, b.instant_us as before_us, a.instant_us as after_us
    from edges as b
    inner join edges as a on b.team_id = a.team_id
    where b.purpose = 'before' and a.purpose = 'after'
),
cohort as (
    select w.team_id, w.arm, e.component_id, w.before_us, w.after_us
    from windows as w
    inner join coverage_entries as e
        on w.team_id = e.team_id and w.before_us = e.instant_us
    where not e.is_retired
),
cells as (
    select instant_us, component_id, field, is_present, is_valid
    from metadata_coverage
),
coverage_by_team_found as (
    select
        c.team_id, c.arm, c.component_id, b.field,
        b.is_present as before_present, b.is_valid as before_valid,
        a.is_present as after_present, a.is_valid as after_valid
    from cohort as c
    inner join cells as b
        on c.before_us = b.instant_us and c.component_id = b.component_id
    inner join cells as a
        on c.after_us = a.instant_us
        and c.component_id = a.component_id
        and b.field = a.field
)
select * from coverage_by_team_found
