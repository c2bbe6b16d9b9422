-- Days on which the ticket stream can speak.
-- grain: one row per day
-- reads: events, event_objects, calendar
-- writes: day int, week int, month int, starts_us int, opens_us int, is_working bool
-- unit: days; microseconds since the epoch
-- null means: nothing is null; a day without a row is not observed
-- open journeys: not about journeys
-- see: METHODS.md#silent

-- From the first opening to the last, without the months in which the whole
-- stream holds none: those are gaps in the data and never zeros. What closes in
-- a month says nothing of what was opened there.
with ticket_objects as (
    select distinct event_id
    from event_objects
    where object_id like 'ticket:%' and qualifier in ('about', 'part_of')
),
records as (
    select event_id, day
    from events
    where activity = 'help.asked'
        or (
            activity in (
                'access.requested', 'approval.requested', 'capacity.requested',
                'database.requested', 'monitoring.requested',
                'repository.requested', 'secret.requested', 'ticket.created'
            )
            and event_id in (select event_id from ticket_objects)
        )
),
days as (
    select
        day, week, month, starts_us, opens_us, working_us > 0 as is_working,
        1 as one
    from calendar
),
record_days as (
    select distinct day from records
),
months as (
    select distinct d.month
    from record_days as r
    inner join days as d on r.day = d.day
),
ends as (
    select 1 as one, min(day) as first_day, max(day) as last_day
    from record_days
),
ticket_days_found as (
    select d.day, d.week, d.month, d.starts_us, d.opens_us, d.is_working
    from days as d
    inner join months as m on d.month = m.month
    inner join ends as e on d.one = e.one
    where e.first_day <= d.day and d.day <= e.last_day
)
select * from ticket_days_found
