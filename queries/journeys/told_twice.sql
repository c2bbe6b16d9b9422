-- Closings of an export that the ticket's own history tells better.
-- grain: one row per event that is told twice
-- reads: events, event_objects, observations
-- writes: event_id text
-- unit: none
-- null means: nothing is null
-- open journeys: not about journeys
-- see: METHODS.md#told-twice

-- An export knows a closing to the minute or the day, and often guesses who
-- closed. Where the history has a closing of the same ticket within a day of
-- it, the export's closing, and the grant that came of it, are the same act.
with histories as (
    select distinct source from observations where stream = 'ticket-history'
),
exports as (
    select distinct source from observations where stream = 'tickets'
),
tickets_of_events as (
    select event_id, object_id as ticket_id
    from event_objects
    where object_id like 'ticket:%' and qualifier in ('about', 'part_of')
),
closings as (
    select event_id, activity, at_us, source
    from events
    where activity in ('access.granted', 'secret.granted', 'ticket.closed')
),
placed as (
    select c.event_id, c.activity, c.at_us, c.source, t.ticket_id
    from closings as c
    inner join tickets_of_events as t on c.event_id = t.event_id
),
exact as (
    select p.ticket_id, p.at_us
    from placed as p
    inner join histories as h on p.source = h.source
    where p.activity = 'ticket.closed'
),
exported as (
    select p.event_id, p.ticket_id, p.at_us
    from placed as p
    inner join exports as x on p.source = x.source
),
told_twice_found as (
    select distinct e.event_id
    from exported as e
    inner join exact as x on e.ticket_id = x.ticket_id
    where e.at_us - x.at_us <= 86400000000
        and x.at_us - e.at_us <= 86400000000
)
select * from told_twice_found
