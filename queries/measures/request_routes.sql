-- To whom each request went, as far as it says so.
-- grain: one row per ticket, or per question that has no ticket
-- reads: ticket_openings, object_links, study_teams
-- writes: request_id text, ticket_id text?, event_id text, at_us int, day int, person_id text?, category text?, channel text?, routing text, is_platform bool, has_address bool
-- unit: microseconds since the epoch
-- null means: ticket_id: a question without a ticket; person_id, category, channel: no source says
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
addresses as (
    select distinct from_id as ticket_id, 1 as addressed from sent
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
    select
        o.request_id, o.ticket_id, o.event_id, o.at_us, o.day, o.person_id,
        o.category, o.channel, o.one, a.addressed, p.arrived
    from openings as o
    left join addresses as a on o.ticket_id = a.ticket_id
    left join to_platform as p on o.ticket_id = p.ticket_id
),
addressed_requests as (
    select 1 as one, cast(count(addressed) as bigint) as tickets
    from with_address
),
named as (
    select 1 as one, cast(count(team_id) as bigint) as teams
    from platform_teams
),
routed as (
    select
        w.request_id, w.ticket_id, w.event_id, w.at_us, w.day, w.person_id,
        w.category, w.channel, w.addressed, w.arrived,
        case
            when n.teams = 0 then 'no platform team named'
            when a.tickets = 0 then 'no ticket says to whom'
            else 'sent to a platform team'
        end as routing
    from with_address as w
    inner join addressed_requests as a on w.one = a.one
    inner join named as n on w.one = n.one
),
request_routes_found as (
    select
        request_id, ticket_id, event_id, at_us, day, person_id, category,
        channel, routing,
        arrived is not null
        or ticket_id is null
        or routing <> 'sent to a platform team' as is_platform,
        ticket_id is null or addressed is not null as has_address
    from routed
)
select * from request_routes_found
