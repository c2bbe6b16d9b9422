-- Weeks in which a subject was alive, and who owned it.
-- grain: one row per subject and week
-- reads: subject_events, calendar, subject_owners, parameters
-- writes: subject_id text, week int, week_us int, team_id text?
-- unit: weeks by their Monday; microseconds since the epoch
-- null means: team_id: nobody owns it that a source can tell
-- open journeys: not about journeys
-- see: METHODS.md#service-weeks

-- Alive from the first event about it to 13 weeks (91 days) after the last, or
-- to its retirement where nothing came after that.
with linked as (
    select subject_id, at_us, activity from subject_events
),
lives as (
    select subject_id, min(at_us) as first_us, max(at_us) as last_us
    from linked
    where activity not in ('component.retired', 'metadata.deregistered')
    group by subject_id
),
retirements as (
    select subject_id, max(at_us) as retired_us
    from linked
    where activity in ('component.retired', 'metadata.deregistered')
    group by subject_id
),
spans as (
    select
        l.subject_id, l.first_us, 1 as one,
        case
            when r.retired_us > l.last_us then r.retired_us
            else l.last_us + 7862400000000
        end as until_us
    from lives as l
    left join retirements as r on l.subject_id = r.subject_id
),
mondays as (
    select week, starts_us as week_us, 1 as one from calendar where day = week
),
alive as (
    select s.subject_id, m.week, m.week_us
    from spans as s
    inner join mondays as m on s.one = m.one
    cross join parameters as p
    where s.first_us <= m.week_us
        and m.week_us < s.until_us
        and m.week_us <= p.as_of_us
),
owned as (
    select a.subject_id, a.week, min(o.team_id) as team_id
    from alive as a
    inner join subject_owners as o on a.subject_id = o.subject_id
    where o.from_us <= a.week_us and (o.to_us is null or a.week_us < o.to_us)
    group by a.subject_id, a.week
),
subject_weeks_found as (
    select a.subject_id, a.week, a.week_us, o.team_id
    from alive as a
    left join owned as o on a.subject_id = o.subject_id and a.week = o.week
)
select * from subject_weeks_found
