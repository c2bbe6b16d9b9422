-- Owners that hold, for the same components before and after, by the team that owned them before.
-- grain: one row per team and component alive at both instants
-- reads: coverage_instants, ownership_validity
-- writes: team_id text, arm text, component_id text, before_valid bool?, after_valid bool?
-- unit: none
-- null means: before_valid, after_valid: no membership of anyone is known, so whether the owner exists cannot be told
-- open journeys: not about journeys
-- see: METHODS.md#ownership_validity

-- The cohort and the instants of coverage_by_team.
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
states as (
    select instant_us, component_id, team_id, is_valid
    from ownership_validity
),
ownership_by_team_found as (
    select
        w.team_id, w.arm, b.component_id, b.is_valid as before_valid,
        a.is_valid as after_valid
    from windows as w
    inner join states as b
        on w.team_id = b.team_id and w.before_us = b.instant_us
    inner join states as a
        on w.after_us = a.instant_us and b.component_id = a.component_id
)
select * from ownership_by_team_found
