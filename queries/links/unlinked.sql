-- How much of what each source tells could be linked to a subject.
-- grain: one row per source and activity
-- reads: events, subject_events, steps_defined, parameters
-- writes: source text, activity text, is_step bool, events int, linked int, unlinked int
-- unit: events
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#links

-- is_step: whether some definition waits for the activity, so that an unlinked
-- event may be a step that is missed.
with all_events as (
    select event_id, at_us, source, activity from events
),
linked_events as (
    select distinct event_id, 1 as linked from subject_events
),
step_activities as (
    select distinct activity, 1 as awaited from steps_defined
),
seen as (
    select e.source, e.activity, l.linked
    from all_events as e
    left join linked_events as l on e.event_id = l.event_id
    cross join parameters as p
    where e.at_us <= p.as_of_us
),
counted as (
    select
        source, activity,
        cast(count(*) as bigint) as events,
        cast(count(linked) as bigint) as linked
    from seen
    group by source, activity
),
unlinked_found as (
    select
        c.source, c.activity, s.awaited is not null as is_step,
        c.events, c.linked, c.events - c.linked as unlinked
    from counted as c
    left join step_activities as s on c.activity = s.activity
)
select * from unlinked_found
