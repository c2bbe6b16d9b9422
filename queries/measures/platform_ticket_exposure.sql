-- How much developer time and how many services stood behind a team's tickets in a period.
-- grain: one row per team and period
-- reads: periods, team_days, service_weeks, ticket_days, parameters
-- writes: team_id text, arm text, period text, from_us int, to_us int, developer_days int, service_weeks int, days_observed int
-- unit: developer-days (five are a developer-week); service-weeks; days
-- null means: nothing is null; 0 observed days: the stream cannot speak for the period
-- open journeys: not about journeys
-- see: METHODS.md#platform-tickets

with windows as (
    select
        w.team_id, w.arm, w.period, w.from_us, 1 as one,
        least(w.to_us, p.as_of_us + 1) as to_us
    from periods as w
    cross join parameters as p
    where w.from_us <= p.as_of_us
),
worked as (
    select w.team_id, w.period, cast(sum(d.people) as bigint) as developer_days
    from windows as w
    inner join team_days as d on w.team_id = d.team_id
    where w.from_us <= d.opens_us and d.opens_us < w.to_us
    group by w.team_id, w.period
),
served as (
    select w.team_id, w.period, cast(sum(s.services) as bigint) as service_weeks
    from windows as w
    inner join service_weeks as s on w.team_id = s.team_id
    where w.from_us <= s.week_us and s.week_us < w.to_us
    group by w.team_id, w.period
),
days as (
    select day, opens_us, 1 as one from ticket_days
),
observed as (
    select w.team_id, w.period, cast(count(d.day) as bigint) as days_observed
    from windows as w
    inner join days as d on w.one = d.one
    where w.from_us <= d.opens_us and d.opens_us < w.to_us
    group by w.team_id, w.period
),
platform_ticket_exposure_found as (
    select
        w.team_id, w.arm, w.period, w.from_us, w.to_us,
        cast(coalesce(d.developer_days, 0) as bigint) as developer_days,
        cast(coalesce(s.service_weeks, 0) as bigint) as service_weeks,
        cast(coalesce(o.days_observed, 0) as bigint) as days_observed
    from windows as w
    left join worked as d on w.team_id = d.team_id and w.period = d.period
    left join served as s on w.team_id = s.team_id and w.period = s.period
    left join observed as o on w.team_id = o.team_id and w.period = o.period
)
select * from platform_ticket_exposure_found
