-- Requests with the first response by another party.
-- grain: one row per request
-- reads: asks
-- writes: request_event_id text, kind text, request_us int, from_person text?, response_us int?, to_person text?
-- unit: microseconds since the epoch
-- null means: response_us, to_person: not answered yet; from_person, to_person: no source can tell who
-- open journeys: requests up to as_of
-- see: METHODS.md#waits

-- A request waits until the first answer by someone else, at the latest until
-- the next request of its thread.
with all_asks as (
    select thread_id, kind, event_id, is_ask, at_us, person_id from asks
),
asked as (
    select
        thread_id, kind, at_us, min(event_id) as event_id,
        min(person_id) as person_id
    from all_asks
    where is_ask
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
possible as (
    select
        w.event_id, a.at_us as response_us, a.person_id as to_person,
        cast(row_number() over (
            partition by w.event_id order by a.at_us, a.event_id
        ) as bigint) as place
    from windows as w
    inner join all_asks as a
        on w.thread_id = a.thread_id and w.kind = a.kind
    where not a.is_ask
        and a.at_us >= w.at_us
        and (w.next_us is null or a.at_us < w.next_us)
        and (
            a.person_id is null
            or w.person_id is null
            or a.person_id <> w.person_id
        )
),
responses as (
    select event_id, response_us, to_person from possible where place = 1
),
answers_found as (
    select
        w.event_id as request_event_id, w.kind, w.at_us as request_us,
        w.person_id as from_person, r.response_us, r.to_person
    from windows as w
    left join responses as r on w.event_id = r.event_id
)
select * from answers_found
