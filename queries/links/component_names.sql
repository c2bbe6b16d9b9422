-- Which subject a component name means, and when.
-- grain: one row per component name and stretch of time; stretches of one name never overlap
-- reads: alias_periods
-- writes: name_id text, from_us int, to_us int?, subject_id text, rule text, hops int, confidence int
-- unit: microseconds since the epoch; confidence in percent
-- null means: to_us: the stretch has not ended
-- open journeys: not about journeys
-- see: METHODS.md#names

-- At most two aliases are followed. Two names that stand for each other mean
-- the smaller id; a longer chain or circle is not followed at all.
with every_period as (
    select name_id, from_us, to_us, next_id, hops, confidence
    from alias_periods
),
two_steps as (
    select
        a.name_id, a.next_id as first_id, b.next_id as second_id,
        a.hops as first_hops, b.hops as second_hops,
        a.confidence as first_confidence, b.confidence as second_confidence,
        greatest(a.from_us, b.from_us) as from_us,
        least(a.to_us, b.to_us) as to_us
    from every_period as a
    inner join every_period as b on a.next_id = b.name_id
    where (b.to_us is null or a.from_us < b.to_us)
        and (a.to_us is null or b.from_us < a.to_us)
),
three_steps as (
    select
        a.name_id, a.first_id, a.second_id, a.first_hops, a.second_hops,
        a.first_confidence, a.second_confidence, b.hops as third_hops,
        greatest(a.from_us, b.from_us) as from_us,
        least(a.to_us, b.to_us) as to_us
    from two_steps as a
    inner join every_period as b on a.second_id = b.name_id
    where (b.to_us is null or a.from_us < b.to_us)
        and (a.to_us is null or b.from_us < a.to_us)
),
judged as (
    select
        name_id, from_us, to_us, first_id, second_id,
        first_confidence, second_confidence,
        case
            when first_hops = 0 then 'own name'
            when second_hops = 0 then 'alias'
            when second_id = name_id and first_id < name_id then 'alias'
            when second_id = name_id then 'own name'
            when third_hops = 0 then 'alias of alias'
            else 'own name'
        end as rule
    from three_steps
),
component_names_found as (
    select
        name_id, from_us, to_us,
        case
            when rule = 'alias' then first_id
            when rule = 'alias of alias' then second_id
            else name_id
        end as subject_id,
        rule,
        cast(case
            when rule = 'alias' then 1
            when rule = 'alias of alias' then 2
            else 0
        end as bigint) as hops,
        cast(case
            when rule = 'alias' then first_confidence
            when rule = 'alias of alias'
                then least(first_confidence, second_confidence)
            else 100
        end as bigint) as confidence
    from judged
)
select * from component_names_found
