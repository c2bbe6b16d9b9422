//! What a rendered report promises: the same bytes, nothing obeyed that was only a name, and every absence in words.

use super::super::{Callout, CalloutKind, sample};
use super::*;

fn rendered() -> BTreeMap<String, String> {
    render(&sample::document()).expect("the sample is shareable").files
}

#[test]
fn every_block_reaches_its_files() {
    let paths: Vec<String> = rendered().into_keys().collect();
    assert_eq!(
        paths,
        [
            "figures/flow.svg",
            "figures/journey-map.svg",
            "figures/slopes.svg",
            "figures/survival.svg",
            "figures/tickets-by-week.svg",
            "report.html",
            "report.json",
            "report.md",
            "tables/caveats.csv",
            "tables/flow.csv",
            "tables/journey-map.csv",
            "tables/numbers.csv",
            "tables/slopes.csv",
            "tables/survival.csv",
            "tables/teams.csv",
            "tables/tickets-by-week.csv",
        ]
    );
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(rendered(), rendered());
}

#[test]
fn a_hostile_name_stays_a_name_in_every_format() {
    for (path, text) in rendered().into_iter().filter(|(path, _)| path != "report.json") {
        let is_csv = std::path::Path::new(&path).extension().is_some_and(|extension| extension == "csv");
        assert!(is_csv || !text.contains("<script"), "{path} holds markup from a name");
        assert!(!text.contains('\u{202e}'), "{path} turns its text around");
    }
    let files = rendered();
    assert!(files["report.html"].contains("&lt;script&gt;"), "the name is shown all the same");
    assert!(files["report.md"].lines().all(|line| !line.starts_with("=2+5")), "a name breaks no line");
    assert!(files["tables/caveats.csv"].lines().all(|line| !line.starts_with('=')));
}

#[test]
fn a_markdown_table_keeps_its_columns_whatever_the_names() {
    let text = &rendered()["report.md"];
    let row = text.lines().find(|line| line.contains("not reached")).expect("the table has such a row");
    let bars = row.replace("\\|", "").matches('|').count();
    assert_eq!(bars, 3, "{row}");
}

#[test]
fn absence_is_said_in_words_in_every_format() {
    let files = rendered();
    for path in ["report.html", "report.md", "tables/teams.csv"] {
        assert!(files[path].contains("not reached") && files[path].contains("fewer than five people"), "{path}");
    }
    assert!(files["report.html"].contains("cannot be told"));
    assert!(files["tables/tickets-by-week.csv"].contains("no records"));
}

#[test]
fn a_week_without_records_breaks_the_line() {
    let svg = &rendered()["figures/tickets-by-week.svg"];
    let accent_lines = svg.matches("stroke=\"#0B6A99\" stroke-width=\"9\"").count();
    assert_eq!(accent_lines, 2, "one stroke before the gap and one after it");
}

#[test]
fn the_page_asks_for_nothing_and_runs_nothing() {
    let page = &rendered()["report.html"];
    for forbidden in ["<script", "src=", "@import", "url(", "<link", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http"), "an address besides the name of SVG");
}

#[test]
fn each_chart_has_a_title_a_description_and_its_data() {
    let page = &rendered()["report.html"];
    assert_eq!(page.matches("<svg ").count(), 10, "five figures, for a page and a phone");
    assert_eq!(page.matches("<title id=").count(), 10);
    assert_eq!(page.matches("<desc id=").count(), 10);
    assert_eq!(page.matches("The data of this figure").count(), 5);
}

#[test]
fn an_unwelcome_remark_is_rendered_as_such() {
    let mut document = sample::document();
    document.sections[0].blocks = vec![Callout { kind: CalloutKind::Unwelcome, text: "Failures rose.".into() }.into()];
    let page = render(&document).expect("shareable").files["report.html"].clone();
    assert!(page.contains("callout unwelcome") && page.contains("Failures rose."));
}

#[test]
fn a_document_that_points_at_a_person_makes_no_files() {
    let mut document = sample::document();
    document.caveats[0].place = "p-00ff12ab".into();
    let error = render(&document).expect_err("a pseudonym is refused").to_string();
    assert!(error.contains("caveats[0]") && !error.contains("00ff12ab"), "{error}");
}

#[test]
fn two_parts_with_one_anchor_are_refused() {
    let mut document = sample::document();
    let again = document.sections[0].blocks[1].clone();
    document.sections[0].blocks.push(again);
    assert!(matches!(render(&document), Err(ReportError::SameAnchor { .. })));
}

#[test]
fn a_fingerprint_in_groups_passes_the_scan() {
    let groups = fingerprint_in_groups("4f2a9c1bd00d17e54f2a9c1bd00d17e54f2a");
    assert_eq!(groups, "4f2a 9c1b d00d 17e5 4f2a 9c1b d00d 17e5");
    assert_eq!(scan::telltale(&groups), None);
}
