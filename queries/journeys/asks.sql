-- What was asked for and what may answer it, by thread.
-- grain: one row per event
-- reads: events, event_objects, subject_events, told_twice, parameters
-- writes: thread_id text, kind text, event_id text, act text, at_us int, person_id text?
-- unit: microseconds since the epoch
-- null means: person_id: no source can tell who
-- open journeys: not about journeys
-- see: METHODS.md#waits

-- A thread is the ticket, else for approvals the change, else the subject. On a
-- ticket any request is asked there and any answer answers it; without one, a
-- request is answered by a grant of its own kind. A bot may close what was
-- asked; what else it says is no request and no answer. act: ask, answer, close
-- or reopen; a closing by another party is an answer too.
with all_events as (
    select event_id, at_us, activity, actor_id, is_bot
    from events
    where not is_bulk and activity in (
        'access.granted', 'access.requested', 'approval.granted',
        'approval.requested', 'capacity.requested', 'database.requested',
        'exception.granted', 'help.answered', 'help.asked',
        'monitoring.requested', 'policy.approved', 'repository.requested',
        'secret.granted', 'secret.requested', 'ticket.answered',
        'ticket.closed', 'ticket.created', 'ticket.reopened'
    )
),
doubles as (
    select event_id, 1 as twice from told_twice
),
objects_of_events as (
    select event_id, object_id
    from event_objects
    where qualifier in ('about', 'part_of')
),
subjects as (
    select event_id, min(subject_id) as subject_id
    from subject_events
    group by event_id
),
in_time as (
    select e.event_id, e.at_us, e.activity, e.actor_id
    from all_events as e
    left join doubles as d on e.event_id = d.event_id
    cross join parameters as p
    where e.at_us <= p.as_of_us
        and d.twice is null
        and (
            e.is_bot is null or not e.is_bot or e.activity = 'ticket.closed'
        )
),
objects_of_asks as (
    select i.event_id, o.object_id
    from in_time as i
    inner join objects_of_events as o on i.event_id = o.event_id
),
threads_of_asks as (
    select
        event_id,
        min(case when object_id like 'ticket:%' then object_id end)
            as ticket_id,
        min(case when object_id like 'change:%' then object_id end)
            as change_id
    from objects_of_asks
    group by event_id
),
with_thread as (
    select
        e.event_id, e.at_us, e.activity, e.actor_id, t.ticket_id, t.change_id
    from in_time as e
    left join threads_of_asks as t on e.event_id = t.event_id
),
threads as (
    select
        e.event_id, e.at_us, e.activity, e.actor_id,
        case
            when e.ticket_id is not null then e.ticket_id
            when e.activity in ('approval.granted', 'approval.requested')
                then coalesce(e.change_id, s.subject_id)
            else coalesce(s.subject_id, e.change_id)
        end as thread_id,
        case
            when e.ticket_id is not null then 'ticket'
            when e.activity in ('access.granted', 'access.requested')
                then 'access'
            when e.activity in ('secret.granted', 'secret.requested')
                then 'secret'
            when e.activity in ('approval.granted', 'approval.requested')
                then 'approval'
            when e.activity in ('help.answered', 'help.asked') then 'help'
            else 'none'
        end as kind
    from with_thread as e
    left join subjects as s on e.event_id = s.event_id
),
asks_found as (
    select
        thread_id, kind, event_id,
        case
            when activity in (
                'access.requested', 'approval.requested', 'capacity.requested',
                'database.requested', 'help.asked', 'monitoring.requested',
                'repository.requested', 'secret.requested', 'ticket.created'
            ) then 'ask'
            when activity = 'ticket.closed' then 'close'
            when activity = 'ticket.reopened' then 'reopen'
            else 'answer'
        end as act,
        at_us, actor_id as person_id
    from threads
    where thread_id is not null and kind <> 'none'
)
select * from asks_found
