-- Which entries of the catalog are looked at before and after, and for which team.
-- grain: one row per team and component
-- reads: coverage_instants, coverage_entries, subject_teams
-- writes: team_id text, arm text, component_id text, before_us int?, after_us int?
-- unit: microseconds since the epoch
-- null means: before_us: no team that is compared had it before; after_us: it is gone or retired after
-- open journeys: not about journeys
-- see: METHODS.md#metadata_coverage

-- Those with both instants are the fixed cohort: alive before and after, by the
-- team that works on them, and by the declared owner only where nobody does: an
-- entry without a good owner is somebody's all the same. The others came or
-- went: they enter the open population only. Before: at the end of the team's before
-- window; after: at the end of its after window, or as_of where that is first.
with edges as (
    select instant_us, purpose, team_id, arm
    from coverage_instants
    where purpose in ('before', 'after')
),
windows as (
    select
        b.team_id, b.arm, b.instant_us as before_us, a.instant_us as after_us
    from edges as b
    inner join edges as a on b.team_id = a.team_id
    where b.purpose = 'before' and a.purpose = 'after'
),
entries as (
    select instant_us, component_id, team_id as owner_id
    from coverage_entries
    where not is_retired
),
workers as (
    select subject_id, team_id as worker_id from subject_teams
),
living as (
    select
        e.instant_us, e.component_id,
        coalesce(w.worker_id, e.owner_id) as team_id
    from entries as e
    left join workers as w on e.component_id = w.subject_id
),
held as (
    select w.team_id, w.arm, e.component_id, w.before_us, w.after_us
    from windows as w
    inner join living as e
        on w.team_id = e.team_id and w.before_us = e.instant_us
),
held_once as (
    select distinct component_id, 1 as held from held
),
with_after as (
    select
        h.team_id, h.arm, h.component_id, h.before_us,
        e.instant_us as after_us
    from held as h
    left join living as e
        on h.after_us = e.instant_us and h.component_id = e.component_id
),
came as (
    select w.team_id, w.arm, e.component_id, w.after_us
    from windows as w
    inner join living as e
        on w.team_id = e.team_id and w.after_us = e.instant_us
    left join held_once as h on e.component_id = h.component_id
    where h.held is null
),
coverage_cohort_found as (
    select team_id, arm, component_id, before_us, after_us from with_after
    union all
    select
        team_id, arm, component_id, cast(null as bigint) as before_us, after_us
    from came
)
select * from coverage_cohort_found
