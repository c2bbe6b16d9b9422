-- Every journey has its start among its steps, and a finished one its finish.
-- grain: one row per violation
-- reads: journeys, journey_steps
-- writes: journey_id text, missing text
-- unit: none
-- null means: nothing is null
-- open journeys: checked for their start
-- see: METHODS.md#steps

with all_journeys as (
    select journey_id, start_event_id, finish_event_id, status from journeys
),
starts as (
    select journey_id, event_id from journey_steps where role = 'start'
),
finishes as (
    select journey_id, event_id from journey_steps where role = 'finish'
),
without_start as (
    select j.journey_id, 'start' as missing
    from all_journeys as j
    left join starts as s
        on j.journey_id = s.journey_id and j.start_event_id = s.event_id
    where s.event_id is null
),
without_finish as (
    select j.journey_id, 'finish' as missing
    from all_journeys as j
    left join finishes as f
        on j.journey_id = f.journey_id and j.finish_event_id = f.event_id
    where j.status = 'finished' and f.event_id is null
),
violations as (
    select journey_id, missing from without_start
    union all select journey_id, missing from without_finish
)
select * from violations
