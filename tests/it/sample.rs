//! The report that is kept is the one that the program makes. (That `sample-data/acme` is what its seed gives, `simulate` tests.)

use std::path::Path;

use crate::bench_dir::{Bench, contents_below, sample_folder};

fn differing(kept: &[(String, Vec<u8>)], made: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut names: Vec<&String> = kept.iter().chain(made).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let of = |files: &[(String, Vec<u8>)], name: &String| {
        files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.clone())
    };
    names.into_iter().filter(|name| of(kept, name) != of(made, name)).cloned().collect()
}

#[test]
fn the_kept_report_is_what_the_demo_renders() {
    let bench = Bench::empty();
    let sample = sample_folder();
    let said = bench.run(&["demo", "--sample", sample.to_str().expect("UTF-8")]).done();
    let said = said.says(&["the pilot report is in `demo/report"]);
    assert_eq!(said.stdout, "");
    let kept = contents_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/acme"));
    assert!(kept.iter().any(|(name, _)| name == "report.html"), "a report is kept");
    let other = differing(&kept, &contents_below(&bench.path("demo/report")));
    assert!(other.is_empty(), "render `reports/acme` again: {other:?} differ");
}
