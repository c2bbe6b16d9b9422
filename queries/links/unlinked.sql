-- How much of what each source tells could be linked to a subject.
-- grain: one row per source and activity
-- reads: events, event_ways, steps_defined, parameters
-- writes: source text, activity text, is_step bool, events int, linked int, unlinked int
-- unit: events
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#links

-- is_step: whether some definition waits for the activity, so that an unlinked
-- event may be a step that is missed.
with all_events as (
    select e.source, e.activity
    from events as e
    cross join parameters as p
    where e.at_us <= p.as_of_us
),
linked_events as (
    select distinct event_id, source, activity from event_ways
),
step_activities as (
    select distinct activity, 1 as awaited from steps_defined
),
counted as (
    select source, activity, cast(count(*) as bigint) as events
    from all_events
    group by source, activity
),
counted_links as (
    select source, activity, cast(count(*) as bigint) as linked
    from linked_events
    group by source, activity
),
with_links as (
    select
        c.source, c.activity, c.events,
        cast(coalesce(l.linked, 0) as bigint) as linked
    from counted as c
    left join counted_links as l
        on c.source = l.source and c.activity = l.activity
),
unlinked_found as (
    select
        w.source, w.activity, s.awaited is not null as is_step, w.events,
        w.linked, w.events - w.linked as unlinked
    from with_links as w
    left join step_activities as s on w.activity = s.activity
)
select * from unlinked_found
