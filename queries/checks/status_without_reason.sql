-- A journey is finished exactly where a finish event and its instant are known.
-- grain: one row per violation
-- reads: journeys
-- writes: journey_id text, status text
-- unit: none
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#journeys

with violations as (
    select journey_id, status
    from journeys
    where (status = 'finished' and finish_event_id is null)
        or (status = 'finished' and finished_us is null)
        or (status <> 'finished' and finish_event_id is not null)
        or (status <> 'finished' and finished_us is not null)
        or status not in ('finished', 'open', 'abandoned')
)
select * from violations
