-- What people asked for: the opening of each ticket, and each question in chat.
-- grain: one row per ticket, or per question that has no ticket
-- reads: events, event_objects
-- writes: request_id text, ticket_id text?, event_id text, at_us int, day int, person_id text?, category text?, channel text?
-- unit: microseconds since the epoch
-- null means: ticket_id: a question without a ticket; person_id, category, channel: no source says
-- open journeys: not about journeys
-- see: METHODS.md#platform-tickets

-- A ticket opens with the first request about it. What bots open is no demand.
with asking as (
    select event_id, at_us, day, activity, actor_id, category, channel
    from events
    where (is_bot is null or not is_bot)
        and activity in (
            'access.requested', 'approval.requested', 'capacity.requested',
            'database.requested', 'help.asked', 'monitoring.requested',
            'repository.requested', 'secret.requested', 'ticket.created'
        )
),
ticket_objects as (
    select distinct event_id, object_id as ticket_id
    from event_objects
    where object_id like 'ticket:%' and qualifier in ('about', 'part_of')
),
asked as (
    select
        a.event_id, a.at_us, a.day, a.activity, a.actor_id, a.category,
        a.channel, t.ticket_id,
        coalesce(t.ticket_id, a.event_id) as request_id
    from asking as a
    left join ticket_objects as t on a.event_id = t.event_id
),
ranked as (
    select
        request_id, ticket_id, event_id, at_us, day, actor_id, category,
        channel,
        cast(row_number() over (
            partition by request_id order by at_us, event_id
        ) as bigint) as place
    from asked
    where ticket_id is not null or activity = 'help.asked'
),
ticket_openings_found as (
    select
        request_id, ticket_id, event_id, at_us, day, actor_id as person_id,
        category, channel
    from ranked
    where place = 1
)
select * from ticket_openings_found
