-- Steps begun by one person that another reviewed or landed.
-- grain: one row per journey and event
-- reads: journey_steps, event_objects, events, people
-- writes: journey_id text, event_id text, request_us int, from_person text, response_us int, to_person text
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: changes landed up to as_of
-- see: METHODS.md#waits

-- The first of review and landing by a known human other than who began it.
with begun_steps as (
    select distinct
        journey_id, event_id, at_us, least(began_us, at_us) as began_us,
        began_by_id, actor_id
    from journey_steps
    where not after_finish
        and began_us is not null
        and began_by_id is not null
),
changes_of_events as (
    select event_id, object_id
    from event_objects
    where object_id like 'change:%' and qualifier in ('about', 'part_of')
),
reviews as (
    select event_id, at_us, actor_id
    from events
    where activity = 'change.reviewed' and actor_id is not null
),
humans as (
    select person_id from people where kind = 'human'
),
reviewed_changes as (
    select c.object_id, r.at_us, r.actor_id
    from reviews as r
    inner join changes_of_events as c on r.event_id = c.event_id
),
step_changes as (
    select
        s.journey_id, s.event_id, s.at_us, s.began_us, s.began_by_id,
        c.object_id
    from begun_steps as s
    inner join changes_of_events as c on s.event_id = c.event_id
),
responses as (
    select
        s.journey_id, s.event_id, s.began_us, s.began_by_id,
        r.at_us as response_us, r.actor_id as to_person
    from step_changes as s
    inner join reviewed_changes as r on s.object_id = r.object_id
    where r.at_us <= s.at_us
    union all
    select
        journey_id, event_id, began_us, began_by_id, at_us as response_us,
        actor_id as to_person
    from begun_steps
    where actor_id is not null
),
by_others as (
    select
        r.journey_id, r.event_id, r.began_us, r.began_by_id, r.response_us,
        r.to_person,
        cast(row_number() over (
            partition by r.journey_id, r.event_id
            order by r.response_us, r.to_person
        ) as bigint) as place
    from responses as r
    inner join humans as h on r.to_person = h.person_id
    where r.to_person <> r.began_by_id and r.response_us >= r.began_us
),
change_waits_found as (
    select
        b.journey_id, b.event_id, b.began_us as request_us,
        b.began_by_id as from_person, b.response_us, b.to_person
    from by_others as b
    inner join humans as h on b.began_by_id = h.person_id
    where b.place = 1
)
select * from change_waits_found
