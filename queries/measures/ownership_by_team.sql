-- Owners that hold, of each team's components before and after.
-- grain: one row per team and component
-- reads: coverage_cohort, ownership_validity
-- writes: team_id text, arm text, component_id text, is_told bool, before_valid bool?, after_valid bool?
-- unit: none
-- null means: before_valid, after_valid: as in coverage_by_team; where is_told is false, no membership of anyone is known
-- open journeys: not about journeys
-- see: METHODS.md#ownership_validity

-- The components and the instants of coverage_by_team. is_told: whether each
-- owner that stands there can be told to hold or not.
with cohort as (
    select team_id, arm, component_id, before_us, after_us
    from coverage_cohort
),
states as (
    select instant_us, component_id, is_valid from ownership_validity
),
ownership_by_team_found as (
    select
        c.team_id, c.arm, c.component_id,
        (c.before_us is null or b.is_valid is not null)
        and (c.after_us is null or a.is_valid is not null) as is_told,
        b.is_valid as before_valid, a.is_valid as after_valid
    from cohort as c
    left join states as b
        on c.before_us = b.instant_us and c.component_id = b.component_id
    left join states as a
        on c.after_us = a.instant_us and c.component_id = a.component_id
)
select * from ownership_by_team_found
