-- Requests to the platform teams per team and period, with their exposure.
-- grain: one row per team and period
-- reads: platform_ticket_exposure, platform_requests, request_routes, event_teams
-- writes: team_id text, arm text, period text, tickets int?, unanswered int?, unlinked int?, unaddressed int, developer_days int, service_weeks int, days_observed int, routing text?
-- unit: tickets; developer-days (five are a developer-week); service-weeks; days
-- null means: tickets, unanswered, unlinked: the stream is silent in the period, or holds nothing of this team at any time; routing: no ticket at all
-- open journeys: counted whether or not a journey is open
-- see: METHODS.md#platform-tickets

-- unaddressed: tickets that do not say to whom they went, where others do; they
-- are not among tickets.
with windows as (
    select
        team_id, arm, period, from_us, to_us, developer_days, service_weeks,
        days_observed, 1 as one
    from platform_ticket_exposure
),
asked as (
    select
        team_id, request_id, at_us,
        cast(case
            when response_us is null and withdrawn_us is null then 1
            else 0
        end as bigint) as unanswered,
        cast(case when is_linked then 0 else 1 end as bigint) as unlinked
    from platform_requests
    where team_id is not null
),
without_address as (
    select t.team_id, r.request_id, r.at_us
    from request_routes as r
    inner join event_teams as t on r.event_id = t.event_id
    where not r.is_platform and not r.has_address
),
unaddressed_requests as (
    select
        w.team_id, w.period, cast(count(a.request_id) as bigint) as unaddressed
    from windows as w
    inner join without_address as a on w.team_id = a.team_id
    where w.from_us <= a.at_us and a.at_us < w.to_us
    group by w.team_id, w.period
),
ways as (
    select 1 as one, min(routing) as routing from platform_requests
),
heard as (
    select distinct team_id, 1 as heard from asked
),
counted as (
    select
        w.team_id, w.period, cast(count(a.request_id) as bigint) as tickets,
        cast(sum(a.unanswered) as bigint) as unanswered,
        cast(sum(a.unlinked) as bigint) as unlinked
    from windows as w
    inner join asked as a on w.team_id = a.team_id
    where w.from_us <= a.at_us and a.at_us < w.to_us
    group by w.team_id, w.period
),
judged as (
    select
        w.team_id, w.arm, w.period, w.developer_days, w.service_weeks,
        w.days_observed, y.routing, c.tickets, c.unanswered, c.unlinked,
        u.unaddressed, h.heard is not null and w.days_observed > 0 as can_tell
    from windows as w
    left join ways as y on w.one = y.one
    left join heard as h on w.team_id = h.team_id
    left join counted as c on w.team_id = c.team_id and w.period = c.period
    left join unaddressed_requests as u
        on w.team_id = u.team_id and w.period = u.period
),
platform_ticket_rates_found as (
    select
        team_id, arm, period,
        case when can_tell then coalesce(tickets, 0) end as tickets,
        case when can_tell then coalesce(unanswered, 0) end as unanswered,
        case when can_tell then coalesce(unlinked, 0) end as unlinked,
        cast(coalesce(unaddressed, 0) as bigint) as unaddressed,
        developer_days, service_weeks, days_observed, routing
    from judged
)
select * from platform_ticket_rates_found
