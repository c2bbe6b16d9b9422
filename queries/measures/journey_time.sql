-- Time from the start of a journey to its finish.
-- grain: one row per journey
-- reads: journey_spans, measure_clock
-- writes: journey_id text, definition text, team_id text?, arm text?, period text?, standing text, entry_us int, time_us int, working_entry_us int, working_us int, cause int, left_truncated bool, censored_at_pilot bool
-- unit: microseconds; cause 0 open, 1 done, 2 abandoned
-- null means: team_id, arm, period: see journey_periods
-- open journeys: cause 0, time_us is how long they have been watched
-- see: METHODS.md#journey_time

-- entry_us: at what age the journey came into sight; one of which nothing was
-- in sight before it ended has entry_us at or above time_us.
with spans as (
    select
        journey_id, definition, team_id, arm, period, standing, started_us,
        seen_from_us, until_us, cause, left_truncated, censored_at_pilot
    from journey_spans
),
clock as (
    select at_us, worked_us from measure_clock
),
journey_time_found as (
    select
        s.journey_id, s.definition, s.team_id, s.arm, s.period, s.standing,
        s.seen_from_us - s.started_us as entry_us,
        s.until_us - s.started_us as time_us,
        seen.worked_us - began.worked_us as working_entry_us,
        ended.worked_us - began.worked_us as working_us,
        s.cause, s.left_truncated, s.censored_at_pilot
    from spans as s
    inner join clock as began on s.started_us = began.at_us
    inner join clock as seen on s.seen_from_us = seen.at_us
    inner join clock as ended on s.until_us = ended.at_us
)
select * from journey_time_found
