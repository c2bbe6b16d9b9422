-- How often a version of a subject was written to an environment, and how often that was a deploy.
-- grain: one row per subject and environment
-- reads: service_deploys
-- writes: subject_id text, environment text, writes int, deploys int, gate_known bool
-- unit: writes; deploys
-- null means: nothing is null; a subject without a row was never written there
-- open journeys: not about journeys
-- see: METHODS.md#deployment_frequency

with written as (
    select
        subject_id, environment, event_id, gate_known,
        cast(case when is_deploy then 1 else 0 end as bigint) as deploys
    from service_deploys
),
deploy_writes_found as (
    select
        subject_id, environment, cast(count(event_id) as bigint) as writes,
        cast(sum(deploys) as bigint) as deploys, gate_known
    from written
    group by subject_id, environment, gate_known
)
select * from deploy_writes_found
