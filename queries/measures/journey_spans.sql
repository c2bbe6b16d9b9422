-- Each journey as statistics may see it: watched from when, until when, and how it ended.
-- grain: one row per journey, those of platform teams left out
-- reads: journeys, journey_periods, observed_finishes
-- writes: journey_id text, definition text, subject_id text, team_id text?, arm text?, period text?, standing text, started_us int, seen_from_us int, until_us int, censor_us int, cause int, left_truncated bool, censored_at_pilot bool
-- unit: microseconds since the epoch; cause 0 open, 1 finished, 2 abandoned
-- null means: team_id, arm, period: see journey_periods
-- open journeys: cause 0, until they are no longer watched
-- see: METHODS.md#censoring

-- A left-truncated journey is seen from the first instant at which its finish
-- could have been seen.
with all_journeys as (
    select
        journey_id, subject_id, started_us, ended_us, status, left_truncated
    from journeys
),
placed as (
    select
        journey_id, definition, team_id, arm, period, standing, censor_us
    from journey_periods
    where standing <> 'platform team'
),
observed as (
    select definition, observed_from_us from observed_finishes
),
with_place as (
    select
        j.journey_id, p.definition, j.subject_id, p.team_id, p.arm, p.period,
        p.standing, j.started_us, j.ended_us, j.status, j.left_truncated,
        p.censor_us
    from all_journeys as j
    inner join placed as p on j.journey_id = p.journey_id
),
with_cause as (
    select
        w.journey_id, w.definition, w.subject_id, w.team_id, w.arm, w.period,
        w.standing, w.started_us,
        case
            when w.left_truncated
                then greatest(w.started_us, o.observed_from_us)
            else w.started_us
        end as seen_from_us,
        least(w.ended_us, w.censor_us) as until_us, w.censor_us,
        cast(case
            when w.ended_us > w.censor_us then 0
            when w.status = 'finished' then 1
            when w.status = 'abandoned' then 2
            else 0
        end as bigint) as cause,
        w.left_truncated, w.ended_us
    from with_place as w
    left join observed as o on w.definition = o.definition
),
journey_spans_found as (
    select
        journey_id, definition, subject_id, team_id, arm, period, standing,
        started_us, seen_from_us, until_us, censor_us, cause, left_truncated,
        ended_us > censor_us as censored_at_pilot
    from with_cause
)
select * from journey_spans_found
