-- How much developer time each team had in a week: the exposure of its tickets.
-- grain: one row per team and week
-- reads: team_days
-- writes: team_id text, week int, developer_days int
-- unit: developer-days; five are a developer-week
-- null means: nothing is null; weeks that the ticket stream cannot speak for have no row
-- open journeys: not about journeys
-- see: METHODS.md#developer-weeks

-- Working days, so that holidays and gaps shorten the exposure as they do the
-- tickets.
with days as (
    select team_id, week, people from team_days
),
developer_weeks_found as (
    select team_id, week, cast(sum(people) as bigint) as developer_days
    from days
    group by team_id, week
)
select * from developer_weeks_found
