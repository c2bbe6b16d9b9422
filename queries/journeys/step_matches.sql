-- Events that match a step of a definition, gates not yet asked.
-- grain: one row per definition, step, subject and event
-- reads: subject_events, events, steps_defined, journeys_defined
-- writes: definition text, subject_id text, step text, event_id text, position int, role text, activity text, gate text?, environment text?, at_us int, source_rank int, source_seq int, began_us int?, began_by_id text?, actor_id text?, is_bot bool?, evidence text
-- unit: microseconds since the epoch
-- null means: gate: the step has none; environment, began_us, began_by_id, actor_id, is_bot: no source says
-- open journeys: not about journeys yet
-- see: METHODS.md#steps

-- Only subjects that something started. A bulk change is nobody's step, and
-- what failed or was cancelled fulfils none.
with linked as (
    select event_id, subject_id, activity
    from subject_events
    where not is_bulk
),
definitions as (
    select definition from journeys_defined where subject_type = 'component'
),
all_steps as (
    select
        definition, step, position, role, activity, category, environment,
        channel, gate, done_by
    from steps_defined
),
all_events as (
    select
        event_id, at_us, source_rank, source_seq, began_us, began_by_id,
        actor_id, is_bot, environment, category, channel, evidence
    from events
    where coalesce(outcome, 'success') not in ('failure', 'cancelled')
),
steps as (
    select
        s.definition, s.step, s.position, s.role, s.activity, s.category,
        s.environment, s.channel, s.gate, s.done_by
    from all_steps as s
    inner join definitions as d on s.definition = d.definition
),
starters as (
    select distinct s.definition, l.subject_id
    from steps as s
    inner join linked as l on s.activity = l.activity
    where s.role = 'start'
),
chances as (
    select r.definition, l.subject_id, l.event_id, l.activity
    from starters as r
    inner join linked as l on r.subject_id = l.subject_id
),
asked as (
    select
        c.definition, c.subject_id, c.event_id, c.activity, s.step, s.position,
        s.role, s.gate, s.category as wanted_category,
        s.environment as wanted_environment, s.channel as wanted_channel,
        s.done_by
    from chances as c
    inner join steps as s
        on c.definition = s.definition and c.activity = s.activity
),
step_matches_found as (
    select
        a.definition, a.subject_id, a.step, a.event_id, a.position, a.role,
        a.activity, a.gate, e.environment, e.at_us, e.source_rank,
        e.source_seq, e.began_us, e.began_by_id, e.actor_id, e.is_bot,
        e.evidence
    from asked as a
    inner join all_events as e on a.event_id = e.event_id
    where (a.wanted_category is null or a.wanted_category = e.category)
        and (
            a.wanted_environment is null
            or a.wanted_environment = e.environment
        )
        and (a.wanted_channel is null or a.wanted_channel = e.channel)
        and (
            a.done_by is null
            or (a.done_by = 'bot' and e.is_bot)
            or (a.done_by = 'human' and not e.is_bot)
        )
)
select * from step_matches_found
