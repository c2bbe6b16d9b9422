-- The team, arm and period of each journey, and when it stops being watched.
-- grain: one row per journey
-- reads: journeys, journey_teams, study_teams, periods, parameters
-- writes: journey_id text, definition text, team_id text?, arm text?, period text?, standing text, censor_us int
-- unit: microseconds since the epoch
-- null means: team_id: no source can tell; arm: the study does not name the team; period: in no window of its team
-- open journeys: like any other
-- see: METHODS.md#periods

-- A journey belongs to the period of its start. A before journey is watched
-- until its team enters the pilot, any other until as_of.
with all_journeys as (
    select journey_id, definition, started_us from journeys
),
teams as (
    select journey_id, team_id from journey_teams
),
arms as (
    select team_id, arm from study_teams
),
windows as (
    select team_id, period, from_us, to_us from periods
),
with_arm as (
    select j.journey_id, j.definition, j.started_us, t.team_id, a.arm
    from all_journeys as j
    left join teams as t on j.journey_id = t.journey_id
    left join arms as a on t.team_id = a.team_id
),
in_window as (
    select j.journey_id, w.period, w.to_us
    from with_arm as j
    inner join windows as w on j.team_id = w.team_id
    where w.from_us <= j.started_us and j.started_us < w.to_us
),
journey_periods_found as (
    select
        j.journey_id, j.definition, j.team_id, j.arm, w.period,
        case
            when j.arm = 'platform' then 'platform team'
            when j.team_id is null then 'unknown team'
            when j.arm is null or j.arm = 'none' then 'not compared'
            when w.period is null then 'outside the windows'
            else 'compared'
        end as standing,
        case
            when w.period = 'before' then least(w.to_us, p.as_of_us)
            else p.as_of_us
        end as censor_us
    from with_arm as j
    left join in_window as w on j.journey_id = w.journey_id
    cross join parameters as p
)
select * from journey_periods_found
