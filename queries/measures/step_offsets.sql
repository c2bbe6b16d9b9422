-- When each step of each journey happened, or that it did not.
-- grain: one row per journey and step of its definition
-- reads: journey_spans, steps_defined, journey_steps
-- writes: journey_id text, definition text, step text, position int, role text, team_id text?, arm text?, period text?, standing text, state text, offset_us int?, began_offset_us int?
-- unit: microseconds from the start of the journey; negative before it
-- null means: offset_us: the step did not happen; began_offset_us: nor shows when work on it began; team_id, arm, period: see journey_periods
-- open journeys: a step that did not happen so far is not yet, never missing
-- see: METHODS.md#journey-map

with spans as (
    select
        journey_id, definition, team_id, arm, period, standing, started_us,
        until_us, cause
    from journey_spans
),
defined as (
    select definition, step, position, role from steps_defined
),
happened as (
    select journey_id, step, at_us, began_us, after_finish from journey_steps
),
expected as (
    select
        s.journey_id, s.definition, d.step, d.position, d.role, s.team_id,
        s.arm, s.period, s.standing, s.started_us, s.until_us, s.cause
    from spans as s
    inner join defined as d on s.definition = d.definition
),
seen as (
    select
        e.journey_id, e.definition, e.step, e.position, e.role, e.team_id,
        e.arm, e.period, e.standing, e.started_us, e.cause,
        case when e.cause <> 0 or h.at_us <= e.until_us then h.at_us end
            as at_us,
        case when e.cause <> 0 or h.at_us <= e.until_us then h.began_us end
            as began_us,
        h.after_finish
    from expected as e
    left join happened as h on e.journey_id = h.journey_id and e.step = h.step
),
step_offsets_found as (
    select
        journey_id, definition, step, position, role, team_id, arm, period,
        standing,
        case
            when at_us is not null and after_finish then 'done later'
            when at_us is not null then 'done'
            when cause = 0 then 'not yet'
            else 'missing'
        end as state,
        at_us - started_us as offset_us, began_us - started_us
            as began_offset_us
    from seen
)
select * from step_offsets_found
