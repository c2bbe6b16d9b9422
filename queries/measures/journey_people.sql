-- Who moved each journey on, and how often: what the rule of five people counts.
-- grain: one row per journey and person
-- reads: touches, journey_spans
-- writes: journey_id text, definition text, arm text?, period text?, person_id text, touches int
-- unit: touches
-- null means: arm, period: see journey_periods; touches of unknown people are in journey_handoffs
-- open journeys: touches so far
-- see: METHODS.md#shareable

with spans as (
    select journey_id, definition, arm, period, until_us from journey_spans
),
touched as (
    select journey_id, person_id, at_us from touches
),
journey_people_found as (
    select
        t.journey_id, s.definition, s.arm, s.period, t.person_id,
        cast(count(t.at_us) as bigint) as touches
    from touched as t
    inner join spans as s on t.journey_id = s.journey_id
    where t.at_us <= s.until_us
    group by t.journey_id, s.definition, s.arm, s.period, t.person_id
)
select * from journey_people_found
