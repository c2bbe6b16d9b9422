-- Every event that is linked to a subject is in the log.
-- grain: one row per violation
-- reads: event_objects, events
-- writes: event_id text, object_id text
-- unit: none
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#links

with links as (
    select event_id, object_id from event_objects
),
known_events as (
    select event_id from events
),
violations as (
    select l.event_id, l.object_id
    from links as l
    left join known_events as e on l.event_id = e.event_id
    where e.event_id is null
)
select * from violations
