-- Whether each living entry of the catalog had an owner that exists.
-- grain: one row per instant and component; retired entries left out
-- reads: coverage_entries, objects, coverage_placeholders, default_owners, memberships, parameters
-- writes: instant_us int, component_id text, team_id text?, has_owner bool, is_valid bool?
-- unit: microseconds since the epoch
-- null means: team_id: no owner; is_valid: an owner stands there and no membership of anyone is known, so whether it exists cannot be told
-- open journeys: not about journeys
-- see: METHODS.md#ownership_validity

-- Valid: no placeholder, no group that owns by default, and a team that had a
-- member at that instant.
with living as (
    select instant_us, component_id, team_id
    from coverage_entries
    where not is_retired
),
teams as (
    select object_id as team_id, lower(name) as plain
    from objects
    where object_type = 'team'
),
hollow as (
    select t.team_id, 1 as hollow
    from teams as t
    left join coverage_placeholders as p on t.plain = p.value
    left join default_owners as d on t.plain = d.value
    where p.value is not null or d.value is not null
),
asked as (
    select distinct instant_us, team_id from living where team_id is not null
),
staffed as (
    select distinct a.instant_us, a.team_id, 1 as staffed
    from asked as a
    inner join memberships as m on a.team_id = m.team_id
    where m.from_us < a.instant_us
        and (m.to_us is null or a.instant_us <= m.to_us)
),
ownership_validity_found as (
    select
        l.instant_us, l.component_id, l.team_id,
        l.team_id is not null as has_owner,
        case
            when l.team_id is null or h.hollow is not null then false
            when p.has_teams then s.staffed is not null
        end as is_valid
    from living as l
    left join hollow as h on l.team_id = h.team_id
    left join staffed as s
        on l.instant_us = s.instant_us and l.team_id = s.team_id
    cross join parameters as p
)
select * from ownership_validity_found
