-- Requests and the first response by another party, by journey where there is one.
-- grain: one row per request, subject and journey
-- reads: answers, change_waits, subject_events, journeys, working_time
-- writes: request_event_id text, subject_id text?, journey_id text?, kind text, request_us int, response_us int?, from_person text?, to_person text?, working_us int?, withdrawn_us int?
-- unit: microseconds
-- null means: response_us, to_person, working_us: nobody else answered; withdrawn_us: not withdrawn by whoever asked; from_person: no source can tell; subject_id: unlinked; journey_id: outside any journey
-- open journeys: requests up to as_of
-- see: METHODS.md#waits

with answered as (
    select
        request_event_id, kind, request_us, from_person, response_us,
        to_person, withdrawn_us
    from answers
),
waited as (
    select journey_id, event_id, request_us, from_person, response_us, to_person
    from change_waits
),
linked as (
    select event_id, subject_id from subject_events
),
all_journeys as (
    select journey_id, subject_id, window_from_us, ended_us from journeys
),
worked as (
    select at_us, worked_us from working_time
),
with_subject as (
    select
        a.request_event_id, l.subject_id, a.kind, a.request_us, a.from_person,
        a.response_us, a.to_person, a.withdrawn_us
    from answered as a
    left join linked as l on a.request_event_id = l.event_id
),
during as (
    select w.request_event_id, j.subject_id, j.journey_id
    from with_subject as w
    inner join all_journeys as j on w.subject_id = j.subject_id
    where j.window_from_us <= w.request_us and w.request_us <= j.ended_us
),
all_requests as (
    select
        w.request_event_id, w.subject_id, d.journey_id, w.kind, w.request_us,
        w.response_us, w.from_person, w.to_person, w.withdrawn_us
    from with_subject as w
    left join during as d
        on w.request_event_id = d.request_event_id
        and w.subject_id = d.subject_id
    union all
    select
        w.event_id as request_event_id, j.subject_id, w.journey_id,
        'change' as kind, w.request_us, w.response_us, w.from_person,
        w.to_person, cast(null as bigint) as withdrawn_us
    from waited as w
    inner join all_journeys as j on w.journey_id = j.journey_id
),
with_request as (
    select
        r.request_event_id, r.subject_id, r.journey_id, r.kind, r.request_us,
        r.response_us, r.from_person, r.to_person, r.withdrawn_us,
        w.worked_us as worked_before
    from all_requests as r
    left join worked as w on r.request_us = w.at_us
),
requests_found as (
    select
        r.request_event_id, r.subject_id, r.journey_id, r.kind, r.request_us,
        r.response_us, r.from_person, r.to_person,
        w.worked_us - r.worked_before as working_us, r.withdrawn_us
    from with_request as r
    left join worked as w on r.response_us = w.at_us
)
select * from requests_found
