-- How much working time had passed at an instant; differences are working time between two.
-- grain: one row per instant that a measure needs
-- reads: calendar, journey_spans, journey_steps, requests, platform_requests, periods, parameters
-- writes: at_us int, worked_us int
-- unit: microseconds
-- null means: nothing is null; outside the calendar no work is done
-- open journeys: until they are no longer watched
-- see: METHODS.md#working-time

-- Working time grows by one a microsecond from each opening to its closing:
-- the sum of slope × (instant - where the slope begins) over all up to then.
with instants as (
    select started_us as at_us from journey_spans
    union all select seen_from_us as at_us from journey_spans
    union all select until_us as at_us from journey_spans
    union all select censor_us as at_us from journey_spans
    union all
    select at_us from journey_steps where activity = 'service.deployed'
    union all select request_us as at_us from requests
    union all
    select response_us as at_us from requests where response_us is not null
    union all select at_us from platform_requests
    union all
    select response_us as at_us from platform_requests
    where response_us is not null
    union all
    select withdrawn_us as at_us from platform_requests
    where withdrawn_us is not null
    union all select to_us as at_us from periods
    union all select as_of_us as at_us from parameters
),
distinct_instants as (
    select distinct at_us from instants
),
marks as (
    select at_us, cast(0 as bigint) as slope from distinct_instants
    union all
    select opens_us as at_us, cast(1 as bigint) as slope
    from calendar where working_us > 0
    union all
    select closes_us as at_us, cast(-1 as bigint) as slope
    from calendar where working_us > 0
),
slopes as (
    select at_us, slope, slope * at_us as since_us from marks
),
summed as (
    select
        at_us, slope,
        cast(sum(slope) over (
            order by at_us, slope
            rows between unbounded preceding and current row
        ) as bigint) as open_days,
        cast(sum(since_us) over (
            order by at_us, slope
            rows between unbounded preceding and current row
        ) as bigint) as since_us
    from slopes
),
measure_clock_found as (
    select at_us, at_us * open_days - since_us as worked_us
    from summed
    where slope = 0
)
select * from measure_clock_found
