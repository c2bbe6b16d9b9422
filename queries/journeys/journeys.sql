-- Journeys: one pass of one subject from a start to a finish, to abandonment, or still open.
-- grain: one row per journey
-- reads: journey_starts, subject_events, observed_finishes, parameters
-- writes: journey_id text, definition text, subject_id text, ordinal int, started_us int, start_event_id text, finished_us int?, finish_event_id text?, status text, ended_us int, left_truncated bool, window_from_us int, window_to_us int
-- unit: microseconds since the epoch
-- null means: finished_us, finish_event_id: not finished
-- open journeys: end at as_of; abandoned ones where they were abandoned
-- see: METHODS.md#journeys

-- Silence: no event of its own (a bulk change is not) for abandoned_after_us
-- up to as_of. Steps are looked for between window_from_us and window_to_us:
-- after the journey before, until the start of the next.
with starts as (
    select
        definition, subject_id, ordinal, start_event_id, started_us,
        end_event_id, end_us, end_status
    from journey_starts
),
own_events as (
    select subject_id, at_us from subject_events where not is_bulk
),
observed as (
    select definition, observed_from_us from observed_finishes
),
subjects as (
    select distinct subject_id from starts
),
last_events as (
    select s.subject_id, max(e.at_us) as last_us
    from subjects as s
    inner join own_events as e on s.subject_id = e.subject_id
    group by s.subject_id
),
with_silence as (
    select
        s.definition, s.subject_id, s.ordinal, s.start_event_id, s.started_us,
        s.end_event_id, s.end_us, s.end_status, p.as_of_us,
        p.before_start_us, l.last_us + p.abandoned_after_us as silent_us
    from starts as s
    inner join last_events as l on s.subject_id = l.subject_id
    cross join parameters as p
),
with_status as (
    select
        definition, subject_id, ordinal, start_event_id, started_us,
        end_event_id, as_of_us, before_start_us,
        case
            when end_status is not null then end_status
            when silent_us <= as_of_us then 'abandoned'
            else 'open'
        end as status,
        case
            when end_us is not null then end_us
            when silent_us <= as_of_us then silent_us
            else as_of_us
        end as ended_us
    from with_silence
),
with_neighbours as (
    select
        definition, subject_id, ordinal, start_event_id, started_us,
        end_event_id, as_of_us, status, ended_us,
        started_us - before_start_us as earliest_us,
        lag(ended_us) over (
            partition by definition, subject_id order by ordinal
        ) as ended_before_us,
        lead(started_us) over (
            partition by definition, subject_id order by ordinal
        ) as next_us
    from with_status
),
journeys_found as (
    select
        n.definition || '/' || n.subject_id || '/'
            || cast(n.ordinal as varchar) as journey_id,
        n.definition, n.subject_id, n.ordinal, n.started_us, n.start_event_id,
        case when n.status = 'finished' then n.ended_us end as finished_us,
        case when n.status = 'finished' then n.end_event_id end
            as finish_event_id,
        n.status, n.ended_us,
        o.observed_from_us is not null and n.started_us < o.observed_from_us
            as left_truncated,
        greatest(n.earliest_us, n.ended_before_us + 1) as window_from_us,
        coalesce(n.next_us - 1, n.as_of_us) as window_to_us
    from with_neighbours as n
    left join observed as o on n.definition = o.definition
)
select * from journeys_found
