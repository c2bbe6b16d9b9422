-- How long requests to the platform waited for the first answer by another party.
-- grain: one row per request
-- reads: platform_requests, study_teams, periods, measure_clock, parameters
-- writes: request_id text, category text?, channel text?, team_id text?, arm text?, period text?, at_us int, time_us int, working_us int, cause int, censored_at_pilot bool, is_linked bool
-- unit: microseconds; cause 0 open, 1 answered, 2 withdrawn by whoever asked
-- null means: category, channel, team_id: no source says; arm, period: not compared
-- open journeys: requests are watched whether or not a journey is; open ones have cause 0
-- see: METHODS.md#request_wait

-- Like a journey, a request of the before period is watched until its team
-- enters the pilot. One that whoever asked closed before anybody else answered
-- ends there.
with requests_seen as (
    select
        request_id, category, channel, team_id, at_us, is_linked, response_us,
        coalesce(response_us, withdrawn_us) as ended_us
    from platform_requests
),
arms as (
    select team_id, arm from study_teams
),
windows as (
    select team_id, period, from_us, to_us from periods
),
in_window as (
    select r.request_id, w.period, w.to_us
    from requests_seen as r
    inner join windows as w on r.team_id = w.team_id
    where w.from_us <= r.at_us and r.at_us < w.to_us
),
placed as (
    select
        r.request_id, r.category, r.channel, r.team_id, a.arm, w.period,
        r.at_us, r.response_us, r.ended_us, r.is_linked, p.as_of_us,
        case
            when w.period = 'before' then least(w.to_us, p.as_of_us)
            else p.as_of_us
        end as censor_us
    from requests_seen as r
    left join arms as a on r.team_id = a.team_id
    left join in_window as w on r.request_id = w.request_id
    cross join parameters as p
),
with_end as (
    select
        request_id, category, channel, team_id, arm, period, at_us, as_of_us,
        censor_us, is_linked,
        cast(case
            when ended_us is null or ended_us > censor_us then 0
            when response_us is not null then 1
            else 2
        end as bigint) as cause,
        least(ended_us, censor_us) as end_us
    from placed
),
request_pairs_found as (
    select
        e.request_id, e.category, e.channel, e.team_id, e.arm, e.period,
        e.at_us, e.end_us - e.at_us as time_us,
        ended.worked_us - began.worked_us as working_us,
        e.cause, e.cause = 0 and e.censor_us < e.as_of_us as censored_at_pilot,
        e.is_linked
    from with_end as e
    inner join measure_clock as began on e.at_us = began.at_us
    inner join measure_clock as ended on e.end_us = ended.at_us
)
select * from request_pairs_found
