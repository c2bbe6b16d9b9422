-- Every write of a deployed version, and whether the subject was registered there.
-- grain: one row per subject and event
-- reads: subject_events, events, environment_gates
-- writes: subject_id text, event_id text, source text, environment text, at_us int, day int, is_deploy bool, gate_known bool
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#deployment_frequency

-- is_deploy: registered there then, no part of a bulk change, not failed. In an
-- environment where nobody ever registered, gates cannot be told: all count.
with linked as (
    select event_id, subject_id
    from subject_events
    where activity = 'service.deployed'
),
writes as (
    select event_id, source, at_us, day, environment, outcome, is_bulk
    from events
    where activity = 'service.deployed' and environment is not null
),
gates as (
    select subject_id, environment, from_us, to_us from environment_gates
),
gated_environments as (
    select distinct environment, 1 as gated from gates
),
deployed as (
    select
        l.subject_id, w.event_id, w.source, w.environment, w.at_us, w.day,
        w.is_bulk, w.outcome
    from linked as l
    inner join writes as w on l.event_id = w.event_id
),
open_gates as (
    select distinct d.subject_id, d.event_id, 1 as opened
    from deployed as d
    inner join gates as g
        on d.subject_id = g.subject_id and d.environment = g.environment
    where g.from_us <= d.at_us and (g.to_us is null or d.at_us < g.to_us)
),
service_deploys_found as (
    select
        d.subject_id, d.event_id, d.source, d.environment, d.at_us, d.day,
        not d.is_bulk
        and coalesce(d.outcome, 'success') not in ('failure', 'cancelled')
        and (o.opened is not null or e.gated is null) as is_deploy,
        e.gated is not null as gate_known
    from deployed as d
    left join open_gates as o
        on d.subject_id = o.subject_id and d.event_id = o.event_id
    left join gated_environments as e on d.environment = e.environment
)
select * from service_deploys_found
