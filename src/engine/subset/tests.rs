//! Each rule refuses what it is for, and says so on the right line.

use super::*;

const HEADER: &str = "-- T.\n-- grain: x\n-- reads: READS\n-- writes: a int\n-- unit: x\n-- null means: x\n-- open journeys: x\n-- see: METHODS.md#x\n";

fn file(reads: &str, sql: &str) -> String {
    format!("{}{sql}", HEADER.replace("READS", reads))
}

/// The rule that a file breaks whose last step is `sql`, over steps `x` and `y` with the columns a and b.
fn broken_by(sql: &str) -> Option<Rule> {
    let text = file(
        "events, parameters",
        &format!(
            "with x as (select at_us as a, day as b from events),\ny as (select at_us as a, day as b from events),\n\
             last as ({sql})\nselect * from last"
        ),
    );
    // `parameters` is read by some, and a header that says too much is not what is asked about here.
    let header = Header::read("links/t.sql", &text).expect("the header is whole");
    rule_of(hold("links/t.sql", &text, &header))
}

fn rule_of(held: Result<(), EngineError>) -> Option<Rule> {
    match held {
        Err(EngineError::Subset { rule, .. }) => Some(rule),
        Ok(()) | Err(EngineError::Header { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_polars_answers_wrongly_is_refused() {
    for (sql, rule) in [
        ("select sum(1) as a from x", Rule::CastCount),
        ("select cast(sum(1) as bigint) as a from x", Rule::SumLiteral),
        ("select cast(sum(cast(1 as bigint)) as bigint) as a from x", Rule::SumLiteral),
        ("select cast(sum(case when a > 1 then 1 else 0 end) as bigint) as a from x", Rule::SumLiteral),
        ("select x.a from x left join y on x.a = y.a and x.b < y.b", Rule::LeftJoin),
        ("select x.a from x left join y on x.a = y.a and y.b = 1", Rule::LeftJoin),
        ("select row_number() over (order by a) - 2 as a from x", Rule::CastCount),
        ("select count(*) - 5 as a from x", Rule::CastCount),
        ("select count(a) as a from x", Rule::CastCount),
        ("select rank() over (order by a) as a from x", Rule::CastCount),
        ("select cast(row_number() over (order by a nulls last) as bigint) as a from x", Rule::MixedOrder),
        ("select cast(row_number() over (order by a, b desc) as bigint) as a from x", Rule::MixedOrder),
        ("select a from x where exists (select a from y where y.a < x.a)", Rule::Subquery),
        ("select (select max(a) from y) as a from x", Rule::Subquery),
        ("select a from x where a not in (select a from y)", Rule::Subquery),
        ("select a from x where a in (select a from y where b = 1)", Rule::Subquery),
        ("select lag(a, 1, 0) over (order by a) as a from x", Rule::LagDefault),
        ("select cast(sum(a) over (order by a) as bigint) as a from x", Rule::Frame),
        (
            "select cast(sum(a) over (order by a rows between 3 preceding and current row) as bigint) as a from x",
            Rule::Frame,
        ),
        ("select max(a) over (partition by b) as a from x", Rule::Function),
        ("select cast(row_number() over (partition by b) as bigint) as a from x", Rule::WindowOrder),
    ] {
        assert_eq!(broken_by(sql), Some(rule), "{sql}");
    }
}

#[test]
fn a_literal_that_became_a_column_is_not_summed() {
    let sql = "with x as (select day, 1 as one from events), last as (select cast(sum(one) as bigint) as a from x) select * from last";
    let text = file("events", sql);
    let header = Header::read("t", &text).expect("the header is whole");
    assert_eq!(rule_of(hold("t", &text, &header)), Some(Rule::SumLiteral));
    let wide = text.replace("1 as one", "cast(1 as bigint) as one");
    assert_eq!(rule_of(hold("t", &wide, &header)), None);
}

#[test]
fn rows_of_a_union_are_not_counted_by_a_star() {
    let sql = "with x as (select day from events union all select at_us as day from events), last as (select cast(count(*) as bigint) as a from x) select * from last";
    let text = file("events", sql);
    let header = Header::read("t", &text).expect("the header is whole");
    assert_eq!(rule_of(hold("t", &text, &header)), Some(Rule::CountStarOverUnion));
    assert_eq!(rule_of(hold("t", &text.replace("count(*)", "count(day)"), &header)), None);
}

#[test]
fn what_is_not_in_the_subset_is_refused() {
    for (sql, rule) in [
        ("select * from x", Rule::Columns),
        ("select a + 1 from x", Rule::Columns),
        ("select a from x order by a", Rule::Clause),
        ("select a from x limit 5", Rule::Clause),
        ("select a from x union select a from y", Rule::UnionAll),
        ("select a from x except select a from y", Rule::UnionAll),
        ("select b as a from x group by b having max(a) > 1", Rule::Having),
        ("select max(a) as a from x group by b + 1", Rule::GroupBy),
        ("select a from x qualify row_number() over (order by a) = 1", Rule::Clause),
        ("select x.a from x inner join y on x.a < y.a", Rule::InnerJoin),
        ("select x.a from x inner join y using (a)", Rule::InnerJoin),
        ("select x.a from x cross join y", Rule::CrossJoin),
        ("select x.a from x full join y on x.a = y.a", Rule::OtherJoin),
        ("select x.a from x, y", Rule::Source),
        ("select z.a from (select a from x) as z", Rule::Source),
        ("select date_trunc('month', a) as a from x", Rule::Function),
        ("select quantile_cont(a, 0.5) as a from x", Rule::Function),
        ("select concat(a, b) as a from x", Rule::Function),
        ("select cast(count(distinct a) as bigint) as a from x", Rule::Distinct),
        ("select a / 2 as a from x", Rule::Operator),
        ("select cast(a as integer) as a from x", Rule::Cast),
        ("select try_cast(a as bigint) as a from x", Rule::Cast),
        ("select a[1] as a from x", Rule::Expression),
    ] {
        assert_eq!(broken_by(sql), Some(rule), "{sql}");
    }
}

#[test]
fn what_every_engine_answers_is_let_through() {
    for sql in [
        "select x.a from x left join y on x.a = y.a and x.b = y.b where y.a is null",
        "select x.a from x inner join y on x.a = y.a where x.b < y.b or y.b is null",
        "select x.a from x cross join parameters as p where x.a <= p.as_of_us",
        "select a from x where a in (select a from y)",
        "select cast(sum(cast(case when a > 1 then 1 else 0 end as bigint)) as bigint) as a from x",
        "select cast(row_number() over (partition by b order by a, 0 - b) as bigint) - 2 as a from x",
        "select cast(sum(a) over (order by a rows between unbounded preceding and current row) as bigint) as a from x",
        "select coalesce(lag(a) over (partition by b order by a), 0) as a from x",
        "select greatest(a, b) as a from x where a between 1 and 5 and b not in (1, 2)",
        "select distinct a from x union all select b as a from y",
    ] {
        assert_eq!(broken_by(sql), None, "{sql}");
    }
}

#[test]
fn a_file_is_one_chain_that_ends_in_its_last_step() {
    for sql in [
        "select a from events",
        "with x as (select day as a from events) select a from x",
        "with x as (select day as a from events) select * from events",
        "with x as (select day as a from events) select * from x where a = 1",
        "with x as (select day as a from events) select * from x; select 1",
    ] {
        let text = file("events", sql);
        let header = Header::read("t", &text).expect("the header is whole");
        assert_eq!(rule_of(hold("t", &text, &header)), Some(Rule::Shape), "{sql}");
    }
    let text = file("events", "with recursive x as (select day as a from events) select * from x");
    let header = Header::read("t", &text).expect("the header is whole");
    assert_eq!(rule_of(hold("t", &text, &header)), Some(Rule::Recursion));
}

#[test]
fn an_error_names_file_line_and_rule() {
    let text = file("events", "with x as (\n    select sum(1) as a\n    from events\n)\nselect * from x");
    let header = Header::read("links/t.sql", &text).expect("the header is whole");
    let error = hold("links/t.sql", &text, &header).expect_err("it sums a literal").to_string();
    assert!(error.starts_with("links/t.sql:10: counted, summed"), "{error}");
}

#[test]
fn a_header_that_lies_is_refused() {
    let sql = "with x as (select day as a from events) select * from x";
    for text in [file("objects", sql), file("events, objects", sql), file("events", sql).replace("a int", "b int")] {
        let header = Header::read("t", &text).expect("the header is whole");
        assert!(matches!(hold("t", &text, &header), Err(EngineError::Header { .. })), "{text}");
    }
}

fn names(sql: &str) -> Option<Rule> {
    let text = file("events, objects", sql);
    let header = Header::read("t", &text).expect("the header is whole");
    let query = QueryFile { folder: super::super::Folder::Links, name: "t".to_owned(), sql: text, header };
    rule_of(names_are_free(&[query]))
}

#[test]
fn a_column_is_in_exactly_one_table_of_its_step() {
    let over = |columns: &str| {
        format!(
            "with x as (select {columns} from events as e inner join objects as o on e.source = o.source), last as (select day as a from x) select * from last"
        )
    };
    assert_eq!(names(&over("day")), None);
    assert_eq!(names(&over("e.day, o.source")), None);
    assert_eq!(names(&over("day, source")), Some(Rule::Ambiguous));
    assert_eq!(names(&over("day, nonsense")), Some(Rule::UnknownColumn));
    assert_eq!(names(&over("o.day")), Some(Rule::UnknownColumn));
}

#[test]
fn a_step_must_not_hide_behind_a_table() {
    let sql = "with people as (select day as a from events) select * from people";
    assert_eq!(names(sql), Some(Rule::StepTakesTable));
}
