-- Acts on a journey whose person no source can tell.
-- grain: one row per journey and kind of act
-- reads: acts
-- writes: journey_id text, kind text, acts int
-- unit: acts
-- null means: nothing is null; a journey without a row has none
-- open journeys: acts up to as_of
-- see: METHODS.md#touches

with nobodys_acts as (
    select journey_id, kind from acts where person_id is null
),
unknown_touches_found as (
    select journey_id, kind, cast(count(*) as bigint) as acts
    from nobodys_acts
    group by journey_id, kind
)
select * from unknown_touches_found
