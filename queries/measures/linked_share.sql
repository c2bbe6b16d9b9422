-- How much of what journeys are made of could be linked to a subject, by team and period.
-- grain: one row per activity, team of the actor and period
-- reads: events, steps_defined, ticket_openings, event_teams, subject_events, study_teams, periods
-- writes: activity text, team_id text?, arm text?, period text?, events int, linked int
-- unit: events
-- null means: team_id: a bot, or no source tells; arm, period: not compared
-- open journeys: counted whether or not a journey is open
-- see: METHODS.md#linked_share

-- An outcome of its own: a portal makes more events linkable. Activities that a
-- definition waits for, and what opened a ticket.
with awaited as (
    select distinct activity, 1 as awaited from steps_defined
),
openings as (
    select event_id, 1 as opening from ticket_openings
),
relevant as (
    select e.event_id, e.at_us, e.activity
    from events as e
    left join awaited as a on e.activity = a.activity
    left join openings as o on e.event_id = o.event_id
    where a.awaited is not null or o.opening is not null
),
linked as (
    select distinct event_id, 1 as linked from subject_events
),
windows as (
    select team_id, period, from_us, to_us from periods
),
with_team as (
    select r.event_id, r.at_us, r.activity, t.team_id, l.linked
    from relevant as r
    left join event_teams as t on r.event_id = t.event_id
    left join linked as l on r.event_id = l.event_id
),
in_window as (
    select e.event_id, w.period
    from with_team as e
    inner join windows as w on e.team_id = w.team_id
    where w.from_us <= e.at_us and e.at_us < w.to_us
),
placed as (
    select
        e.event_id, e.activity, e.team_id, e.linked, s.arm, w.period
    from with_team as e
    left join study_teams as s on e.team_id = s.team_id
    left join in_window as w on e.event_id = w.event_id
),
linked_share_found as (
    select
        activity, team_id, arm, period,
        cast(count(event_id) as bigint) as events,
        cast(count(linked) as bigint) as linked
    from placed
    group by activity, team_id, arm, period
)
select * from linked_share_found
