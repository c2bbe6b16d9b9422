//! The rules of identity, from signatures to people.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::aliases::Aliases;
use super::super::bots::Bots;
use super::super::{Desk, Secret};
use super::*;
use crate::log::{Register as _, Signature};

type Who = (&'static str, &'static str, &'static str);

fn signature((name, email, handle): Who) -> Signature<'static> {
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    Signature { name: some(name), email: some(email), handle: some(handle) }
}

/// Person ids in the order of the signatures.
fn people_of(signatures: &[Who], mailmap: &[(Who, Who)]) -> Vec<String> {
    let (secret, bots) = (Secret::public("test"), Bots::default());
    let mut desk = Desk::new(&secret, &bots);
    let ids: Vec<String> = signatures.iter().map(|who| desk.identity(signature(*who)).unwrap().id).collect();
    for (proper, written) in mailmap {
        desk.same_person(signature(*proper), signature(*written));
    }
    let people = merge(&desk.into_keys());
    ids.iter().map(|id| people.person_of[id].clone()).collect()
}

fn count(signatures: &[Who]) -> usize {
    people_of(signatures, &[]).into_iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn one_email_is_one_person_whatever_the_case_and_the_name() {
    assert_eq!(count(&[("Jane Doe", "jane@acme.test", ""), ("jd", "JANE@Acme.test ", "")]), 1);
}

#[test]
fn private_addresses_with_and_without_the_number_are_one_person() {
    assert_eq!(
        count(&[
            ("", "12+octo@users.noreply.github.com", ""),
            ("", "octo@users.noreply.github.com", ""),
            ("", "", "Octo"),
        ]),
        1
    );
}

#[test]
fn a_renamed_account_keeps_its_number() {
    let renamed = [("", "12+old@users.noreply.github.com", ""), ("", "12+new@users.noreply.github.com", "")];
    assert_eq!(count(&renamed), 1);
}

#[test]
fn identical_full_names_are_one_person_and_a_shared_first_name_is_not() {
    assert_eq!(count(&[("Jane  Doe", "jane@acme.test", ""), ("jane doe", "jd@home.test", "")]), 1);
    assert_eq!(count(&[("Jane Doe", "jane@acme.test", ""), ("Jane Roe", "jr@acme.test", "")]), 2);
}

#[test]
fn two_people_with_the_same_one_word_name_stay_apart() {
    assert_eq!(count(&[("Sam", "sam@acme.test", ""), ("sam", "sam@other.test", "")]), 2);
}

#[test]
fn a_one_word_name_that_equals_a_handle_is_that_person() {
    assert_eq!(count(&[("octo", "o@acme.test", ""), ("Olga Ctopus", "1+octo@users.noreply.github.com", "")]), 1);
}

#[test]
fn chains_of_keys_make_one_person() {
    assert_eq!(
        count(&[
            ("octo", "o@acme.test", ""),
            ("Olga Ctopus", "1+octo@users.noreply.github.com", ""),
            ("Olga Ctopus", "olga@acme.test", ""),
            ("", "olga@acme.test", ""),
        ]),
        1
    );
}

#[test]
fn a_shared_service_address_never_merges() {
    for shared in ["root@localhost", "noreply@github.com", "git@acme.test", "none@none", "ubuntu@ip-10-1-2-3"] {
        assert_eq!(count(&[("Jane Doe", shared, ""), ("John Roe", shared, "")]), 2, "{shared}");
    }
}

#[test]
fn a_mailmap_entry_makes_one_person_of_two() {
    let (new, old) = (("Jane Roe", "jane@acme.test", ""), ("Jane Doe", "jd@old.test", ""));
    assert_eq!(people_of(&[new, old], &[]).into_iter().collect::<BTreeSet<_>>().len(), 2);
    let people = people_of(&[new, old], &[(new, old)]);
    assert_eq!(people[0], people[1]);
}

#[test]
fn a_bot_and_a_human_never_merge_whatever_they_share() {
    let (human, bot) = (("Jane Doe", "ci@acme.test", "jane"), ("Jane Doe", "ci@acme.test", "jane-sync[bot]"));
    let people = people_of(&[human, bot], &[(human, bot)]);
    assert!(people[0].starts_with("p-") && people[1].starts_with("b-"), "{people:?}");
}

#[test]
fn a_human_and_a_bot_do_not_bridge_two_people() {
    let people = people_of(
        &[("A One", "x@acme.test", ""), ("renovate", "x@acme.test", ""), ("renovate", "y@acme.test", "")],
        &[],
    );
    assert_eq!(people.iter().collect::<BTreeSet<_>>().len(), 3, "{people:?}");
}

fn rows(signatures: &[Who]) -> Vec<IdentityKey> {
    let (secret, bots) = (Secret::public("test"), Bots::default());
    let mut desk = Desk::new(&secret, &bots);
    for who in signatures {
        desk.identity(signature(*who));
    }
    desk.into_keys()
}

const MANY: &[Who] = &[
    ("octo", "o@acme.test", ""),
    ("Olga Ctopus", "1+octo@users.noreply.github.com", ""),
    ("Olga Ctopus", "olga@acme.test", ""),
    ("Sam", "sam@acme.test", ""),
    ("Sam", "sam@other.test", ""),
    ("renovate[bot]", "", ""),
    ("Root User", "root@localhost", ""),
    ("", "", "sammy"),
];

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let rows = rows(MANY);
    let expected = merge(&rows);
    for turn in 0..rows.len() {
        let mut turned = rows.clone();
        turned.rotate_left(turn);
        assert_eq!(merge(&turned), expected);
        turned.reverse();
        turned.extend(rows.clone());
        assert_eq!(merge(&turned), expected, "nor do rows that stand twice");
    }
    assert_eq!(expected.persons.iter().map(|person| person.identities).sum::<i64>(), 8);
    assert!(expected.mergers.contains(&(ONE_WORD_NAME, 1)) && expected.mergers.contains(&(FULL_NAME, 1)));
}

#[test]
fn keys_and_ids_hold_nothing_that_a_person_is_called() {
    let shown = format!("{:?}", rows(MANY)).to_lowercase();
    for word in ["octo", "olga", "acme", "sammy", "renovate"] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}

#[test]
fn an_identity_without_a_key_is_still_a_person() {
    let rows = rows(&[("Your Name", "", "")]);
    assert_eq!((rows.len(), rows[0].kind.as_str()), (1, "none"));
    assert_eq!(merge(&rows).persons.len(), 1);
}

#[test]
fn the_private_file_makes_aliases_bots_and_memberships() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.toml");
    let mut file = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
    file.write_all(
        b"[[person]]\nemails = [\"jane@acme.test\"]\nhandles = [\"jd\"]\nnames = [\"Sam\"]\n\
          teams = [{ team = \"payments\", from = 2024-01-01 }]\n\
          [[person]]\nkind = \"bot\"\nhandles = [\"acme-sync\"]\n",
    )
    .unwrap();
    file.persist(&path).unwrap();
    let mut settings = settings(folder.path());
    settings.public_pseudonym_key = Some("test".to_owned());
    let office = super::super::Office::open(&settings).unwrap();

    let mut desk = office.desk();
    let mut id = |who| desk.identity(signature(who)).unwrap();
    let seen = [id(("Jane D", "jane@acme.test", "")), id(("", "", "jd")), id(("sam", "s@home.test", ""))];
    let bot = id(("Acme Sync", "", "acme-sync"));
    assert!(bot.is_bot && !seen[0].is_bot);
    let mut keys = desk.into_keys();
    assert_ne!(merge(&keys).person_of[&seen[0].id], merge(&keys).person_of[&seen[1].id]);

    let mut desk = office.desk();
    let facts = office.declared(&mut desk);
    keys.extend(desk.into_keys());
    let people = merge(&keys);
    let ids: BTreeSet<_> = seen.iter().map(|identity| &people.person_of[&identity.id]).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(people.person_of[&facts.memberships[0].person_id], **ids.first().unwrap());
    assert_eq!(facts.memberships[0].evidence, "file:people.toml#5");
    assert_eq!(facts.objects[0].object_id, "team:payments");
    assert!(people.person_of[&bot.id].starts_with("b-"));
}

#[test]
fn a_new_key_or_bot_rule_makes_segments_stale() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.public_pseudonym_key = Some("one".to_owned());
    let print = |settings: &crate::config::Settings| super::super::Office::open(settings).unwrap().fingerprint();
    let first = print(&settings);
    assert_eq!(first, print(&settings));
    settings.bots.push(crate::config::written::WrittenBot { name: Some("x".to_owned()), ..Default::default() });
    let second = print(&settings);
    settings.public_pseudonym_key = Some("two".to_owned());
    assert_eq!(BTreeSet::from([first, second, print(&settings)]).len(), 3);
}

fn settings(folder: &Path) -> crate::config::Settings {
    let file = folder.join("milepost.toml");
    std::fs::write(&file, "[study]\nname = \"test\"\n").unwrap();
    crate::config::load(&file, &crate::config::Overrides::default()).unwrap()
}

#[test]
fn no_private_file_declares_nothing() {
    assert!(Aliases::load(Path::new("no/such/file"), chrono_tz::Tz::UTC).is_ok_and(|file| file.bots().is_empty()));
}
