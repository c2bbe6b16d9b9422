-- Which subjects an event is about, each by the surest way.
-- grain: one row per event and subject
-- reads: event_ways, object_subjects
-- writes: event_id text, subject_id text, at_us int, activity text, is_bulk bool, rule text, hops int, confidence int
-- unit: microseconds since the epoch; confidence in percent
-- null means: nothing is null; an event without a row is unlinked
-- open journeys: not about journeys
-- see: METHODS.md#links

-- An event that names a component is about that component, even where the
-- repository that it happened in holds another.
with ways as (
    select event_id, subject_id, at_us, activity, is_bulk, rule, doubt
    from event_ways
),
doubts as (
    select distinct doubt, rule, hops, confidence from object_subjects
),
by_repository as (
    select event_id, subject_id, at_us, activity, is_bulk, doubt
    from ways
    where rule = 'repository'
),
otherwise as (
    select event_id, subject_id, at_us, activity, is_bulk, rule, doubt
    from ways
    where rule <> 'repository'
),
named_events as (
    select distinct event_id, 1 as named
    from otherwise
    where rule in ('own name', 'alias', 'alias of alias')
),
eligible as (
    select event_id, subject_id, at_us, activity, is_bulk, doubt from otherwise
    union all
    select
        r.event_id, r.subject_id, r.at_us, r.activity, r.is_bulk, r.doubt
    from by_repository as r
    left join named_events as n on r.event_id = n.event_id
    where n.named is null
),
surest as (
    select
        event_id, subject_id, min(at_us) as at_us, min(activity) as activity,
        min(case when is_bulk then 1 else 0 end) as bulk, min(doubt) as doubt
    from eligible
    group by event_id, subject_id
),
subject_events_found as (
    select
        s.event_id, s.subject_id, s.at_us, s.activity, s.bulk = 1 as is_bulk,
        d.rule, d.hops, d.confidence
    from surest as s
    inner join doubts as d on s.doubt = d.doubt
)
select * from subject_events_found
