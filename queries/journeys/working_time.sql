-- How much working time had passed at an instant; differences are working time between two.
-- grain: one row per instant that a request or response has
-- reads: answers, change_waits, calendar
-- writes: at_us int, worked_us int
-- unit: microseconds
-- null means: nothing is null; an instant outside the calendar has no row
-- open journeys: not about journeys
-- see: METHODS.md#working-time

-- Each instant's day is the number of days that began up to then.
with ticket_instants as (
    select request_us, response_us from answers
),
change_instants as (
    select request_us, response_us from change_waits
),
days as (
    select
        starts_us, opens_us, closes_us, working_us_before,
        cast(row_number() over (order by starts_us) as bigint) as day_no
    from calendar
),
instants as (
    select request_us as at_us from ticket_instants
    union all
    select response_us as at_us from ticket_instants
    where response_us is not null
    union all select request_us as at_us from change_instants
    union all select response_us as at_us from change_instants
),
distinct_instants as (
    select distinct at_us from instants
),
line as (
    select starts_us as at_us, cast(1 as bigint) as begins from days
    union all
    select at_us, cast(0 as bigint) as begins from distinct_instants
),
placed as (
    select
        at_us, begins,
        cast(sum(begins) over (
            order by at_us, 1 - begins
            rows between unbounded preceding and current row
        ) as bigint) as day_no
    from line
),
working_time_found as (
    select
        p.at_us,
        cast(case
            when p.at_us <= d.opens_us then d.working_us_before
            when p.at_us < d.closes_us
                then d.working_us_before + p.at_us - d.opens_us
            else d.working_us_before + d.closes_us - d.opens_us
        end as bigint) as worked_us
    from placed as p
    inner join days as d on p.day_no = d.day_no
    where p.begins = 0
)
select * from working_time_found
