-- Requests to the platform teams.
-- grain: one row per ticket, or per question that has no ticket
-- reads: request_routes, event_teams, subject_events, answers
-- writes: request_id text, event_id text, at_us int, day int, person_id text?, team_id text?, category text?, channel text?, is_linked bool, response_us int?, withdrawn_us int?, routing text
-- unit: microseconds since the epoch
-- null means: person_id, team_id, category, channel: no source says; response_us: nobody else answered; withdrawn_us: not withdrawn by whoever asked
-- open journeys: not about journeys
-- see: METHODS.md#platform-tickets

with routed as (
    select
        request_id, event_id, at_us, day, person_id, category, channel, routing
    from request_routes
    where is_platform
),
linked as (
    select distinct event_id, 1 as linked from subject_events
),
answered as (
    select request_event_id, response_us, withdrawn_us from answers
),
platform_requests_found as (
    select
        r.request_id, r.event_id, r.at_us, r.day, r.person_id, t.team_id,
        r.category, r.channel, l.linked is not null as is_linked,
        a.response_us, a.withdrawn_us, r.routing
    from routed as r
    left join event_teams as t on r.event_id = t.event_id
    left join linked as l on r.event_id = l.event_id
    left join answered as a on r.event_id = a.request_event_id
)
select * from platform_requests_found
