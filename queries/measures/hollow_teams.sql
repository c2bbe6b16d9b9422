-- Teams that own nothing: placeholders, and groups that own by default.
-- grain: one row per team
-- reads: objects, coverage_placeholders, default_owners
-- writes: team_id text
-- unit: none
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#ownership_validity

-- By the name that is left of an owner's reference, so that group:default/everyone
-- is as hollow as everyone.
with teams as (
    select object_id as team_id, lower(name) as plain
    from objects
    where object_type = 'team'
),
hollow_teams_found as (
    select t.team_id
    from teams as t
    left join coverage_placeholders as p on t.plain = p.value
    left join default_owners as d on t.plain = d.value
    where p.value is not null or d.value is not null
)
select * from hollow_teams_found
