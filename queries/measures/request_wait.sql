-- How long each journey waited for what was asked for and answered, and the rest of its time.
-- grain: one row per journey
-- reads: journey_spans, wait_stretches, requests, measure_clock
-- writes: journey_id text, definition text, team_id text?, arm text?, period text?, standing text, cause int, journey_us int, journey_working_us int, wait_us int?, working_wait_us int?, unattributed_us int?, requests int, open_requests int
-- unit: microseconds
-- null means: wait_us, working_wait_us, unattributed_us: no request of any journey was ever seen, so nothing can be told
-- open journeys: waits so far, with cause 0
-- see: METHODS.md#waits

-- unattributed_us is the time of the journey less its waits: nothing shows that
-- anyone waited then, and nothing shows that anyone worked. A request is open
-- where no answer had come by the end; it waits only if an answer came later.
with spans as (
    select
        journey_id, definition, team_id, arm, period, standing, cause,
        started_us, until_us, 1 as one
    from journey_spans
),
asked as (
    select distinct journey_id, request_event_id, request_us, response_us
    from requests
    where journey_id is not null
),
seen as (
    select 1 as one, min(request_us) as first_us from asked
),
counted as (
    select
        s.journey_id, cast(count(a.request_event_id) as bigint) as requests,
        cast(sum(cast(case
            when a.response_us is null or a.response_us > s.until_us then 1
            else 0
        end as bigint)) as bigint) as open_requests
    from spans as s
    inner join asked as a on s.journey_id = a.journey_id
    where a.request_us <= s.until_us
    group by s.journey_id
),
stretches as (
    select
        w.journey_id, w.to_us - w.from_us as wait_us,
        ended.worked_us - began.worked_us as working_wait_us
    from wait_stretches as w
    inner join measure_clock as began on w.from_us = began.at_us
    inner join measure_clock as ended on w.to_us = ended.at_us
),
waits as (
    select
        journey_id, cast(sum(wait_us) as bigint) as wait_us,
        cast(sum(working_wait_us) as bigint) as working_wait_us
    from stretches
    group by journey_id
),
request_wait_found as (
    select
        s.journey_id, s.definition, s.team_id, s.arm, s.period, s.standing,
        s.cause, s.until_us - s.started_us as journey_us,
        ended.worked_us - began.worked_us as journey_working_us,
        case when n.first_us is not null then coalesce(w.wait_us, 0) end
            as wait_us,
        case when n.first_us is not null then coalesce(w.working_wait_us, 0) end
            as working_wait_us,
        case
            when n.first_us is not null
                then s.until_us - s.started_us - coalesce(w.wait_us, 0)
        end as unattributed_us,
        cast(coalesce(c.requests, 0) as bigint) as requests,
        cast(coalesce(c.open_requests, 0) as bigint) as open_requests
    from spans as s
    inner join seen as n on s.one = n.one
    inner join measure_clock as began on s.started_us = began.at_us
    inner join measure_clock as ended on s.until_us = ended.at_us
    left join waits as w on s.journey_id = w.journey_id
    left join counted as c on s.journey_id = c.journey_id
)
select * from request_wait_found
