-- Every way that leads from an event to a subject at its time.
-- grain: one row per event, subject and way
-- reads: object_subjects, event_objects, events, parameters
-- writes: event_id text, subject_id text, at_us int, activity text, is_bulk bool, source text, rule text, doubt int
-- unit: microseconds since the epoch; confidence in percent
-- null means: nothing is null; an event without a row is unlinked
-- open journeys: not about journeys
-- see: METHODS.md#links

-- What an event is part of leads to a subject only where what it is about and
-- where it happened lead to none: a change may mention many services, and each
-- event of it names its own.
with known_subjects as (
    select object_id, subject_id, rule, doubt, from_us, to_us
    from object_subjects
),
objects_of_events as (
    select event_id, object_id, qualifier = 'part_of' as is_whole
    from event_objects
    where qualifier in ('about', 'in', 'part_of')
),
instants_of_events as (
    select event_id, at_us, activity, is_bulk, source from events
),
reachable as (
    select
        e.event_id, e.is_whole, k.subject_id, k.rule, k.doubt, k.from_us,
        k.to_us
    from objects_of_events as e
    inner join known_subjects as k on e.object_id = k.object_id
),
dated as (
    select
        r.event_id, r.is_whole, r.subject_id, i.at_us, i.activity, i.is_bulk,
        i.source, r.rule, r.doubt
    from reachable as r
    inner join instants_of_events as i on r.event_id = i.event_id
    cross join parameters as p
    where r.from_us <= i.at_us
        and (r.to_us is null or i.at_us < r.to_us)
        and i.at_us <= p.as_of_us
),
direct as (
    select distinct event_id, 1 as direct from dated where not is_whole
),
event_ways_found as (
    select
        d.event_id, d.subject_id, d.at_us, d.activity, d.is_bulk, d.source,
        d.rule, d.doubt
    from dated as d
    left join direct as n on d.event_id = n.event_id
    where not d.is_whole or n.direct is null
)
select * from event_ways_found
