-- Requests to the platform teams, week by week.
-- grain: one row per team of the asker, week, category and channel
-- reads: platform_requests, calendar
-- writes: team_id text?, week int, category text?, channel text?, routing text, tickets int, unanswered int, unlinked int
-- unit: tickets
-- null means: team_id: no source tells the asker's team; category, channel: no source says; weeks without a row: see developer_weeks whether they are zeros
-- open journeys: counted whether or not a journey is open
-- see: METHODS.md#platform-tickets

with asked as (
    select
        day, team_id, category, channel, routing, request_id,
        cast(case
            when response_us is null and withdrawn_us is null then 1
            else 0
        end as bigint) as unanswered,
        cast(case when is_linked then 0 else 1 end as bigint) as unlinked
    from platform_requests
),
weeks as (
    select day, week from calendar
),
platform_tickets_found as (
    select
        a.team_id, w.week, a.category, a.channel, a.routing,
        cast(count(a.request_id) as bigint) as tickets,
        cast(sum(a.unanswered) as bigint) as unanswered,
        cast(sum(a.unlinked) as bigint) as unlinked
    from asked as a
    inner join weeks as w on a.day = w.day
    group by a.team_id, w.week, a.category, a.channel, a.routing
)
select * from platform_tickets_found
