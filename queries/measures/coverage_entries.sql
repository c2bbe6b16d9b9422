-- Which entries the catalog held at an instant, and whose they were.
-- grain: one row per instant and component in the catalog
-- reads: coverage_instants, field_stretches, object_links
-- writes: instant_us int, component_id text, is_retired bool, team_id text?
-- unit: microseconds since the epoch
-- null means: team_id: no owner
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- An entry is there while @present says true, and retired while @retired does.
-- Of several owners the smallest id.
with instants as (
    select distinct instant_us, 1 as one from coverage_instants
),
marks as (
    select
        object_id, field, from_us, to_us, value, 1 as one
    from field_stretches
    where field in ('@present', '@retired') and object_id like 'component:%'
),
true_marks as (
    select i.instant_us, m.object_id, m.field
    from marks as m
    inner join instants as i on m.one = i.one
    where m.value = 'true'
        and m.from_us < i.instant_us
        and (m.to_us is null or i.instant_us <= m.to_us)
),
present as (
    select instant_us, object_id from true_marks where field = '@present'
),
retired as (
    select instant_us, object_id, 1 as retired
    from true_marks where field = '@retired'
),
owned as (
    select from_id, to_id, valid_from_us, valid_to_us
    from object_links
    where qualifier = 'owned_by'
),
owners as (
    select p.instant_us, p.object_id, min(o.to_id) as team_id
    from present as p
    inner join owned as o on p.object_id = o.from_id
    where o.valid_from_us < p.instant_us
        and (o.valid_to_us is null or p.instant_us <= o.valid_to_us)
    group by p.instant_us, p.object_id
),
coverage_entries_found as (
    select
        p.instant_us, p.object_id as component_id,
        r.retired is not null as is_retired, o.team_id
    from present as p
    left join retired as r
        on p.instant_us = r.instant_us and p.object_id = r.object_id
    left join owners as o
        on p.instant_us = o.instant_us and p.object_id = o.object_id
)
select * from coverage_entries_found
