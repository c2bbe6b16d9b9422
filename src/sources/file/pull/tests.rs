//! Whole pulls of tiny files.

use std::path::Path;

use super::*;
use crate::config::{Overrides, load};
use crate::log::{Event, Identity, IdentityKey, Signature, to_rfc3339};

/// Numbers people in the order they are met, so that tests can tell them apart.
#[derive(Default)]
struct Met(Vec<String>);

impl Register for Met {
    fn identity(&mut self, who: Signature<'_>) -> Option<Identity> {
        let shown = who.email.or(who.handle).or(who.name)?.to_lowercase();
        let place = self.0.iter().position(|known| *known == shown).unwrap_or_else(|| {
            self.0.push(shown.clone());
            self.0.len() - 1
        });
        Some(Identity { id: format!("i-{place}"), is_bot: shown.contains("[bot]") })
    }
    fn same_person(&mut self, _: Signature<'_>, _: Signature<'_>) {}
    fn word(&self, word: &str) -> String {
        word.to_owned()
    }
    fn new_keys(&mut self) -> Vec<IdentityKey> {
        Vec::new()
    }
}

pub(super) struct Study(pub(super) tempfile::TempDir);

impl Study {
    pub(super) fn with(entry: &str, files: &[(&str, &str)]) -> Self {
        let study = Self(tempfile::tempdir().unwrap());
        let text = format!(
            "[study]\nname = \"t\"\nzone = \"Europe/London\"\n[environments]\norder = [\"test\", \"production\"]\n\
             [environments.spellings]\nproduction = [\"prod\"]\n[aliases]\nwhitehall = \"whitehall-admin\"\n\
             [[files]]\nid = \"f\"\npaths = [\"in/*\"]\n{entry}"
        );
        std::fs::write(study.0.path().join("milepost.toml"), text).unwrap();
        std::fs::create_dir(study.0.path().join("in")).unwrap();
        for (name, content) in files {
            std::fs::write(study.0.path().join("in").join(name), content).unwrap();
        }
        study
    }

    pub(super) fn pull(&self) -> Result<Pulled, String> {
        let settings = load(&self.0.path().join("milepost.toml"), &Overrides::default()).unwrap();
        let parquet = |_: &Path, wanted: &[String]| {
            let cells = wanted.iter().map(|name| Some(format!("{name}-1"))).collect();
            let row = super::super::RawRow { line: 1, cells: Ok(cells) };
            Ok(Table { columns: wanted.to_vec(), rows: Box::new(std::iter::once(Ok(row))) })
        };
        let what = Pull { settings: &settings, file: &settings.files[0], source_rank: 3, parquet: &parquet };
        let pulled = pull(&what, &mut Met::default()).map_err(|error| error.to_string())?;
        assert_eq!(pulled.fingerprint, fingerprint(&settings, &settings.files[0]).unwrap());
        Ok(pulled)
    }

    pub(super) fn facts(&self) -> Facts {
        self.pull().unwrap().facts
    }
}

pub(super) fn shown(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .map(|event| {
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let at = to_rfc3339(event.at_us);
            format!("{} {at} {} {} {}", event.activity, or(&event.actor_id), or(&event.environment), or(&event.outcome))
        })
        .collect()
}

pub(super) fn caveat(facts: &Facts, kind: CaveatKind) -> Vec<(i64, &str, &str)> {
    let found = facts.caveats.iter().filter(|caveat| caveat.kind == kind.as_str());
    found.map(|caveat| (caveat.count, caveat.detail.as_str(), caveat.example.as_str())).collect()
}

const TICKETS: &str = "stream = \"tickets\"\n[files.columns]\nkey = \"Key\"\ncreated = \"Created\"\n";

#[test]
fn a_ticket_becomes_events_links_and_objects() {
    let study = Study::with(
        "stream = \"tickets\"\ncolumns = { key = \"Key\", created = \"Created\", closed = \"Closed\", opened_by = \"By\", \
         assignee = \"For\", team = \"Team\", component = \"Part\", status = \"Status\", title = \"Title\" }\n\
         classify = [{ column = \"Title\", matches = \"(?i)access\", category = \"access\", activity = \"access.requested\" }]\n",
        &[(
            "t.csv",
            "Key,Created,Closed,By,For,Team,Part,Status,Title\n\
             A-1,2024-01-02T09:00:00Z,2024-01-03T09:00:00Z,Jane Doe,bob,core,\"pay-api, ledger\",Done,Access to search-v2 for jane-doe\n\
             A-2,2024-01-05 09:00,,jane@acme.test,,core,,Open,whitehall is down\n\
             A-3,2024-01-06 09:00,2024-01-07 09:00,bob,bob,,,Rejected,access\n",
        )],
    );
    let facts = study.facts();
    assert_eq!(
        shown(&facts.events),
        [
            "ticket.created 2024-01-02T09:00:00Z i-1 - -",
            "access.requested 2024-01-02T09:00:00Z i-1 - -",
            "ticket.closed 2024-01-03T09:00:00Z i-0 - done",
            "ticket.created 2024-01-05T09:00:00Z i-2 - -",
            "ticket.created 2024-01-06T09:00:00Z i-0 - -",
            "access.requested 2024-01-06T09:00:00Z i-0 - -",
            "ticket.closed 2024-01-07T09:00:00Z i-0 - declined",
            "access.granted 2024-01-03T09:00:00Z i-0 - -",
        ]
    );
    let first = &facts.events[0];
    assert_eq!((first.event_id.as_str(), first.evidence.as_str()), ("file:f:A-1:ticket.created", "file:in/t.csv#2"));
    assert_eq!((first.source_rank, first.source_seq, first.channel.as_deref()), (3, 2, Some("ticket")));
    assert_eq!(first.category.as_deref(), Some("access"));
    let links: Vec<String> = facts
        .object_links
        .iter()
        .map(|link| format!("{} {} {} {} {}", link.from_id, link.qualifier, link.to_id, link.rule, link.confidence))
        .collect();
    assert_eq!(
        links,
        [
            "ticket:A-1 sent_to team:core field 100",
            "ticket:A-1 mentions component:ledger field 100",
            "ticket:A-1 mentions component:pay-api field 100",
            "ticket:A-1 mentions component:search-v2 title 70",
            "ticket:A-2 sent_to team:core field 100",
            "ticket:A-2 mentions component:whitehall title 70",
        ]
    );
    let objects: Vec<_> = facts.objects.iter().map(|object| object.object_id.as_str()).collect();
    assert_eq!(
        objects,
        ["component:ledger", "component:pay-api", "team:core", "ticket:A-1", "ticket:A-2", "ticket:A-3"]
    );
    assert_eq!(facts.event_objects.iter().filter(|row| row.event_id == first.event_id).count(), 3);
    let seen = &facts.observations[0];
    assert_eq!((seen.source.as_str(), seen.stream.as_str(), seen.records, seen.refused), ("file:f", "tickets", 3, 0));
}

#[test]
fn nothing_that_a_person_or_a_title_says_reaches_a_row() {
    let study = Study::with(
        "stream = \"tickets\"\nbad-rows-percent = 60\ncolumns = { key = \"k\", created = \"c\", opened_by = \"o\", title = \"t\" }\n",
        &[(
            "t.csv",
            "k,c,o,t\nA,2024-01-01,Zora Quill <zora.quill@acme.test>,ask zora.quill or @zora zora-quill\nB,zora quill,x,y\n",
        )],
    );
    let shown = format!("{:?}", study.pull().unwrap()).to_lowercase();
    assert!(!shown.contains("zora") && !shown.contains("quill"), "{shown}");
}

#[test]
fn bad_rows_are_counted_by_file_column_and_reason() {
    let rows = "K,2024-01-01\n".repeat(200);
    let study = Study::with(TICKETS, &[("t.csv", &format!("Key,Created\nX,yesterday\n{rows},2024-01-01\n"))]);
    let facts = study.facts();
    assert_eq!(
        caveat(&facts, CaveatKind::BadRow),
        [
            (
                1,
                "`in/t.csv`: column `Created`: no time in the format `rfc3339` (0 digits, no `T`, no `:`)",
                "file:in/t.csv#2"
            ),
            (1, "`in/t.csv`: column `Key`: empty, but required", "file:in/t.csv#203"),
        ]
    );
    assert_eq!((facts.observations[0].records, facts.observations[0].refused), (200, 2));
}

#[test]
fn too_many_bad_rows_stop_the_pull_and_the_first_are_listed() {
    let study = Study::with(TICKETS, &[("t.csv", "Key,Created\nA,2024-01-01\nB,Jane\nC\nD,31/01/2024\n")]);
    let error = study.pull().unwrap_err();
    assert!(error.starts_with("in/t.csv: 3 of 4 rows cannot be read, more than 1%"), "{error}");
    assert!(error.contains("in/t.csv:3: column `Created`: no time in the format `rfc3339` (0 digits"), "{error}");
    assert!(error.contains("in/t.csv:4: column `Created`: the row has 1 cells and the header 2"), "{error}");
    assert!(!error.contains("Jane") && !error.contains("31/01"), "{error}");
}

#[test]
fn a_cut_off_file_a_missing_column_and_a_missing_file_are_named() {
    let cut = Study::with(TICKETS, &[("t.csv", "Key,Created\nA,2024-01-01\nB,\"2024-01")]).pull().unwrap_err();
    assert!(cut.starts_with("in/t.csv:3: the file ends inside a quoted cell"), "{cut}");
    let missing = Study::with(TICKETS, &[("t.csv", "Key,created_at,Creatd\n")]).pull().unwrap_err();
    assert!(missing.contains("no column `Created` (files.f, for `created`)"), "{missing}");
    assert!(
        missing.contains("the columns are `Key`, `created_at`, `Creatd`") && missing.contains("nearest are `Creatd`"),
        "{missing}"
    );
    let semicolons = Study::with(TICKETS, &[("t.csv", "Key;Created\n")]).pull().unwrap_err();
    assert!(semicolons.contains("`separator`"), "{semicolons}");
    let study = Study::with(&TICKETS.replace("[files.columns]", "format = \"csv\"\n[files.columns]"), &[]);
    std::fs::write(study.0.path().join("tickets.csv"), "").unwrap();
    let none = study.pull().unwrap_err();
    assert!(none.starts_with("files.f: `in/*` matches no file below"), "{none}");
}

#[test]
fn an_empty_file_is_a_silence_and_only_a_missing_header_an_error() {
    let facts = Study::with(TICKETS, &[("t.csv", "Key,Created\n")]).facts();
    assert_eq!(caveat(&facts, CaveatKind::SilentStream), [(1, "the file holds no dated record", "file:f")]);
    assert!(facts.observations.is_empty() && facts.events.is_empty());
    assert_eq!(caveat(&Study::with(TICKETS, &[("t.jsonl", "")]).facts(), CaveatKind::SilentStream).len(), 1);
    let error = Study::with(TICKETS, &[("t.csv", "")]).pull().unwrap_err();
    assert!(error.contains("`in/t.csv` is empty"), "{error}");
}

#[test]
fn a_record_that_comes_twice_counts_once_and_the_later_row_wins() {
    let study = Study::with(
        TICKETS,
        &[
            ("a.csv", "Key,Created\nA,2024-01-01\nA,2024-01-01\nB,2024-01-01\n"),
            ("b.csv", "Key,Created\nB,2024-01-02\n"),
        ],
    );
    let facts = study.facts();
    assert_eq!(
        shown(&facts.events),
        ["ticket.created 2024-01-01T00:00:00Z - - -", "ticket.created 2024-01-02T00:00:00Z - - -"]
    );
    assert_eq!(
        caveat(&facts, CaveatKind::DuplicateRecord),
        [
            (1, "delivered again with other content; the later row counts", "file:in/b.csv#2"),
            (1, "delivered again with the same content", "file:in/a.csv#3"),
        ]
    );
}

#[test]
fn silent_months_and_contradicting_times_are_said() {
    let entry = "stream = \"tickets\"\ncolumns = { key = \"k\", created = \"c\", closed = \"d\" }\n";
    let study = Study::with(entry, &[("t.csv", "k,c,d\nA,2024-01-01,2024-01-02\nB,2024-04-02,2024-04-01\n")]);
    let facts = study.facts();
    assert_eq!(caveat(&facts, CaveatKind::SilentStream), [(2, "no record in `2024-02`, `2024-03`", "file:f")]);
    assert_eq!(caveat(&facts, CaveatKind::ClockSkew), [(1, "closed before it was created", "file:in/t.csv#3")]);
    assert_eq!(facts.events.len(), 4);
}

#[test]
fn deployments_know_their_environments_and_outcomes() {
    let study = Study::with(
        "stream = \"deployments\"\nconstants = { channel = \"code\" }\nvalues = { outcome = { KO = \"failed\" } }\n\
         columns = { id = \"i\", component = \"c\", environment = \"e\", at = \"t\", outcome = \"o\", version = \"v\" }\n",
        &[(
            "d.csv",
            "i,c,e,t,o,v\n1,a,Prod,2024-01-01,Succeeded,v1\n2,a,production,2024-01-02,KO,v2\n3,a,qa,2024-01-03,ok,v3\n\
             4,a,TEST,2024-01-04,rolled back,v1\n",
        )],
    );
    let facts = study.facts();
    assert_eq!(
        shown(&facts.events),
        [
            "service.deployed 2024-01-01T00:00:00Z - production success",
            "service.deployed 2024-01-02T00:00:00Z - production failure",
            "service.rolledback 2024-01-04T00:00:00Z - test -",
        ]
    );
    let unknown = "rows in environments that the study does not list were left out: `qa`";
    assert_eq!(caveat(&facts, CaveatKind::UnknownEnvironment), [(1, unknown, "file:in/d.csv#4")]);
    assert_eq!(facts.object_changes[0].value.as_deref(), Some("v1"));
    assert_eq!(facts.events[0].channel.as_deref(), Some("code"));
}

#[test]
fn a_rule_says_which_environment_a_run_deployed_to() {
    let rows = "i,r,t,n\n1,a,2024-01-01,Deploy\n2,a,2024-01-02,Deploy to TEST\n3,a,2024-01-03,Deploy to preview-7\n\
                4,a,2024-01-04,Deploy to jane-doe\n5,a,2024-01-05,Build\n";
    let entry = |rule: &str| {
        format!(
            "stream = \"pipeline-runs\"\ncolumns = {{ id = \"i\", repository = \"r\", finished = \"t\", name = \"n\" }}\n\
             classify = [{{ column = \"n\", matches = '^Deploy( to (?<environment>.+))?$', activity = \"service.deployed\", {rule} }}]\n"
        )
    };
    let facts = Study::with(&entry("environment = \"Prod\""), &[("r.csv", rows)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "service.deployed 2024-01-01T00:00:00Z - production -",
            "service.deployed 2024-01-02T00:00:00Z - test -",
            "pipelinerun.finished 2024-01-05T00:00:00Z - - -",
        ]
    );
    let unknown = "rows in environments that the study does not list were left out: `preview-7`, `…`";
    assert_eq!(caveat(&facts, CaveatKind::UnknownEnvironment), [(2, unknown, "file:in/r.csv#4")]);
    let refused =
        Study::with(&entry("environment = \"live\""), &[("r.csv", rows)]).pull().map(|_| ()).expect_err("unlisted");
    assert!(refused.contains("files.f.classify") && refused.contains("`live`"), "{refused}");
}

#[test]
fn registrations_open_and_close_in_the_order_of_time() {
    let study = Study::with(
        "stream = \"events\"\ncolumns = { at = \"t\", activity = \"a\", component = \"c\", environment = \"e\", template = \"m\" }\n",
        &[(
            "e.csv",
            "t,a,c,e,m\n2024-03-01,environment.registered,x,prod,\n2024-02-01,environment.deregistered,x,prod,\n\
             2024-01-01,environment.registered,x,prod,\n2024-01-15,environment.registered,x,prod,\n\
             2024-01-09,environment.deregistered,y,test,\n2024-01-10,template.run,z,,go-api\n",
        )],
    );
    let facts = study.facts();
    let mut links: Vec<_> = facts
        .object_links
        .iter()
        .map(|link| {
            let until = link.valid_to_us.map_or_else(|| "-".to_owned(), to_rfc3339);
            let from =
                if link.valid_from_us == i64::MIN { "always".to_owned() } else { to_rfc3339(link.valid_from_us) };
            format!("{} {} {} {from} {until}", link.from_id, link.qualifier, link.to_id)
        })
        .collect();
    links.sort();
    assert_eq!(
        links,
        [
            "component:x registered_in environment:production 2024-01-01T00:00:00Z 2024-02-01T00:00:00Z",
            "component:x registered_in environment:production 2024-03-01T00:00:00Z -",
            "component:y registered_in environment:test always 2024-01-09T00:00:00Z",
            "component:z made_from template:go-api 2024-01-10T00:00:00Z -",
        ]
    );
}

#[test]
fn events_without_an_id_keep_their_id_when_lines_move() {
    let entry = "stream = \"events\"\ncolumns = { at = \"t\", activity = \"a\" }\n";
    let one = Study::with(entry, &[("e.csv", "t,a\n2024-01-01,portal.viewed\n2024-01-01,portal.viewed\n")]).facts();
    let two = Study::with(entry, &[("e.csv", "t,a\n2023-01-01,help.asked\n2024-01-01,portal.viewed\n")]).facts();
    assert_eq!(one.events.len(), 1);
    assert_eq!(one.events[0].event_id, two.events[1].event_id);
    let bad = Study::with(entry, &[("e.csv", "t,a\n2024-01-01,Viewed it\n")]).pull().unwrap_err();
    assert!(bad.contains("column `a`: not of the form `subject.predicate`"), "{bad}");
}

#[test]
fn runs_history_memberships_and_answers_are_read() {
    let runs = Study::with(
        "stream = \"pipeline-runs\"\nformat = \"jsonl\"\ntime-format = \"epoch-s\"\n\
         columns = { id = \"id\", repository = \"repo.name\", finished = \"end\", started = \"start\", outcome = \"o\" }\n",
        &[("r.log", "{\"id\":1,\"repo\":{\"name\":\"app\"},\"end\":1700000100,\"start\":1700000000,\"o\":\"SUCCESS\"}\n")],
    )
    .facts();
    assert_eq!(shown(&runs.events), ["pipelinerun.finished 2023-11-14T22:15:00Z - - success"]);
    assert_eq!(runs.events[0].began_us, Some(1_700_000_000_000_000));

    let history = Study::with(
        "stream = \"ticket-history\"\nvalues = { field = { Owner = \"assignee\" } }\n\
         columns = { key = \"k\", at = \"t\", field = \"f\", from = \"x\", to = \"y\", by = \"b\" }\n",
        &[(
            "h.csv",
            "k,t,f,x,y,b\nA,2024-01-01,Owner,,Zora Quill,bob\nA,2024-01-02,status,Open,Done,bob\n\
             A,2024-01-03,Status,Done,Open,bob\nA,2024-01-04,title,p,q,bob\n",
        )],
    )
    .facts();
    let words: Vec<_> = history.events.iter().map(|event| event.activity.as_str()).collect();
    assert_eq!(words, ["ticket.assigned", "ticket.closed", "ticket.reopened", "ticket.updated"]);
    assert!(!format!("{history:?}").contains("Zora"));

    let members = Study::with(
        "stream = \"memberships\"\nbad-rows-percent = 50\ncolumns = { team = \"t\", email = \"e\", name = \"n\", from = \"f\" }\n",
        &[("m.csv", "t,e,n,f\ncore,j@acme.test,Jane Doe,2024-07-01\ncore,,Zora,\nweb,j@acme.test,,2024-01-01\nweb,,unknown,\n")],
    )
    .facts();
    assert_eq!(members.memberships.len(), 3);
    assert_eq!((members.memberships[0].from_us, members.memberships[1].from_us), (1_719_788_400_000_000, i64::MIN));
    assert_eq!(members.observations[0].refused, 1);

    let answers = Study::with(
        "stream = \"survey\"\nvalues = { answer = { agree = \"4\" } }\n\
         columns = { wave = \"w\", item = \"i\", person = \"p\", at = \"t\", answer = \"a\" }\n",
        &[("s.csv", "w,i,p,t,a\n1,q1,bob,2024-01-01,agree\n1,q2,bob,2024-01-01,\n")],
    )
    .facts();
    assert_eq!(answers.survey_answers.iter().map(|row| row.answer).collect::<Vec<_>>(), [Some(4), None]);
}

#[test]
fn parquet_is_read_by_whom_the_caller_says() {
    let entry = "stream = \"memberships\"\ncolumns = { team = \"team\", handle = \"who\" }\n";
    let facts = Study::with(entry, &[("m.parquet", "")]).facts();
    assert_eq!(facts.memberships[0].evidence, "file:in/m.parquet#1");
    assert_eq!(facts.memberships[0].team_id, "team:team-1");
}

#[test]
fn an_entry_that_cannot_be_meant_is_refused_by_field() {
    let refused = |entry: &str| Study::with(entry, &[("t.csv", "a\n")]).pull().unwrap_err();
    let misspelt = refused("stream = \"tickets\"\ncolumns = { key = \"k\", creatd = \"c\" }\n");
    assert!(
        misspelt.starts_with("files.f.columns: `creatd` is no field of this stream; `created` is near"),
        "{misspelt}"
    );
    let missing = refused("stream = \"tickets\"\ncolumns = { key = \"k\" }\n");
    assert!(missing.contains("`created` must be given"), "{missing}");
    let neither = refused("stream = \"memberships\"\ncolumns = { team = \"k\" }\n");
    assert!(neither.contains("one of `person`, `name`, `email`, `handle`"), "{neither}");
    let both =
        refused("stream = \"tickets\"\ncolumns = { key = \"k\", created = \"c\" }\nconstants = { key = \"x\" }\n");
    assert!(both.contains("has a column too"), "{both}");
    let zone = refused("stream = \"tickets\"\nzone = \"Mars\"\ncolumns = { key = \"k\", created = \"c\" }\n");
    assert!(zone.starts_with("files.f.zone: `Mars`"), "{zone}");
    let rule = format!("{TICKETS}[[files.classify]]\ncolumn = \"a\"\nmatches = \"(\"\n");
    assert!(refused(&rule).starts_with("files.f.classify: "), "{}", refused(&rule));
}

#[test]
fn hostile_cells_are_only_cells() {
    let long = "x-y ".repeat(100_000);
    let rows = [
        format!("\"=1+1\",2024-01-01,\"{long}\""),
        "\u{202E}abc,2024-01-01,\"a \"\"quoted\"\" one\"".to_owned(),
        "n\0l,2024-01-01,x".to_owned(),
        format!("{long},2024-01-01,x"),
        "ok,2024-13-45,x".to_owned(),
        "ok,9999999999999999999999,x".to_owned(),
    ];
    let entry =
        "stream = \"tickets\"\nbad-rows-percent = 100\ncolumns = { key = \"k\", created = \"c\", title = \"t\" }\n";
    let facts = Study::with(entry, &[("t.csv", &format!("k,c,t\n{}\n", rows.join("\n")))]).facts();
    assert_eq!((facts.events.len(), facts.observations[0].refused), (2, 4));
}

#[test]
fn files_are_found_in_folders_and_each_only_once() {
    let entry = TICKETS.replace("stream", "bad-rows-percent = 1\nstream");
    let study = Study::with(&entry, &[]);
    let toml = study.0.path().join("milepost.toml");
    let text = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, text.replace("[\"in/*\"]", "[\"in/**/*.csv\", \"in/a/t.csv\"]")).unwrap();
    std::fs::create_dir_all(study.0.path().join("in/a/b")).unwrap();
    for (name, key) in [("in/a/t.csv", "A"), ("in/a/b/t.csv", "B"), ("in/a/b/t.txt", "C")] {
        std::fs::write(study.0.path().join(name), format!("Key,Created\n{key},2024-01-01\n")).unwrap();
    }
    let pulled = study.pull().unwrap();
    let seen: Vec<_> = pulled.facts.events.iter().map(|event| event.evidence.as_str()).collect();
    assert_eq!((pulled.files, seen), (2, vec!["file:in/a/b/t.csv#2", "file:in/a/t.csv#2"]));
}

#[test]
fn a_header_or_an_environment_that_is_a_person_is_not_shown() {
    let error = Study::with(TICKETS, &[("t.csv", "A-1,zora@acme.test\n")]).pull().unwrap_err();
    assert!(!error.contains("zora"), "{error}");
    let entry =
        "stream = \"deployments\"\ncolumns = { id = \"i\", component = \"c\", environment = \"e\", at = \"t\" }\n";
    let facts = Study::with(entry, &[("d.csv", "i,c,e,t\n1,a,Zora Quill,2024-01-01\n")]).facts();
    assert!(!format!("{facts:?}").contains("Zora") && facts.events.is_empty());
}
