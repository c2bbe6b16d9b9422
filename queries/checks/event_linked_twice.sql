-- An event is linked to a subject once.
-- grain: one row per violation
-- reads: subject_events
-- writes: event_id text, subject_id text, links int
-- unit: links
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#links

with counted as (
    select event_id, subject_id, cast(count(*) as bigint) as links
    from subject_events
    group by event_id, subject_id
),
violations as (
    select event_id, subject_id, links from counted where links > 1
)
select * from violations
