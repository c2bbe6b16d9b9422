-- Steps that happened, each by its first event.
-- grain: one row per journey and step
-- reads: journeys, step_events
-- writes: journey_id text, step text, position int, role text, activity text, environment text?, event_id text, at_us int, source_rank int, source_seq int, began_us int?, began_by_id text?, actor_id text?, is_bot bool?, before_start bool, after_finish bool, gate_known bool, evidence text
-- unit: microseconds since the epoch
-- null means: environment, began_us, began_by_id, actor_id, is_bot: no source says; a missing step has no row
-- open journeys: steps up to as_of
-- see: METHODS.md#steps

-- after_finish: after the journey ended, be it by a finish or not.
with all_journeys as (
    select
        journey_id, definition, subject_id, started_us, start_event_id,
        finish_event_id, ended_us, window_from_us, window_to_us
    from journeys
),
fulfilled as (
    select
        definition, subject_id, step, event_id, position, role, activity,
        environment, gate_known, at_us, source_rank, source_seq, began_us,
        began_by_id, actor_id, is_bot, evidence
    from step_events
),
chosen as (
    select
        j.journey_id, f.step, f.position, f.role, f.activity, f.environment,
        f.event_id, f.at_us, f.source_rank, f.source_seq, f.began_us,
        f.began_by_id, f.actor_id, f.is_bot, f.gate_known, f.evidence,
        f.at_us < j.started_us as before_start,
        f.at_us > j.ended_us as after_finish
    from all_journeys as j
    inner join fulfilled as f
        on j.definition = f.definition and j.subject_id = f.subject_id
    where (f.role = 'start' and f.event_id = j.start_event_id)
        or (f.role = 'finish' and f.event_id = j.finish_event_id)
        or (
            f.role = 'step'
            and f.at_us >= j.window_from_us
            and f.at_us <= j.window_to_us
        )
),
ranked as (
    select
        journey_id, step, position, role, activity, environment, event_id,
        at_us, source_rank, source_seq, began_us, began_by_id, actor_id,
        is_bot, before_start, after_finish, gate_known, evidence,
        cast(row_number() over (
            partition by journey_id, step
            order by at_us, source_rank, source_seq, event_id
        ) as bigint) as place
    from chosen
),
journey_steps_found as (
    select
        journey_id, step, position, role, activity, environment, event_id,
        at_us, source_rank, source_seq, began_us, began_by_id, actor_id,
        is_bot, before_start, after_finish, gate_known, evidence
    from ranked
    where place = 1
)
select * from journey_steps_found
