-- Events that fulfil a step of a definition.
-- grain: one row per definition, step, subject and event
-- reads: step_matches, environment_gates
-- writes: definition text, subject_id text, step text, event_id text, position int, role text, activity text, environment text?, gate_known bool, at_us int, source_rank int, source_seq int, began_us int?, began_by_id text?, actor_id text?, is_bot bool?, evidence text
-- unit: microseconds since the epoch
-- null means: environment, began_us, began_by_id, actor_id, is_bot: no source says
-- open journeys: not about journeys yet
-- see: METHODS.md#gates

-- A gate that no subject ever had in that environment cannot be told: the
-- event counts, and gate_known is false.
with matches as (
    select
        definition, subject_id, step, event_id, position, role, activity, gate,
        environment, at_us, source_rank, source_seq, began_us, began_by_id,
        actor_id, is_bot, evidence
    from step_matches
),
gates as (
    select subject_id, environment, gate, from_us, to_us
    from environment_gates
),
gates_seen as (
    select distinct environment, gate, 1 as seen from gates
),
passed as (
    select distinct m.step, m.definition, m.subject_id, m.event_id, 1 as open
    from matches as m
    inner join gates as g
        on m.subject_id = g.subject_id
        and m.environment = g.environment
        and m.gate = g.gate
    where g.from_us <= m.at_us and (g.to_us is null or m.at_us < g.to_us)
),
with_gate as (
    select
        m.definition, m.subject_id, m.step, m.event_id, m.position, m.role,
        m.activity, m.gate, m.environment, m.at_us, m.source_rank,
        m.source_seq, m.began_us, m.began_by_id, m.actor_id, m.is_bot,
        m.evidence, g.seen
    from matches as m
    left join gates_seen as g
        on m.environment = g.environment and m.gate = g.gate
),
step_events_found as (
    select
        m.definition, m.subject_id, m.step, m.event_id, m.position, m.role,
        m.activity, m.environment,
        m.gate is null or m.seen is not null as gate_known,
        m.at_us, m.source_rank, m.source_seq, m.began_us, m.began_by_id,
        m.actor_id, m.is_bot, m.evidence
    from with_gate as m
    left join passed as p
        on m.definition = p.definition
        and m.step = p.step
        and m.subject_id = p.subject_id
        and m.event_id = p.event_id
    where m.gate is null or m.seen is null or p.open is not null
)
select * from step_events_found
