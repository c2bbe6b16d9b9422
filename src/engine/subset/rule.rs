//! The rules, each with the reason that a reader of the error needs.

macro_rules! rules {
    ($( $rule:ident : $reason:literal, )+) => {
        /// A rule of the subset.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rule { $( #[doc = $reason] $rule, )+ }

        impl std::fmt::Display for Rule {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $( Self::$rule => $reason, )+ })
            }
        }
    };
}

rules! {
    Shape: "a file is one chain of steps (`with … as (…)`) that ends in `select * from` the last",
    Recursion: "recursion is not in the subset",
    Clause: "this clause is not in the subset",
    Having: "filter a grouped step in the next step, not with `having`",
    UnionAll: "the only set operation is `union all`",
    Columns: "every step lists its columns, and names each that it computes",
    UnknownColumn: "no table of this step has such a column",
    Ambiguous: "two tables of this step have such a column; say which",
    StepTakesTable: "a step must not take the name of a table: polars reads the table instead",
    Source: "a step reads tables and earlier steps by name, nothing else",
    InnerJoin: "an inner join is on equalities of columns; ranges go into `where`",
    LeftJoin: "a left join is on equalities of columns; polars drops unmatched rows of a range, and takes no literal",
    CrossJoin: "the only cross join is with `parameters`",
    OtherJoin: "only inner, left and cross joins are in the subset",
    Subquery: "the only subquery is `in (select column from step)`; join instead",
    Function: "this function is not in the subset",
    CastCount: "counted, summed and numbered integers are cast to BIGINT at once; polars wraps around at 32 bits",
    SumLiteral: "polars sums a literal to itself whatever the rows, and small integers in 32 bits; sum a column that was cast to BIGINT",
    CountStarOverUnion: "polars cannot count the rows of a `union all`; count a column that is never null",
    Distinct: "`distinct` stands only after `select`",
    WindowOrder: "this window needs `order by`",
    MixedOrder: "polars knows no mixed `asc` and `desc` in a window, and engines place nulls differently; order by expressions that ascend",
    Frame: "the only frame is `rows between unbounded preceding and current row`, and only for `sum`",
    LagDefault: "polars takes no default for `lag` and `lead`; use `coalesce`",
    Cast: "cast only to `bigint`, `varchar` and `boolean`",
    Operator: "this operator differs between engines or is not in the subset",
    Expression: "this expression is not in the subset",
    GroupBy: "group by columns only",
}
