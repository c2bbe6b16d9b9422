-- Stretches of a journey in which something asked for was waited for, overlaps merged.
-- grain: one row per journey, kind of wait and stretch between two changes of what is waited for
-- reads: journey_spans, requests
-- writes: journey_id text, kind text, from_us int, to_us int
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: up to when they are no longer watched
-- see: METHODS.md#waits

-- kind: change (a change that was begun, until it was reviewed or landed),
-- ticket (everything else that was asked for), any (both, overlaps merged).
-- Each answered request adds one from its asking to its answer, clipped to the
-- journey; where the sum is above nothing, somebody waited.
with spans as (
    select journey_id, started_us, until_us from journey_spans
),
answered as (
    select distinct
        journey_id, request_event_id, request_us, response_us,
        case when kind = 'change' then 'change' else 'ticket' end as kind
    from requests
    where journey_id is not null and response_us is not null
),
by_kind as (
    select journey_id, kind, request_us, response_us from answered
    union all
    select journey_id, 'any' as kind, request_us, response_us from answered
),
clipped as (
    select
        s.journey_id, a.kind, greatest(a.request_us, s.started_us) as from_us,
        least(a.response_us, s.until_us) as to_us
    from spans as s
    inner join by_kind as a on s.journey_id = a.journey_id
),
edges as (
    select journey_id, kind, from_us as at_us, cast(1 as bigint) as change
    from clipped where from_us < to_us
    union all
    select journey_id, kind, to_us as at_us, cast(-1 as bigint) as change
    from clipped where from_us < to_us
),
changes as (
    select journey_id, kind, at_us, cast(sum(change) as bigint) as change
    from edges
    group by journey_id, kind, at_us
),
depths as (
    select
        journey_id, kind, at_us,
        lead(at_us) over (
            partition by journey_id, kind order by at_us
        ) as to_us,
        cast(sum(change) over (
            partition by journey_id, kind order by at_us
            rows between unbounded preceding and current row
        ) as bigint) as depth
    from changes
),
wait_stretches_found as (
    select journey_id, kind, at_us as from_us, to_us
    from depths
    where depth > 0 and to_us is not null
)
select * from wait_stretches_found
