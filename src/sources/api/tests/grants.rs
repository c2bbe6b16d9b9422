//! What a ticket asked for is granted by the end that its system tells, wherever it tells that.

use serde_json::{Value, json};

use crate::log::to_rfc3339;
use crate::sources::api::recorded::Bench;

/// When access was granted.
fn granted(bench: &Bench) -> Vec<String> {
    let facts = bench.facts();
    let granted = facts.events.iter().filter(|event| event.activity == "access.granted");
    for event in granted.clone() {
        let about = facts.event_objects.iter().filter(|link| link.event_id == event.event_id);
        assert!(about.clone().any(|link| link.object_id.starts_with("ticket:")), "{event:?}");
        assert_eq!(event.channel.as_deref(), Some("ticket"));
    }
    granted.map(|event| to_rfc3339(event.at_us)).collect()
}

fn study(kind: &str, more: &str) -> String {
    format!(
        "[environments]\norder = [\"production\"]\n[[repositories]]\nname = \"service-0\"\n[[apis]]\nid = \"x\"\nkind = \"{kind}\"\n\
         url = \"https://fake.test\"\n{more}\n[[apis.classify]]\ncolumn = \"COLUMN\"\nmatches = \"^Access\"\n\
         activity = \"access.requested\"\n"
    )
}

#[test]
fn an_issue_on_github_that_ends_as_completed_grants() {
    let told = |endings: &[Option<&str>]| {
        let mut bench = Bench::new(&study("github", "owners = [\"acme\"]").replace("COLUMN", "title"));
        bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
        bench.put(
            "issues",
            "O_1/7",
            [json!({
                "number": 3, "title": "Access to service-0", "state": "CLOSED", "created_at": "2025-01-01T00:00:00Z",
                "closed_at": format!("2025-01-0{}T00:00:00Z", endings.len() + 1),
            })],
        );
        let event = |(how, day): (&Option<&str>, usize)| {
            json!({
                "id": format!("E{day}"), "__typename": "ClosedEvent", "state_reason": how, "actor": {"login": "bob"},
                "created_at": format!("2025-01-0{day}T00:00:00Z"), "_of": {"number": 3},
            })
        };
        bench.put("issue_events", "O_1/7", endings.iter().zip(2..).map(event));
        granted(&bench)
    };
    assert_eq!(told(&[Some("COMPLETED")]), ["2025-01-02T00:00:00Z"]);
    assert_eq!(told(&[None]), ["2025-01-02T00:00:00Z"], "most requests end without a word");
    assert!(told(&[Some("NOT_PLANNED")]).is_empty());
    assert_eq!(told(&[Some("NOT_PLANNED"), Some("COMPLETED"), Some("COMPLETED")]), ["2025-01-03T00:00:00Z"]);
}

#[test]
fn an_issue_on_gitlab_that_is_closed_grants() {
    let told = |more: &Value, with_event: bool| {
        let mut bench = Bench::new(
            &study("gitlab", "owners = [\"acme\"]").replace("COLUMN", "title").replace("fake.test", "fake.test/api/v4"),
        );
        bench.put("projects", "group/10", [json!({"id": 7, "path_with_namespace": "acme/service-0"})]);
        let mut issue = json!({
            "id": 70, "iid": 3, "title": "Access to service-0", "state": "closed", "issue_type": "issue",
            "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-02T00:00:00Z", "closed_at": "2025-01-02T00:00:00Z",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            issue[name] = value.clone();
        }
        bench.put("issues", "group/10/7", [issue]);
        if with_event {
            let event =
                json!({"id": 1, "state": "closed", "created_at": "2025-01-02T00:00:00Z", "user": {"username": "bob"}});
            bench.put("issue_states", "group/10/7/3", [event]);
        }
        granted(&bench)
    };
    assert_eq!(told(&json!({}), true), ["2025-01-02T00:00:00Z"]);
    assert_eq!(told(&json!({}), false), ["2025-01-02T00:00:00Z"], "by the issue itself, where no event tells its end");
    assert!(told(&json!({"moved_to_id": 99}), true).is_empty(), "it went where nobody reads");
}

#[test]
fn a_work_item_on_azure_devops_that_is_done_grants() {
    let mut bench = Bench::new(&study("azure-devops", "owners = [\"Shop\"]").replace("COLUMN", "title"));
    bench.put("projects", "", [json!({"id": "p1", "name": "Shop"})]);
    let revision = |rev: u32, state: &str, reason: &str| {
        json!({
            "id": 3, "rev": rev, "fields": {
                "System.Id": 3, "System.Rev": rev, "System.Title": "Access to service-0", "System.State": state,
                "System.Reason": reason, "System.WorkItemType": "Task", "System.CreatedDate": "2025-01-01T00:00:00Z",
                "System.ChangedDate": format!("2025-01-0{rev}T00:00:00Z"),
            },
        })
    };
    let states = [("Active", "New"), ("Closed", "Duplicate"), ("Active", "Reopened"), ("Closed", "Fixed")];
    bench.put("work-items", "p1", states.iter().zip(1..).map(|((state, reason), rev)| revision(rev, state, reason)));
    assert_eq!(granted(&bench), ["2025-01-04T00:00:00Z"], "the first end that does not decline it");
}

#[test]
fn a_request_on_servicenow_whose_end_the_audit_tells_grants() {
    let told = |state: &str| {
        let mut bench = Bench::new(&study("servicenow", "user = \"reader\"").replace("COLUMN", "cat_item.name"));
        bench.put("sc_req_item", "", [json!({
            "sys_id": "i1", "number": "RITM1", "opened_at": "2025-05-01 10:00:00", "state": state, "active": "false",
            "closed_at": "2025-05-02 10:00:00", "cat_item.name": "Access to a database", "sys_created_by": "jane-doe",
        })]);
        bench.put(
            "sc_req_item_audit",
            "",
            [json!({
                "sys_id": "a1", "documentkey": "i1", "fieldname": "state", "oldvalue": "2", "newvalue": state,
                "sys_created_on": "2025-05-02 10:00:00", "user": "bob-roe",
            })],
        );
        granted(&bench)
    };
    assert_eq!(told("3"), ["2025-05-02T10:00:00Z"]);
    assert!(told("4").is_empty());
}
