-- Which team works on a subject, whoever is declared its owner.
-- grain: one row per subject that people of a known team acted on
-- reads: subject_events, event_teams, study_teams
-- writes: subject_id text, team_id text, acts int
-- unit: events
-- null means: nothing is null; a subject without a row was touched by nobody of a known team
-- open journeys: not about journeys
-- see: METHODS.md#teams

-- The team with the most acts of its people over the whole study, then the
-- smaller id. Platform teams act on everybody's services and own none by that;
-- a bulk change says nothing of any one service.
with linked as (
    select event_id, subject_id from subject_events where not is_bulk
),
acting as (
    select event_id, team_id from event_teams
),
platform as (
    select team_id, 1 as platform from study_teams where arm = 'platform'
),
counted as (
    select l.subject_id, a.team_id, cast(count(*) as bigint) as acts
    from linked as l
    inner join acting as a on l.event_id = a.event_id
    left join platform as p on a.team_id = p.team_id
    where p.platform is null
    group by l.subject_id, a.team_id
),
placed as (
    select
        subject_id, team_id, acts,
        cast(row_number() over (
            partition by subject_id order by cast(0 as bigint) - acts, team_id
        ) as bigint) as place
    from counted
),
subject_teams_found as (
    select subject_id, team_id, acts from placed where place = 1
)
select * from subject_teams_found
