-- Who worked on each subject, and how often: what the rule of five people counts for services.
-- grain: one row per subject and person
-- reads: subject_events, events
-- writes: subject_id text, person_id text, acts int
-- unit: events
-- null means: nothing is null; acts of bots and of unknown people are not in it
-- open journeys: not about journeys
-- see: METHODS.md#shareable
with linked as (
    select event_id, subject_id from subject_events
),
acts_of_humans as (
    select event_id, actor_id as person_id
    from events
    where actor_id is not null and not is_bot
),
subject_people_found as (
    select
        l.subject_id, a.person_id,
        cast(count(*) as bigint) as acts
    from linked as l
    inner join acts_of_humans as a on l.event_id = a.event_id
    group by l.subject_id, a.person_id
)
select * from subject_people_found
