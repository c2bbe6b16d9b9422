-- Whether each living entry of the catalog had each required field.
-- grain: one row per instant, component and required field; retired entries left out
-- reads: coverage_entries, hollow_teams, coverage_fields, coverage_placeholders, default_owners, field_stretches
-- writes: instant_us int, component_id text, field text, is_present bool, is_valid bool
-- unit: microseconds since the epoch
-- null means: nothing is null; an absent or empty field is present = false
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- false is an answer. Valid: present, no placeholder, and in the owner's field
-- nothing that ownership_validity calls hollow. Case never matters.
with hollow as (
    select team_id, 1 as hollow from hollow_teams
),
living as (
    select
        e.instant_us, e.component_id, 1 as one,
        h.hollow is not null as owner_is_hollow
    from coverage_entries as e
    left join hollow as h on e.team_id = h.team_id
    where not e.is_retired
),
required as (
    select field, is_owner, 1 as one from coverage_fields
),
wanted as (
    select
        l.instant_us, l.component_id, r.field,
        r.is_owner and l.owner_is_hollow as is_hollow
    from living as l
    inner join required as r on l.one = r.one
),
changes as (
    select
        object_id, field, from_us, to_us, value, lower(value) as plain
    from field_stretches
    where field in (select field from required)
),
judged as (
    select
        c.object_id, c.field, c.from_us, c.to_us,
        p.value is null and (d.value is null or not r.is_owner) as is_valid
    from changes as c
    inner join required as r on c.field = r.field
    left join coverage_placeholders as p on c.plain = p.value
    left join default_owners as d on c.plain = d.value
    where c.value is not null and c.value <> ''
),
answers_at as (
    select w.instant_us, w.component_id, w.field, j.is_valid
    from wanted as w
    inner join judged as j
        on w.component_id = j.object_id and w.field = j.field
    where j.from_us < w.instant_us
        and (j.to_us is null or w.instant_us <= j.to_us)
),
metadata_coverage_found as (
    select
        w.instant_us, w.component_id, w.field,
        a.is_valid is not null as is_present,
        coalesce(a.is_valid, false) and not w.is_hollow as is_valid
    from wanted as w
    left join answers_at as a
        on w.instant_us = a.instant_us
        and w.component_id = a.component_id
        and w.field = a.field
)
select * from metadata_coverage_found
