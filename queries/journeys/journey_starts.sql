-- Which starts open a journey, and the event that ends it.
-- grain: one row per journey
-- reads: step_events, journey_ends, journeys_defined
-- writes: definition text, subject_id text, ordinal int, start_event_id text, started_us int, end_event_id text?, end_us int?, end_status text?
-- unit: microseconds since the epoch
-- null means: end_event_id, end_us, end_status: no event ends it
-- open journeys: have no end
-- see: METHODS.md#journeys

-- Starts that the same event ends are one journey: the first opened it, the
-- others came while it was open. Without repeats only a subject's first start
-- counts.
with starts as (
    select
        definition, subject_id, event_id, at_us, source_rank, source_seq
    from step_events
    where role = 'start'
),
ends as (
    select
        definition, subject_id, event_id, at_us, status, place, source_rank,
        source_seq
    from journey_ends
),
definitions as (
    select definition, repeats from journeys_defined
),
numbered as (
    select
        definition, subject_id, event_id, at_us, source_rank, source_seq,
        cast(row_number() over (
            partition by definition, subject_id
            order by at_us, source_rank, source_seq, event_id
        ) as bigint) as start_no
    from starts
),
counting as (
    select
        n.definition, n.subject_id, n.event_id, n.at_us, n.start_no
    from numbered as n
    inner join definitions as d on n.definition = d.definition
    where d.repeats or n.start_no = 1
),
later_ends as (
    select
        c.definition, c.subject_id, c.event_id as start_event_id,
        e.event_id as end_event_id, e.at_us as end_us, e.status as end_status,
        cast(row_number() over (
            partition by c.definition, c.subject_id, c.event_id
            order by
                e.at_us, e.place, e.source_rank, e.source_seq, e.event_id
        ) as bigint) as end_no
    from counting as c
    inner join ends as e
        on c.definition = e.definition and c.subject_id = e.subject_id
    where c.at_us <= e.at_us
),
first_ends as (
    select
        definition, subject_id, start_event_id, end_event_id, end_us,
        end_status
    from later_ends
    where end_no = 1
),
ended as (
    select
        c.definition, c.subject_id, c.event_id as start_event_id,
        c.at_us as started_us, c.start_no, e.end_event_id, e.end_us,
        e.end_status,
        cast(row_number() over (
            partition by
                c.definition, c.subject_id, coalesce(e.end_event_id, '')
            order by c.start_no
        ) as bigint) as place
    from counting as c
    left join first_ends as e
        on c.definition = e.definition
        and c.subject_id = e.subject_id
        and c.event_id = e.start_event_id
),
journey_starts_found as (
    select
        definition, subject_id,
        cast(row_number() over (
            partition by definition, subject_id order by start_no
        ) as bigint) as ordinal,
        start_event_id, started_us, end_event_id, end_us, end_status
    from ended
    where place = 1
)
select * from journey_starts_found
