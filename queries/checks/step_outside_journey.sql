-- A step lies in the window of its journey and belongs to a known one.
-- grain: one row per violation
-- reads: journey_steps, journeys
-- writes: journey_id text, step text, at_us int
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#steps

with steps as (
    select journey_id, step, at_us from journey_steps
),
all_journeys as (
    select journey_id, window_from_us, window_to_us from journeys
),
violations as (
    select s.journey_id, s.step, s.at_us
    from steps as s
    left join all_journeys as j on s.journey_id = j.journey_id
    where j.window_from_us is null
        or s.at_us < j.window_from_us
        or s.at_us > j.window_to_us
)
select * from violations
