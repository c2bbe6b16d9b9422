-- Two journeys of one definition and subject never overlap.
-- grain: one row per violation
-- reads: journeys
-- writes: journey_id text, other_id text
-- unit: none
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#journeys

with all_journeys as (
    select journey_id, definition, subject_id, ordinal, started_us, ended_us
    from journeys
),
violations as (
    select a.journey_id, b.journey_id as other_id
    from all_journeys as a
    inner join all_journeys as b
        on a.definition = b.definition and a.subject_id = b.subject_id
    where a.ordinal < b.ordinal and b.started_us < a.ended_us
)
select * from violations
