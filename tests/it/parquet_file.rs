//! Exported files in Parquet: read like any other, and refused as plainly.

use milepost::store::write_parquet;
use polars::prelude::{Column, DataFrame};

use crate::small_study::small_study;

const FILE: &str = r#"
[[files]]
id = "functions"
stream = "deployments"
paths = ["functions.parquet"]
columns = { id = "Id", component = "Service", environment = "Stage", at = "When" }
time-format = "epoch-ms"
"#;

#[test]
fn deployments_in_parquet_become_deploys() {
    let bench = small_study();
    let text = |name: &str, cells: [Option<&str>; 3]| Column::new(name.into(), cells);
    let mut table = DataFrame::new(
        3,
        vec![
            text("Id", [Some("d1"), Some("d2"), None]),
            text("Service", [Some("shop-api"), Some("shop-api"), Some("shop-api")]),
            text("Stage", [Some("production"), Some("production"), Some("production")]),
            Column::new("When".into(), [1_736_000_000_000_i64, 1_736_100_000_000, 1_736_200_000_000]),
        ],
    )
    .expect("three rows");
    write_parquet(&bench.path("functions.parquet"), &mut table).expect("written");
    let study = bench.read("milepost.toml") + FILE + "bad-rows-percent = 50.0\n";
    bench.write("milepost.toml", &study);
    let tables = bench.tables(&[]);
    let deploys = "select count(*) as n from events where source = 'file:functions' and activity = 'service.deployed'";
    assert_eq!(tables.number(deploys), 2);
    let bad = "select sum(count) as n from caveats where place = 'file:functions' and kind = 'bad-row'";
    assert_eq!(tables.number(bad), 1);
}

#[test]
fn a_parquet_file_that_is_cut_short_stops_the_load_and_is_named() {
    let bench = small_study();
    bench.write("functions.parquet", "PAR1 and no more");
    let study = bench.read("milepost.toml") + FILE;
    bench.write("milepost.toml", &study);
    let _said = bench.run(&["pull"]).refused(&["functions.parquet"]);
}
