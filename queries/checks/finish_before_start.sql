-- No journey ends before it starts.
-- grain: one row per violation
-- reads: journeys
-- writes: journey_id text, started_us int, ended_us int
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#journeys

with violations as (
    select journey_id, started_us, ended_us
    from journeys
    where ended_us < started_us or finished_us < started_us
)
select * from violations
