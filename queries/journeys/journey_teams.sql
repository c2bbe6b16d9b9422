-- The team of each journey.
-- grain: one row per journey
-- reads: journeys, object_links, component_names, touch_teams
-- writes: journey_id text, team_id text?, rule text
-- unit: none
-- null means: team_id: no source can tell
-- open journeys: like any other
-- see: METHODS.md#teams

-- The catalog's owner of the subject at the start, else a team of whoever
-- touched it first, else unknown. Of several the smallest id.
with all_journeys as (
    select journey_id, subject_id, started_us from journeys
),
owners as (
    select from_id, to_id as team_id, valid_from_us, valid_to_us
    from object_links
    where qualifier = 'owned_by'
),
known_names as (
    select name_id, from_us, to_us, subject_id from component_names
),
first_touch_teams as (
    select journey_id, min(team_id) as team_id
    from touch_teams
    where touch_no = 1
    group by journey_id
),
names_at_start as (
    select j.journey_id, j.started_us, n.name_id
    from all_journeys as j
    inner join known_names as n on j.subject_id = n.subject_id
    where n.from_us <= j.started_us
        and (n.to_us is null or j.started_us < n.to_us)
),
owned as (
    select n.journey_id, min(o.team_id) as team_id
    from names_at_start as n
    inner join owners as o on n.name_id = o.from_id
    where o.valid_from_us <= n.started_us
        and (o.valid_to_us is null or n.started_us < o.valid_to_us)
    group by n.journey_id
),
with_owner as (
    select j.journey_id, o.team_id as owner_id
    from all_journeys as j
    left join owned as o on j.journey_id = o.journey_id
),
journey_teams_found as (
    select
        w.journey_id,
        coalesce(w.owner_id, t.team_id) as team_id,
        case
            when w.owner_id is not null then 'owner'
            when t.team_id is not null then 'first touch'
            else 'unknown'
        end as rule
    from with_owner as w
    left join first_touch_teams as t on w.journey_id = t.journey_id
)
select * from journey_teams_found
