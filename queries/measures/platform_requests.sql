-- Requests to the platform teams.
-- grain: one row per ticket, or per question that has no ticket
-- reads: ticket_openings, object_links, study_teams, event_teams, subject_events, answers
-- writes: request_id text, event_id text, at_us int, day int, person_id text?, team_id text?, category text?, channel text?, is_linked bool, response_us int?, routing text
-- unit: microseconds since the epoch
-- null means: person_id, team_id, category, channel: no source says; response_us: not answered yet by another party
-- open journeys: not about journeys
-- see: METHODS.md#platform-tickets

-- Where no ticket says to whom it went, or no platform team is named, all
-- count and routing says so. Questions without a ticket always count.
with openings as (
    select
        request_id, ticket_id, event_id, at_us, day, person_id, category,
        channel, 1 as one
    from ticket_openings
),
sent as (
    select from_id, to_id from object_links where qualifier = 'sent_to'
),
platform_teams as (
    select team_id from study_teams where arm = 'platform'
),
to_platform as (
    select distinct s.from_id as ticket_id, 1 as arrived
    from sent as s
    inner join platform_teams as t on s.to_id = t.team_id
),
with_address as (
    select o.request_id, s.from_id
    from openings as o
    left join sent as s on o.ticket_id = s.from_id
),
addressed as (
    select 1 as one, cast(count(from_id) as bigint) as tickets
    from with_address
),
named as (
    select 1 as one, cast(count(team_id) as bigint) as teams
    from platform_teams
),
routed as (
    select
        o.request_id, o.ticket_id, o.event_id, o.at_us, o.day, o.person_id,
        o.category, o.channel, p.arrived,
        case
            when n.teams = 0 then 'no platform team named'
            when a.tickets = 0 then 'no ticket says to whom'
            else 'sent to a platform team'
        end as routing
    from openings as o
    inner join addressed as a on o.one = a.one
    inner join named as n on o.one = n.one
    left join to_platform as p on o.ticket_id = p.ticket_id
),
linked as (
    select distinct event_id, 1 as linked from subject_events
),
answered as (
    select request_event_id, response_us from answers
),
platform_requests_found as (
    select
        r.request_id, r.event_id, r.at_us, r.day, r.person_id, t.team_id,
        r.category, r.channel, l.linked is not null as is_linked,
        a.response_us, r.routing
    from routed as r
    left join event_teams as t on r.event_id = t.event_id
    left join linked as l on r.event_id = l.event_id
    left join answered as a on r.event_id = a.request_event_id
    where r.arrived is not null
        or r.ticket_id is null
        or r.routing <> 'sent to a platform team'
)
select * from platform_requests_found
