-- A response comes after its request, and from someone else.
-- grain: one row per violation
-- reads: requests
-- writes: request_event_id text, request_us int, response_us int
-- unit: microseconds since the epoch
-- null means: nothing is null
-- open journeys: checked like any other
-- see: METHODS.md#waits

with violations as (
    select request_event_id, request_us, response_us
    from requests
    where response_us < request_us
        or working_us < 0
        or from_person = to_person
)
select * from violations
