-- What a component name means next, and when: itself, or the name it stands for.
-- grain: one row per component name and stretch of time
-- reads: objects, object_links, repositories, parameters
-- writes: name_id text, from_us int, to_us int?, next_id text, hops int, confidence int
-- unit: microseconds since the epoch; confidence in percent
-- null means: to_us: the stretch has not ended
-- open journeys: not about journeys
-- see: METHODS.md#names

-- A name that a service repository holds stands for itself. Of two targets at
-- one time the surer wins, then the smaller id.
with component_objects as (
    select object_id as name_id from objects where object_type = 'component'
),
held_names as (
    select distinct subject_id from repositories where subject_id is not null
),
alias_links as (
    select from_id, to_id, valid_from_us, valid_to_us, confidence
    from object_links
    where qualifier = 'alias_of'
),
sure_aliases as (
    select
        a.from_id as name_id, a.to_id, a.confidence, a.valid_to_us,
        case
            when a.valid_from_us < -9000000000000000000
                then -9000000000000000000
            else a.valid_from_us
        end as valid_from_us
    from alias_links as a
    left join held_names as h on a.from_id = h.subject_id
    cross join parameters as p
    where h.subject_id is null
        and a.from_id <> a.to_id
        and a.confidence >= p.least_confidence
),
all_names as (
    select name_id from component_objects
    union all select subject_id as name_id from held_names
    union all select from_id as name_id from alias_links
    union all select to_id as name_id from alias_links
),
edges as (
    select name_id, -9000000000000000000 as from_us from all_names
    union all select name_id, valid_from_us as from_us from sure_aliases
    union all
    select name_id, valid_to_us as from_us from sure_aliases
    where valid_to_us is not null
),
distinct_edges as (
    select distinct name_id, from_us from edges
),
stretches as (
    select
        name_id, from_us,
        lead(from_us) over (partition by name_id order by from_us) as to_us
    from distinct_edges
),
candidates as (
    select
        p.name_id, p.from_us, a.to_id, a.confidence,
        cast(row_number() over (
            partition by p.name_id, p.from_us
            order by 100 - a.confidence, a.to_id
        ) as bigint) as place
    from stretches as p
    inner join sure_aliases as a on p.name_id = a.name_id
    where a.valid_from_us <= p.from_us
        and (a.valid_to_us is null or p.from_us < a.valid_to_us)
),
best as (
    select name_id, from_us, to_id, confidence from candidates where place = 1
),
alias_periods_found as (
    select
        p.name_id, p.from_us, p.to_us,
        coalesce(b.to_id, p.name_id) as next_id,
        cast(case when b.to_id is null then 0 else 1 end as bigint) as hops,
        cast(coalesce(b.confidence, 100) as bigint) as confidence
    from stretches as p
    left join best as b on p.name_id = b.name_id and p.from_us = b.from_us
)
select * from alias_periods_found
