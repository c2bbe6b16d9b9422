-- A touch lies between the window of its journey and its end.
-- grain: one row per violation
-- reads: touches, journeys
-- writes: journey_id text, touch_no int, at_us int
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#touches

with all_touches as (
    select journey_id, touch_no, at_us from touches
),
all_journeys as (
    select journey_id, window_from_us, ended_us from journeys
),
violations as (
    select t.journey_id, t.touch_no, t.at_us
    from all_touches as t
    inner join all_journeys as j on t.journey_id = j.journey_id
    where t.at_us < j.window_from_us or t.at_us > j.ended_us
)
select * from violations
