-- Every way that leads from an event to a subject at its time.
-- grain: one row per event, subject and way
-- reads: object_subjects, event_objects, events, parameters
-- writes: event_id text, subject_id text, at_us int, activity text, is_bulk bool, source text, rule text, doubt int
-- unit: microseconds since the epoch; confidence in percent
-- null means: nothing is null; an event without a row is unlinked
-- open journeys: not about journeys
-- see: METHODS.md#links

with known_subjects as (
    select object_id, subject_id, rule, doubt, from_us, to_us
    from object_subjects
),
objects_of_events as (
    select event_id, object_id
    from event_objects
    where qualifier in ('about', 'in', 'part_of')
),
instants_of_events as (
    select event_id, at_us, activity, is_bulk, source from events
),
reachable as (
    select
        e.event_id, k.subject_id, k.rule, k.doubt, k.from_us, k.to_us
    from objects_of_events as e
    inner join known_subjects as k on e.object_id = k.object_id
),
event_ways_found as (
    select
        r.event_id, r.subject_id, i.at_us, i.activity, i.is_bulk, i.source,
        r.rule, r.doubt
    from reachable as r
    inner join instants_of_events as i on r.event_id = i.event_id
    cross join parameters as p
    where r.from_us <= i.at_us
        and (r.to_us is null or i.at_us < r.to_us)
        and i.at_us <= p.as_of_us
)
select * from event_ways_found
