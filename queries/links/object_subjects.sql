-- Which subject an object belongs to, and when: the whitelist that events are linked by.
-- grain: one row per object, subject, rule and stretch of time
-- reads: component_names, object_links, repositories, parameters
-- writes: object_id text, subject_id text, rule text, hops int, confidence int, doubt int, from_us int, to_us int?
-- unit: microseconds since the epoch; confidence in percent
-- null means: to_us: the stretch has not ended
-- open journeys: not about journeys
-- see: METHODS.md#links

-- Components by name, service repositories by what they hold, tickets and
-- changes by what they mention. Nothing else leads anywhere: people, teams,
-- environments and platform repositories are hubs. doubt orders the ways to a
-- subject: by confidence, then hops, then rule; the smallest wins.
with known_names as (
    select name_id, from_us, to_us, subject_id, rule, hops, confidence
    from component_names
),
service_repositories as (
    select repository_id as object_id, subject_id as name_id
    from repositories
    where role = 'service' and subject_id is not null
),
mention_links as (
    select from_id, to_id, valid_from_us, valid_to_us, confidence
    from object_links
    where qualifier = 'mentions'
),
sure_mentions as (
    select m.from_id, m.to_id, m.valid_from_us, m.valid_to_us, m.confidence
    from mention_links as m
    cross join parameters as p
    where m.confidence >= p.least_confidence and m.from_id <> m.to_id
),
mentions_of_mentions as (
    select
        a.from_id, b.to_id, least(a.confidence, b.confidence) as confidence,
        greatest(a.valid_from_us, b.valid_from_us) as valid_from_us,
        least(a.valid_to_us, b.valid_to_us) as valid_to_us
    from sure_mentions as a
    inner join sure_mentions as b on a.to_id = b.from_id
    where (b.valid_to_us is null or a.valid_from_us < b.valid_to_us)
        and (a.valid_to_us is null or b.valid_from_us < a.valid_to_us)
),
ways as (
    select
        object_id, name_id, 'repository' as rule, cast(1 as bigint) as hops,
        cast(100 as bigint) as confidence,
        -9000000000000000000 as from_us, cast(null as bigint) as to_us
    from service_repositories
    union all
    select
        from_id as object_id, to_id as name_id, 'mention' as rule,
        cast(1 as bigint) as hops, confidence,
        valid_from_us as from_us, valid_to_us as to_us
    from sure_mentions
    union all
    select
        from_id as object_id, to_id as name_id, 'mention of a mention' as rule,
        cast(2 as bigint) as hops, confidence,
        valid_from_us as from_us, valid_to_us as to_us
    from mentions_of_mentions
),
named as (
    select
        w.object_id, n.subject_id, w.rule, w.hops + n.hops as hops,
        least(w.confidence, n.confidence) as confidence,
        greatest(w.from_us, n.from_us) as from_us,
        least(w.to_us, n.to_us) as to_us
    from ways as w
    inner join known_names as n on w.name_id = n.name_id
    where (n.to_us is null or w.from_us < n.to_us)
        and (w.to_us is null or n.from_us < w.to_us)
        and w.hops + n.hops <= 3
),
all_subjects as (
    select
        object_id, subject_id, rule, cast(hops as bigint) as hops,
        cast(confidence as bigint) as confidence, from_us, to_us
    from named
    union all
    select
        name_id as object_id, subject_id, rule, hops, confidence, from_us, to_us
    from known_names
),
object_subjects_found as (
    select
        object_id, subject_id, rule, hops, confidence,
        cast(
            (100 - confidence) * 100 + hops * 10
            + case
                when rule = 'mention' then 1
                when rule = 'mention of a mention' then 2
                when rule = 'repository' then 3
                else 0
            end
            as bigint
        ) as doubt,
        from_us, to_us
    from all_subjects
)
select * from object_subjects_found
