-- How long each value of a field of the catalog held.
-- grain: one row per object, field and stretch of time
-- reads: object_changes, events
-- writes: object_id text, field text, from_us int, to_us int?, value text?
-- unit: microseconds since the epoch
-- null means: to_us: it still holds; value: the field was taken away
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- Changes of one instant go in the order of the commits that made them, which
-- the events of the same evidence tell; the last of them holds.
with orders as (
    select
        evidence, min(source_rank) as source_rank, min(source_seq) as source_seq
    from events
    group by evidence
),
changes as (
    select
        c.object_id, c.field, c.at_us, c.value, c.evidence,
        coalesce(o.source_rank, 0) as source_rank,
        coalesce(o.source_seq, 0) as source_seq,
        coalesce(c.value, '') as plain
    from object_changes as c
    left join orders as o on c.evidence = o.evidence
),
field_stretches_found as (
    select
        object_id, field, at_us as from_us,
        lead(at_us) over (
            partition by object_id, field
            order by at_us, source_rank, source_seq, evidence, plain
        ) as to_us,
        value
    from changes
)
select * from field_stretches_found
