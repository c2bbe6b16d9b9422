-- How many journeys are compared, and why the others are not.
-- grain: one row per definition, arm, period and standing
-- reads: journey_periods
-- writes: definition text, arm text?, period text?, standing text, journeys int
-- unit: journeys
-- null means: arm: no team of the study; period: in no window
-- open journeys: counted like any other
-- see: METHODS.md#periods

with standings as (
    select journey_id, definition, arm, period, standing from journey_periods
),
journey_standing_found as (
    select
        definition, arm, period, standing,
        cast(count(journey_id) as bigint) as journeys
    from standings
    group by definition, arm, period, standing
)
select * from journey_standing_found
