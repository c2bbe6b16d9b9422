-- Which teams handed journeys to which, and who took part.
-- grain: one row per handoff of a journey, at the later touch
-- reads: handoffs, journey_spans
-- writes: journey_id text, touch_no int, definition text, arm text?, period text?, kind text, from_team_id text?, to_team_id text?, from_person text, to_person text, gap_us int, cause int
-- unit: microseconds between the two touches
-- null means: from_team_id, to_team_id: no team is known; arm, period: see journey_periods
-- open journeys: handoffs so far, with cause 0
-- see: METHODS.md#handoffs

-- Rows, not counts: whoever shows a cell first counts its people.
with spans as (
    select journey_id, definition, arm, period, until_us, cause
    from journey_spans
),
handed as (
    select
        journey_id, touch_no, at_us, from_us, kind, from_team_id, to_team_id,
        from_person, to_person
    from handoffs
),
handoff_flow_found as (
    select
        h.journey_id, h.touch_no, s.definition, s.arm, s.period, h.kind,
        h.from_team_id, h.to_team_id, h.from_person, h.to_person,
        h.at_us - h.from_us as gap_us, s.cause
    from handed as h
    inner join spans as s on h.journey_id = s.journey_id
    where h.at_us <= s.until_us
)
select * from handoff_flow_found
