-- Which team owns a subject, and when.
-- grain: one row per subject, team and stretch of time
-- reads: object_links, component_names
-- writes: subject_id text, team_id text, from_us int, to_us int?
-- unit: microseconds since the epoch
-- null means: to_us: still so
-- open journeys: not about journeys
-- see: METHODS.md#teams

-- By any name of the subject; stretches may overlap, readers take the smallest
-- team id.
with owned as (
    select from_id, to_id as team_id, valid_from_us, valid_to_us
    from object_links
    where qualifier = 'owned_by'
),
known_names as (
    select name_id, from_us, to_us, subject_id from component_names
),
subject_owners_found as (
    select distinct
        n.subject_id, o.team_id,
        greatest(o.valid_from_us, n.from_us) as from_us,
        least(o.valid_to_us, n.to_us) as to_us
    from owned as o
    inner join known_names as n on o.from_id = n.name_id
    where (n.to_us is null or o.valid_from_us < n.to_us)
        and (o.valid_to_us is null or n.from_us < o.valid_to_us)
)
select * from subject_owners_found
