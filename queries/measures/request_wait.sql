-- How long each journey waited for what was asked for and answered, and the rest of its time.
-- grain: one row per journey
-- reads: journey_spans, wait_stretches, requests, measure_clock
-- writes: journey_id text, definition text, team_id text?, arm text?, period text?, standing text, cause int, journey_us int, journey_working_us int, wait_us int?, working_wait_us int?, ticket_wait_us int?, change_wait_us int?, unattributed_us int?, requests int, open_requests int
-- unit: microseconds
-- null means: ticket_wait_us: no journey ever asked for anything on a ticket, for an approval or in chat; change_wait_us: no change of any journey shows a wait; wait_us, working_wait_us, unattributed_us: as ticket_wait_us, since waits at changes alone are not all waits
-- open journeys: waits so far, with cause 0
-- see: METHODS.md#waits

-- wait_us: waits of both kinds, overlaps merged. unattributed_us is the time of
-- the journey less its waits: nothing shows that anyone waited then, and nothing
-- shows that anyone worked. A request is open where neither an answer nor its
-- withdrawal had come by the end; it waits only if an answer came later.
with spans as (
    select
        journey_id, definition, team_id, arm, period, standing, cause,
        started_us, until_us, 1 as one
    from journey_spans
),
asked as (
    select distinct
        journey_id, request_event_id, request_us,
        coalesce(response_us, withdrawn_us) as ended_us, kind
    from requests
    where journey_id is not null
),
seen as (
    select
        1 as one,
        min(case when kind <> 'change' then request_us end) as ticket_us,
        min(case when kind = 'change' then request_us end) as change_us
    from asked
),
counted as (
    select
        s.journey_id, cast(count(a.request_event_id) as bigint) as requests,
        cast(sum(cast(case
            when a.ended_us is null or a.ended_us > s.until_us then 1
            else 0
        end as bigint)) as bigint) as open_requests
    from spans as s
    inner join asked as a on s.journey_id = a.journey_id
    where a.request_us <= s.until_us
    group by s.journey_id
),
stretches as (
    select
        w.journey_id, w.kind, w.to_us - w.from_us as wait_us,
        ended.worked_us - began.worked_us as working_wait_us
    from wait_stretches as w
    inner join measure_clock as began on w.from_us = began.at_us
    inner join measure_clock as ended on w.to_us = ended.at_us
),
by_kind as (
    select
        journey_id,
        cast(case when kind = 'any' then wait_us end as bigint) as any_us,
        cast(case when kind = 'any' then working_wait_us end as bigint)
            as working_us,
        cast(case when kind = 'ticket' then wait_us end as bigint)
            as ticket_us,
        cast(case when kind = 'change' then wait_us end as bigint)
            as change_us
    from stretches
),
waits as (
    select
        journey_id, cast(sum(any_us) as bigint) as any_us,
        cast(sum(working_us) as bigint) as working_us,
        cast(sum(ticket_us) as bigint) as ticket_us,
        cast(sum(change_us) as bigint) as change_us
    from by_kind
    group by journey_id
),
request_wait_found as (
    select
        s.journey_id, s.definition, s.team_id, s.arm, s.period, s.standing,
        s.cause, s.until_us - s.started_us as journey_us,
        ended.worked_us - began.worked_us as journey_working_us,
        case when n.ticket_us is not null then coalesce(w.any_us, 0) end
            as wait_us,
        case when n.ticket_us is not null then coalesce(w.working_us, 0) end
            as working_wait_us,
        case when n.ticket_us is not null then coalesce(w.ticket_us, 0) end
            as ticket_wait_us,
        case when n.change_us is not null then coalesce(w.change_us, 0) end
            as change_wait_us,
        case
            when n.ticket_us is not null
                then s.until_us - s.started_us - coalesce(w.any_us, 0)
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
