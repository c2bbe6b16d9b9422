-- Who worked on each subject, when and how often: what the rule of five people counts for services.
-- grain: one row per subject, arm, period and person
-- reads: subject_events, events, subject_owners, periods
-- writes: subject_id text, arm text?, period text?, person_id text, acts int
-- unit: events
-- null means: arm, period: in no window of the team that owned the subject then; acts of bots and of unknown people are not in it
-- open journeys: not about journeys
-- see: METHODS.md#shareable

-- Of several owners at a time the smallest id, as elsewhere.
with linked as (
    select event_id, subject_id, at_us from subject_events
),
acts_of_humans as (
    select event_id, actor_id as person_id
    from events
    where actor_id is not null and not is_bot
),
owners as (
    select subject_id, team_id, from_us, to_us from subject_owners
),
windows as (
    select team_id, arm, period, from_us, to_us from periods
),
done as (
    select l.event_id, l.subject_id, l.at_us, a.person_id
    from linked as l
    inner join acts_of_humans as a on l.event_id = a.event_id
),
owned as (
    select d.event_id, d.subject_id, d.at_us, min(o.team_id) as team_id
    from done as d
    inner join owners as o on d.subject_id = o.subject_id
    where o.from_us <= d.at_us and (o.to_us is null or d.at_us < o.to_us)
    group by d.event_id, d.subject_id, d.at_us
),
placed as (
    select o.event_id, o.subject_id, w.arm, w.period
    from owned as o
    inner join windows as w on o.team_id = w.team_id
    where w.from_us <= o.at_us and o.at_us < w.to_us
),
subject_people_found as (
    select
        d.subject_id, p.arm, p.period, d.person_id,
        cast(count(d.event_id) as bigint) as acts
    from done as d
    left join placed as p
        on d.event_id = p.event_id and d.subject_id = p.subject_id
    group by d.subject_id, p.arm, p.period, d.person_id
)
select * from subject_people_found
