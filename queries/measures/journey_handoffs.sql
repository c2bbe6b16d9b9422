-- Handoffs and touches of each journey.
-- grain: one row per journey
-- reads: journey_spans, handoffs, touches, acts
-- writes: journey_id text, definition text, team_id text?, arm text?, period text?, standing text, cause int, team_handoffs int, people_handoffs int, touches int, people int, unknown_touches int
-- unit: handoffs; touches; people
-- null means: team_id, arm, period: see journey_periods
-- open journeys: counted so far, with cause 0; only those with cause 1 enter a mean
-- see: METHODS.md#handoffs

-- people_handoffs: between people of whom one at least has no known team; never
-- added to team_handoffs.
with spans as (
    select
        journey_id, definition, team_id, arm, period, standing, cause, until_us
    from journey_spans
),
handed as (
    select
        h.journey_id,
        cast(case when h.kind = 'teams' then 1 else 0 end as bigint) as teams,
        cast(case when h.kind = 'people' then 1 else 0 end as bigint) as people
    from handoffs as h
    inner join spans as s on h.journey_id = s.journey_id
    where h.at_us <= s.until_us
),
handoff_counts as (
    select
        journey_id, cast(sum(teams) as bigint) as teams,
        cast(sum(people) as bigint) as people
    from handed
    group by journey_id
),
touched as (
    select t.journey_id, t.person_id
    from touches as t
    inner join spans as s on t.journey_id = s.journey_id
    where t.at_us <= s.until_us
),
touches_of_people as (
    select journey_id, person_id, cast(count(*) as bigint) as touches
    from touched
    group by journey_id, person_id
),
touch_counts as (
    select
        journey_id, cast(sum(touches) as bigint) as touches,
        cast(count(person_id) as bigint) as people
    from touches_of_people
    group by journey_id
),
nobodys_acts as (
    select a.journey_id, a.event_id
    from acts as a
    inner join spans as s on a.journey_id = s.journey_id
    where a.person_id is null and a.at_us <= s.until_us
),
unknown_counts as (
    select journey_id, cast(count(event_id) as bigint) as acts
    from nobodys_acts
    group by journey_id
),
journey_handoffs_found as (
    select
        s.journey_id, s.definition, s.team_id, s.arm, s.period, s.standing,
        s.cause, cast(coalesce(h.teams, 0) as bigint) as team_handoffs,
        cast(coalesce(h.people, 0) as bigint) as people_handoffs,
        cast(coalesce(t.touches, 0) as bigint) as touches,
        cast(coalesce(t.people, 0) as bigint) as people,
        cast(coalesce(u.acts, 0) as bigint) as unknown_touches
    from spans as s
    left join handoff_counts as h on s.journey_id = h.journey_id
    left join touch_counts as t on s.journey_id = t.journey_id
    left join unknown_counts as u on s.journey_id = u.journey_id
)
select * from journey_handoffs_found
