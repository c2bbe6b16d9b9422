-- Whether each living entry of the catalog had an owner that exists.
-- grain: one row per instant and component; retired entries left out
-- reads: coverage_entries, hollow_teams, memberships, parameters
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
hollow as (
    select team_id, 1 as hollow from hollow_teams
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
