-- Everything that would end an open journey of a subject at once.
-- grain: one row per definition, subject and event
-- reads: step_events, subject_events, events, journeys_defined
-- writes: definition text, subject_id text, event_id text, at_us int, status text, place int, source_rank int, source_seq int
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: those without a row after their start
-- see: METHODS.md#abandoned

-- Finished by its finish step; abandoned by the activity that the definition
-- names, or by leaving the catalog for good. What a bulk move takes out of the
-- catalog is a change of the catalog, not the end of a journey.
with finishes as (
    select
        definition, subject_id, event_id, at_us, source_rank, source_seq,
        'finished' as status, cast(0 as bigint) as place
    from step_events
    where role = 'finish'
),
linked as (
    select event_id, subject_id, activity, at_us, is_bulk from subject_events
),
definitions as (
    select definition, abandoned_by from journeys_defined
),
orders as (
    select event_id, source_rank, source_seq from events
),
starters as (
    select distinct definition, subject_id from step_events
    where role = 'start'
),
registered_last as (
    select subject_id, max(at_us) as at_us
    from linked
    where activity = 'metadata.registered'
    group by subject_id
),
declared as (
    select d.definition, l.subject_id, l.event_id, l.at_us
    from definitions as d
    inner join linked as l on d.abandoned_by = l.activity
),
left_catalog as (
    select l.subject_id, l.event_id, l.at_us
    from linked as l
    left join registered_last as r on l.subject_id = r.subject_id
    where l.activity = 'metadata.deregistered'
        and not l.is_bulk
        and (r.at_us is null or r.at_us < l.at_us)
),
abandonments as (
    select definition, subject_id, event_id, at_us from declared
    union all
    select s.definition, l.subject_id, l.event_id, l.at_us
    from left_catalog as l
    inner join starters as s on l.subject_id = s.subject_id
),
distinct_abandonments as (
    select distinct a.definition, a.subject_id, a.event_id, a.at_us
    from abandonments as a
    inner join starters as s
        on a.definition = s.definition and a.subject_id = s.subject_id
),
ordered_abandonments as (
    select
        a.definition, a.subject_id, a.event_id, a.at_us, o.source_rank,
        o.source_seq, 'abandoned' as status, cast(1 as bigint) as place
    from distinct_abandonments as a
    inner join orders as o on a.event_id = o.event_id
),
journey_ends_found as (
    select
        definition, subject_id, event_id, at_us, status, place, source_rank,
        source_seq
    from finishes
    union all
    select
        definition, subject_id, event_id, at_us, status, place, source_rank,
        source_seq
    from ordered_abandonments
)
select * from journey_ends_found
