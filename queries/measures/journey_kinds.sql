-- What kind of thing each journey is about: the first type that its entry in the catalog gave.
-- grain: one row per journey
-- reads: journeys, field_stretches
-- writes: journey_id text, kind text?
-- unit: none
-- null means: kind: the catalog never said
-- open journeys: like any other
-- see: METHODS.md#mix

-- The first type and not the last: what a pilot changes later in an entry must
-- not change which journeys are alike.
with typed as (
    select object_id, from_us, min(value) as kind
    from field_stretches
    where field = 'type' and value is not null
    group by object_id, from_us
),
numbered as (
    select
        object_id, kind,
        cast(row_number() over (
            partition by object_id order by from_us
        ) as bigint) as place
    from typed
),
first_types as (
    select object_id, kind from numbered where place = 1
),
journey_kinds_found as (
    select j.journey_id, f.kind
    from journeys as j
    left join first_types as f on j.subject_id = f.object_id
)
select * from journey_kinds_found
