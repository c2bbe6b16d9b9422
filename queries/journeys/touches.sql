-- Touches: human acts that moved a journey on.
-- grain: one row per journey, person and instant
-- reads: acts, people
-- writes: journey_id text, touch_no int, at_us int, person_id text, kind text, event_id text
-- unit: microseconds since the epoch
-- null means: nothing is null; acts of nobody knows whom are in unknown_touches
-- open journeys: touches up to as_of
-- see: METHODS.md#touches

with all_acts as (
    select
        journey_id, event_id, kind, at_us, person_id, place, source_rank,
        source_seq
    from acts
    where person_id is not null
),
humans as (
    select person_id from people where kind = 'human'
),
human_acts as (
    select
        a.journey_id, a.event_id, a.kind, a.at_us, a.person_id, a.place,
        a.source_rank, a.source_seq,
        cast(row_number() over (
            partition by a.journey_id, a.person_id, a.at_us
            order by
                a.place, a.source_rank, a.source_seq, a.event_id, a.kind
        ) as bigint) as copy
    from all_acts as a
    inner join humans as h on a.person_id = h.person_id
),
touches_found as (
    select
        journey_id,
        cast(row_number() over (
            partition by journey_id
            order by
                at_us, place, source_rank, source_seq, event_id, person_id
        ) as bigint) as touch_no,
        at_us, person_id, kind, event_id
    from human_acts
    where copy = 1
)
select * from touches_found
