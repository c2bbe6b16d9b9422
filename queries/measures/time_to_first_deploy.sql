-- Time from the beginning of a subject to its first gated deploy.
-- grain: one row per subject and environment: the lowest shared one, and production
-- reads: journey_spans, journey_steps, steps_defined, measure_clock, parameters
-- writes: journey_id text, definition text, environment text, team_id text?, arm text?, period text?, standing text, entry_us int, time_us int, working_entry_us int, working_us int, cause int, left_truncated bool, censored_at_pilot bool
-- unit: microseconds; cause 0 open, 1 deployed, 2 abandoned
-- null means: team_id, arm, period: see journey_periods
-- open journeys: cause 0, time_us is how long they have been watched
-- see: METHODS.md#time_to_first_deploy

-- Journeys that begin a subject (its first commit, a template run, the request
-- for its repository) and end with a deploy; every other is in journey_time. A
-- subject has one first deploy: of several such journeys the one from the first
-- commit counts, then the earliest. One that reached production and never the
-- shared environment stays open there.
with starts as (
    select
        definition,
        cast(case
            when activity = 'repository.created' then 0
            when activity = 'template.run' then 1
            else 2
        end as bigint) as place
    from steps_defined
    where role = 'start'
        and activity in (
            'repository.created', 'repository.requested', 'template.run'
        )
),
first_deploys as (
    select f.definition, s.place
    from steps_defined as f
    inner join starts as s on f.definition = s.definition
    where f.role = 'finish' and f.activity = 'service.deployed'
),
awaited as (
    select distinct s.definition, s.environment
    from steps_defined as s
    cross join parameters as p
    where s.activity = 'service.deployed'
        and (s.environment = p.production or s.environment = p.lowest_shared)
        and s.definition in (select definition from first_deploys)
),
placed as (
    select
        j.journey_id, j.definition, j.team_id, j.arm, j.period, j.standing,
        j.started_us, j.seen_from_us, j.until_us, j.censor_us, j.cause,
        j.left_truncated,
        cast(row_number() over (
            partition by j.subject_id
            order by d.place, j.started_us, j.definition, j.journey_id
        ) as bigint) as place
    from journey_spans as j
    inner join first_deploys as d on j.definition = d.definition
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
    from placed as j
    inner join awaited as a on j.definition = a.definition
    left join deployed as d
        on j.journey_id = d.journey_id and a.environment = d.environment
    where j.place = 1
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
