-- Handoffs: two consecutive touches by different parties.
-- grain: one row per handoff, at the later touch
-- reads: touches, touch_teams
-- writes: journey_id text, at_us int, touch_no int, from_us int, from_person text, to_person text, from_team_id text?, to_team_id text?, kind text
-- unit: microseconds since the epoch
-- null means: from_team_id, to_team_id: no team is known; of several the smallest id stands
-- open journeys: handoffs up to as_of
-- see: METHODS.md#handoffs

-- teams: both have known teams and share none. people: different people, and
-- of one at least no team is known. People of one team hand nothing over.
with all_touches as (
    select journey_id, touch_no, at_us, person_id from touches
),
teams_of_touches as (
    select journey_id, touch_no, team_id from touch_teams
),
first_teams as (
    select journey_id, touch_no, min(team_id) as team_id
    from teams_of_touches
    group by journey_id, touch_no
),
pairs as (
    select
        journey_id, touch_no, touch_no - 1 as from_no, at_us,
        person_id as to_person,
        lag(at_us) over (
            partition by journey_id order by touch_no
        ) as from_us,
        lag(person_id) over (
            partition by journey_id order by touch_no
        ) as from_person
    from all_touches
),
changes as (
    select journey_id, touch_no, from_no, at_us, from_us, from_person, to_person
    from pairs
    where from_person is not null and from_person <> to_person
),
with_from_team as (
    select
        c.journey_id, c.touch_no, c.from_no, c.at_us, c.from_us,
        c.from_person, c.to_person, t.team_id as from_team_id
    from changes as c
    left join first_teams as t
        on c.journey_id = t.journey_id and c.from_no = t.touch_no
),
with_teams as (
    select
        c.journey_id, c.touch_no, c.from_no, c.at_us, c.from_us,
        c.from_person, c.to_person, c.from_team_id, t.team_id as to_team_id
    from with_from_team as c
    left join first_teams as t
        on c.journey_id = t.journey_id and c.touch_no = t.touch_no
),
teams_before as (
    select c.journey_id, c.touch_no, t.team_id
    from changes as c
    inner join teams_of_touches as t
        on c.journey_id = t.journey_id and c.from_no = t.touch_no
),
shared as (
    select distinct b.journey_id, b.touch_no, 1 as shares
    from teams_before as b
    inner join teams_of_touches as t
        on b.journey_id = t.journey_id
        and b.touch_no = t.touch_no
        and b.team_id = t.team_id
),
handoffs_found as (
    select
        c.journey_id, c.at_us, c.touch_no, c.from_us, c.from_person,
        c.to_person, c.from_team_id, c.to_team_id,
        case
            when c.from_team_id is null or c.to_team_id is null then 'people'
            else 'teams'
        end as kind
    from with_teams as c
    left join shared as s
        on c.journey_id = s.journey_id and c.touch_no = s.touch_no
    where s.shares is null
)
select * from handoffs_found
