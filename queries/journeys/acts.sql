-- Everything that somebody did to move a journey on, whoever it was.
-- grain: one row per journey, event and kind of act
-- reads: journeys, journey_steps, subject_events, events, told_twice
-- writes: journey_id text, event_id text, kind text, at_us int, person_id text?, place int, source_rank int, source_seq int
-- unit: microseconds since the epoch
-- null means: person_id: no source can tell who
-- open journeys: acts up to as_of
-- see: METHODS.md#touches

-- Beginning and landing the steps of the journey, except later ones; tickets,
-- reviews, approvals and manual deploys about its subject. Requests and grants
-- that came by code are changes: they count as steps or not at all. Where the
-- clock of the author ran ahead, the work began no later than it landed. What is
-- told twice counts once, as the ticket's history tells it.
with all_journeys as (
    select journey_id, subject_id, window_from_us, ended_us from journeys
),
steps as (
    select
        journey_id, event_id, at_us, source_rank, source_seq, began_us,
        began_by_id, actor_id
    from journey_steps
    where not after_finish
),
linked as (
    select event_id, subject_id, activity, at_us
    from subject_events
    where not is_bulk and activity in (
        'access.granted', 'access.requested', 'approval.granted',
        'approval.requested', 'capacity.requested', 'change.reviewed',
        'database.requested', 'exception.granted', 'help.answered',
        'help.asked', 'monitoring.requested', 'policy.approved',
        'repository.requested', 'secret.granted', 'secret.requested',
        'service.deployed', 'ticket.answered', 'ticket.assigned',
        'ticket.closed', 'ticket.created', 'ticket.reopened'
    )
),
all_events as (
    select event_id, actor_id, is_bot, channel, source_rank, source_seq
    from events
),
parts as (
    select journey_id, window_from_us from all_journeys
),
moved as (
    select j.journey_id, l.event_id, l.activity, l.at_us
    from all_journeys as j
    inner join linked as l on j.subject_id = l.subject_id
    where l.at_us >= j.window_from_us and l.at_us <= j.ended_us
),
moving as (
    select
        m.journey_id, m.event_id,
        case
            when m.activity = 'change.reviewed' then 'review'
            when m.activity = 'service.deployed' then 'deploy'
            when m.activity in (
                'approval.granted', 'approval.requested', 'exception.granted',
                'policy.approved'
            ) then 'approval'
            else 'ticket'
        end as kind,
        m.at_us, e.actor_id as person_id, cast(2 as bigint) as place,
        e.source_rank, e.source_seq
    from moved as m
    inner join all_events as e on m.event_id = e.event_id
    where (e.is_bot is null or not e.is_bot)
        and (
            m.activity <> 'service.deployed'
            or (e.is_bot is not null and not e.is_bot)
        )
        and (
            m.activity in (
                'change.reviewed', 'service.deployed', 'ticket.created',
                'ticket.assigned', 'ticket.answered', 'ticket.closed',
                'ticket.reopened'
            )
            or coalesce(e.channel, 'person') <> 'code'
        )
),
begun as (
    select
        s.journey_id, s.event_id, least(s.began_us, s.at_us) as at_us,
        s.began_by_id, s.source_rank, s.source_seq
    from steps as s
    inner join parts as p on s.journey_id = p.journey_id
    where s.began_us is not null and s.began_us >= p.window_from_us
),
doubles as (
    select event_id, 1 as twice from told_twice
),
all_acts as (
    select
        journey_id, event_id, kind, at_us, person_id, place, source_rank,
        source_seq
    from moving
    union all
    select
        journey_id, event_id, 'began' as kind, at_us,
        began_by_id as person_id, cast(0 as bigint) as place, source_rank,
        source_seq
    from begun
    union all
    select
        journey_id, event_id, 'landed' as kind, at_us,
        actor_id as person_id, cast(1 as bigint) as place, source_rank,
        source_seq
    from steps
),
acts_found as (
    select
        a.journey_id, a.event_id, a.kind, a.at_us, a.person_id, a.place,
        a.source_rank, a.source_seq
    from all_acts as a
    left join doubles as d on a.event_id = d.event_id
    where d.twice is null
)
select * from acts_found
