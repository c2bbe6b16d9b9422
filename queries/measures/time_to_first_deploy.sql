-- Time from the start of a journey to the first gated deploy of its subject.
-- grain: one row per journey and environment: the lowest shared one, and production
-- reads: journey_spans, journey_steps, steps_defined, measure_clock, parameters
-- writes: journey_id text, definition text, environment text, team_id text?, arm text?, period text?, standing text, entry_us int, time_us int, working_entry_us int, working_us int, cause int, left_truncated bool, censored_at_pilot bool
-- unit: microseconds; cause 0 open, 1 deployed, 2 abandoned
-- null means: team_id, arm, period: see journey_periods
-- open journeys: cause 0, time_us is how long they have been watched
-- see: METHODS.md#time_to_first_deploy

-- Journeys whose definition ends with a deploy. One that reached production
-- and never the shared environment stays open there.
with ends_with_deploy as (
    select definition from steps_defined
    where role = 'finish' and activity = 'service.deployed'
),
awaited as (
    select distinct s.definition, s.environment
    from steps_defined as s
    cross join parameters as p
    where s.activity = 'service.deployed'
        and (s.environment = p.production or s.environment = p.lowest_shared)
        and s.definition in (select definition from ends_with_deploy)
),
deployed as (
    select journey_id, environment, min(at_us) as at_us
    from journey_steps
    where activity = 'service.deployed' and environment is not null
    group by journey_id, environment
),
watched as (
    select
        j.journey_id, j.definition, a.environment, j.team_id, j.arm, j.period,
        j.standing, j.started_us, j.seen_from_us, j.until_us, j.censor_us,
        j.cause, j.left_truncated, d.at_us
    from journey_spans as j
    inner join awaited as a on j.definition = a.definition
    left join deployed as d
        on j.journey_id = d.journey_id and a.environment = d.environment
),
with_cause as (
    select
        journey_id, definition, environment, team_id, arm, period, standing,
        started_us, seen_from_us, until_us, censor_us, left_truncated, at_us,
        cast(case
            when cause = 2 and (at_us is null or at_us > until_us) then 2
            when at_us is not null and at_us <= censor_us then 1
            else 0
        end as bigint) as cause
    from watched
),
with_end as (
    select
        journey_id, definition, environment, team_id, arm, period, standing,
        started_us, seen_from_us, left_truncated, cause, censor_us,
        case
            when cause = 1 then greatest(at_us, started_us)
            when cause = 2 then until_us
            else censor_us
        end as end_us
    from with_cause
),
time_to_first_deploy_found as (
    select
        e.journey_id, e.definition, e.environment, e.team_id, e.arm, e.period,
        e.standing, e.seen_from_us - e.started_us as entry_us,
        e.end_us - e.started_us as time_us,
        seen.worked_us - began.worked_us as working_entry_us,
        ended.worked_us - began.worked_us as working_us,
        e.cause, e.left_truncated,
        e.cause = 0 and e.censor_us < p.as_of_us as censored_at_pilot
    from with_end as e
    inner join measure_clock as began on e.started_us = began.at_us
    inner join measure_clock as seen on e.seen_from_us = seen.at_us
    inner join measure_clock as ended on e.end_us = ended.at_us
    cross join parameters as p
)
select * from time_to_first_deploy_found
