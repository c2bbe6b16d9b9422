-- When a subject may be deployed to an environment.
-- grain: one row per subject, environment, kind of gate and stretch of time
-- reads: component_names, object_links, steps_defined, events
-- writes: subject_id text, environment text, gate text, from_us int, to_us int?
-- unit: microseconds since the epoch
-- null means: to_us: the gate is still open
-- open journeys: not about journeys
-- see: METHODS.md#gates

-- A gate closes and opens again: several rows. Names of one subject may open
-- it at once: rows may overlap.
with known_names as (
    select name_id, from_us, to_us, subject_id from component_names
),
gates_defined as (
    select distinct gate from steps_defined where gate is not null
),
environments_seen as (
    select distinct
        environment, 'environment:' || environment as environment_id
    from events
    where environment is not null
),
dated_links as (
    select from_id, to_id, qualifier, valid_from_us, valid_to_us
    from object_links
    where qualifier in (select gate from gates_defined)
),
placed as (
    select
        l.from_id as name_id, e.environment, l.qualifier as gate,
        l.valid_from_us, l.valid_to_us
    from dated_links as l
    inner join environments_seen as e on l.to_id = e.environment_id
),
environment_gates_found as (
    select distinct
        n.subject_id, p.environment, p.gate,
        greatest(p.valid_from_us, n.from_us) as from_us,
        least(p.valid_to_us, n.to_us) as to_us
    from placed as p
    inner join known_names as n on p.name_id = n.name_id
    where (n.to_us is null or p.valid_from_us < n.to_us)
        and (p.valid_to_us is null or n.from_us < p.valid_to_us)
)
select * from environment_gates_found
