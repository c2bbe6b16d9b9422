-- From when a finish could have been seen, had there been one.
-- grain: one row per definition
-- reads: steps_defined, events, observations
-- writes: definition text, observed_from_us int
-- unit: microseconds since the epoch
-- null means: nothing is null; a definition without a row has no source that ever told a finish
-- open journeys: not about journeys
-- see: METHODS.md#left-truncated

-- Needed are the sources that hold any event of the finish step, for anyone,
-- and, where it is gated, those that tell registrations in its environment.
-- The last of them to begin decides.
with finishes as (
    select definition, activity, environment, gate
    from steps_defined
    where role = 'finish'
),
kinds_of_events as (
    select distinct source, activity, environment from events
),
starts_of_sources as (
    select source, min(from_us) as from_us from observations group by source
),
told as (
    select f.definition, k.source
    from finishes as f
    inner join kinds_of_events as k on f.activity = k.activity
    where f.environment is null or f.environment = k.environment
),
registrations as (
    select source, environment
    from kinds_of_events
    where activity = 'environment.registered'
),
gated as (
    select f.definition, r.source
    from finishes as f
    inner join registrations as r on f.environment = r.environment
    where f.gate = 'registered_in'
),
needed as (
    select definition, source from told
    union all select definition, source from gated
),
observed_finishes_found as (
    select n.definition, max(s.from_us) as observed_from_us
    from needed as n
    inner join starts_of_sources as s on n.source = s.source
    group by n.definition
)
select * from observed_finishes_found
