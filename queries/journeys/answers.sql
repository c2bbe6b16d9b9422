-- Requests with the first response by another party.
-- grain: one row per request
-- reads: asks
-- writes: request_event_id text, kind text, request_us int, from_person text?, response_us int?, to_person text?, withdrawn_us int?
-- unit: microseconds since the epoch
-- null means: response_us, to_person: nobody else answered; from_person, to_person: no source can tell who; withdrawn_us: not withdrawn
-- open journeys: requests up to as_of
-- see: METHODS.md#waits

-- A request waits until the first answer by someone else, at the latest until
-- the next request of its thread. It is withdrawn where whoever asked closed it
-- last, and nobody else had answered by then.
with all_asks as (
    select thread_id, kind, event_id, act, at_us, person_id from asks
),
asked as (
    select
        thread_id, kind, at_us, min(event_id) as event_id,
        min(person_id) as person_id
    from all_asks
    where act = 'ask'
    group by thread_id, kind, at_us
),
windows as (
    select
        thread_id, kind, event_id, at_us, person_id,
        lead(at_us) over (
            partition by thread_id, kind order by at_us
        ) as next_us
    from asked
),
acts_within as (
    select
        w.event_id, w.person_id as from_person, a.event_id as act_id, a.act,
        a.at_us, a.person_id
    from windows as w
    inner join all_asks as a
        on w.thread_id = a.thread_id and w.kind = a.kind
    where a.act <> 'ask'
        and a.at_us >= w.at_us
        and (w.next_us is null or a.at_us < w.next_us)
),
possible as (
    select
        event_id, at_us as response_us, person_id as to_person,
        cast(row_number() over (
            partition by event_id order by at_us, act_id
        ) as bigint) as place
    from acts_within
    where act <> 'reopen'
        and (
            person_id is null
            or from_person is null
            or person_id <> from_person
        )
),
responses as (
    select event_id, response_us, to_person from possible where place = 1
),
turns as (
    select
        event_id, act, at_us, person_id, from_person,
        lead(at_us) over (
            partition by event_id order by at_us, act_id
        ) as next_us
    from acts_within
    where act in ('close', 'reopen')
),
withdrawals as (
    select event_id, at_us as withdrawn_us
    from turns
    where next_us is null and act = 'close' and person_id = from_person
),
with_withdrawal as (
    select
        w.event_id, w.kind, w.at_us, w.person_id, d.withdrawn_us
    from windows as w
    left join withdrawals as d on w.event_id = d.event_id
),
with_response as (
    select
        w.event_id, w.kind, w.at_us, w.person_id, w.withdrawn_us,
        r.response_us, r.to_person,
        w.withdrawn_us is not null
        and (r.response_us is null or w.withdrawn_us < r.response_us)
            as is_withdrawn
    from with_withdrawal as w
    left join responses as r on w.event_id = r.event_id
),
answers_found as (
    select
        event_id as request_event_id, kind, at_us as request_us,
        person_id as from_person,
        case when not is_withdrawn then response_us end as response_us,
        case when not is_withdrawn then to_person end as to_person,
        case when is_withdrawn then withdrawn_us end as withdrawn_us
    from with_response
)
select * from answers_found
