-- A component name means one subject at a time.
-- grain: one row per violation
-- reads: component_names
-- writes: name_id text, subject_id text, other_id text
-- unit: none
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#names

with names as (
    select name_id, from_us, to_us, subject_id from component_names
),
violations as (
    select a.name_id, a.subject_id, b.subject_id as other_id
    from names as a
    inner join names as b on a.name_id = b.name_id
    where a.from_us < b.from_us and (a.to_us is null or b.from_us < a.to_us)
)
select * from violations
