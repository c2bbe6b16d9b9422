-- Incidents of services: detected when, resolved when, and which production deploy they followed.
-- grain: one row per subject and incident
-- reads: subject_events, events, event_objects, service_deploys, subject_weeks, calendar, study_teams, periods, parameters
-- writes: subject_id text, incident_id text, detected_us int, resolved_us int?, deploy_event_id text?, week int, team_id text?, arm text?, period text?
-- unit: microseconds since the epoch; weeks by their Monday
-- null means: resolved_us: not resolved by the end of the records; deploy_event_id: no production deploy of the service in the 72 hours before; team_id: nobody owns it that a source can tell; arm, period: not compared
-- open journeys: not about journeys
-- see: METHODS.md#incidents

-- 259,200,000,000 microseconds are 72 hours: an incident later than that after
-- a deploy is told of no deploy. It is told of the last deploy of its own
-- service, and never of another one's.
with incident_events as (
    select e.event_id, e.activity, e.at_us, e.day, o.object_id as incident_id
    from events as e
    inner join event_objects as o on e.event_id = o.event_id
    where e.activity in ('incident.detected', 'incident.resolved')
        and o.object_id like 'ticket:%'
),
resolutions as (
    select incident_id, min(at_us) as resolved_us
    from incident_events
    where activity = 'incident.resolved'
    group by incident_id
),
linked as (
    select distinct event_id, subject_id
    from subject_events
    where activity = 'incident.detected'
),
detections as (
    select l.subject_id, i.incident_id, min(i.at_us) as detected_us
    from linked as l
    inner join incident_events as i on l.event_id = i.event_id
    where i.activity = 'incident.detected'
    group by l.subject_id, i.incident_id
),
days as (
    select day, week from calendar
),
detected_days as (
    select distinct e.incident_id, e.at_us, d.week
    from incident_events as e
    inner join days as d on e.day = d.day
    where e.activity = 'incident.detected'
),
deploys as (
    select s.subject_id, s.event_id, s.at_us
    from service_deploys as s
    cross join parameters as p
    where s.is_deploy and s.environment = p.production
),
preceding as (
    select
        d.subject_id, d.incident_id, y.event_id,
        d.detected_us - y.at_us as since_us
    from detections as d
    inner join deploys as y on d.subject_id = y.subject_id
    where y.at_us <= d.detected_us and d.detected_us < y.at_us + 259200000000
),
numbered as (
    select
        subject_id, incident_id, event_id,
        cast(row_number() over (
            partition by subject_id, incident_id order by since_us, event_id
        ) as bigint) as place
    from preceding
),
last_deploys as (
    select subject_id, incident_id, event_id from numbered where place = 1
),
owners as (
    select subject_id, week, team_id from subject_weeks
),
arms as (
    select team_id, arm from study_teams
),
owned as (
    select
        d.subject_id, d.incident_id, d.detected_us, w.week, o.team_id, a.arm
    from detections as d
    inner join detected_days as w
        on d.incident_id = w.incident_id and d.detected_us = w.at_us
    left join owners as o on d.subject_id = o.subject_id and w.week = o.week
    left join arms as a on o.team_id = a.team_id
),
in_window as (
    select o.subject_id, o.incident_id, p.period
    from owned as o
    inner join periods as p on o.team_id = p.team_id
    where p.from_us <= o.detected_us and o.detected_us < p.to_us
),
service_incidents_found as (
    select
        o.subject_id, o.incident_id, o.detected_us, r.resolved_us,
        l.event_id as deploy_event_id, o.week, o.team_id, o.arm, w.period
    from owned as o
    left join resolutions as r on o.incident_id = r.incident_id
    left join last_deploys as l
        on o.subject_id = l.subject_id and o.incident_id = l.incident_id
    left join in_window as w
        on o.subject_id = w.subject_id and o.incident_id = w.incident_id
)
select * from service_incidents_found
