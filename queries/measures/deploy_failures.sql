-- Production deploys of services, which of them failed, and when that was over.
-- grain: one row per subject and deploy, or attempt at one
-- reads: service_deploys, events, service_incidents, calendar, subject_weeks, study_teams, periods, parameters
-- writes: subject_id text, event_id text, at_us int, is_failed bool, failed_by text?, recovered_us int?, watched_us int, team_id text?, arm text?, period text?
-- unit: microseconds since the epoch
-- null means: failed_by: it did not fail; recovered_us: it did not fail, or not recovered by the end of the records; team_id: nobody owns it that a source can tell; arm, period: not compared
-- open journeys: not about journeys
-- see: METHODS.md#change_fail_rate

-- Failed: its own outcome says so, or an incident of the service followed it
-- within 72 hours with no other deploy of the service between. Recovered: by
-- the end of the first such incident, else by the next deploy that went well.
-- A failed attempt counts as a deployment: else the rate could exceed 1 and a
-- team that never gets anything out would have none. Where two sources tell
-- deploys of a service in one week, the one that tells most of them counts.
with outcomes as (
    select event_id, coalesce(outcome, 'success') as outcome
    from events
    where activity = 'service.deployed'
),
days as (
    select day, week from calendar
),
attempts as (
    select
        s.subject_id, s.event_id, s.source, s.at_us, d.week, s.is_deploy,
        o.outcome
    from service_deploys as s
    inner join outcomes as o on s.event_id = o.event_id
    inner join days as d on s.day = d.day
    cross join parameters as p
    where s.environment = p.production
        and (s.is_deploy or o.outcome = 'failure')
),
by_source as (
    select
        subject_id, week, source,
        0 - cast(count(event_id) as bigint) as fewer
    from attempts
    group by subject_id, week, source
),
ranked as (
    select
        subject_id, week, source,
        cast(row_number() over (
            partition by subject_id, week order by fewer, source
        ) as bigint) as place
    from by_source
),
chosen as (
    select subject_id, week, source from ranked where place = 1
),
counted as (
    select
        a.subject_id, a.event_id, a.at_us, a.week, a.is_deploy, a.outcome
    from attempts as a
    inner join chosen as c
        on a.subject_id = c.subject_id
        and a.week = c.week
        and a.source = c.source
),
incidents as (
    select
        deploy_event_id, min(resolved_us) as resolved_us,
        cast(count(resolved_us) as bigint) as resolved,
        cast(count(incident_id) as bigint) as incidents
    from service_incidents
    where deploy_event_id is not null
    group by deploy_event_id
),
good as (
    select subject_id, at_us from counted where is_deploy
),
next_good as (
    select c.subject_id, c.event_id, min(g.at_us) as next_us
    from counted as c
    inner join good as g on c.subject_id = g.subject_id
    where g.at_us > c.at_us
    group by c.subject_id, c.event_id
),
owners as (
    select subject_id, week, team_id from subject_weeks
),
arms as (
    select team_id, arm from study_teams
),
judged as (
    select
        c.subject_id, c.event_id, c.at_us, o.team_id, a.arm, p.as_of_us,
        case
            when c.outcome = 'failure' then 'outcome'
            when i.incidents is not null then 'incident'
        end as failed_by,
        case
            when c.outcome = 'failure' then n.next_us
            when i.resolved > 0 then i.resolved_us
        end as over_us
    from counted as c
    left join incidents as i on c.event_id = i.deploy_event_id
    left join next_good as n
        on c.subject_id = n.subject_id and c.event_id = n.event_id
    left join owners as o on c.subject_id = o.subject_id and c.week = o.week
    left join arms as a on o.team_id = a.team_id
    cross join parameters as p
),
in_window as (
    select j.subject_id, j.event_id, w.period, w.to_us
    from judged as j
    inner join periods as w on j.team_id = w.team_id
    where w.from_us <= j.at_us and j.at_us < w.to_us
),
watched as (
    select
        j.subject_id, j.event_id, j.at_us, j.failed_by, j.over_us, j.team_id,
        j.arm, w.period,
        case
            when w.period = 'before' then least(w.to_us, j.as_of_us)
            else j.as_of_us
        end as watched_us
    from judged as j
    left join in_window as w
        on j.subject_id = w.subject_id and j.event_id = w.event_id
),
deploy_failures_found as (
    select
        subject_id, event_id, at_us, failed_by is not null as is_failed,
        failed_by,
        case when over_us <= watched_us then over_us end as recovered_us,
        watched_us, team_id, arm, period
    from watched
)
select * from deploy_failures_found
