//! What stands in the clauses: functions, windows, casts, operators, subqueries.

use std::collections::BTreeSet;

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select,
    SelectItem, SetExpr, UnaryOperator, Value, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use super::{Broken, Rule, broken, statement};

/// What a step knows of those before it.
pub(super) struct Step<'a> {
    pub(super) narrow: &'a BTreeSet<String>,
    pub(super) over_union: bool,
}

/// Whether the expression around this one is a cast to BIGINT.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    CastToBigint,
    Other,
}

pub(super) fn hold(select: &Select, step: &Step<'_>) -> Result<(), Broken> {
    statement::names(select)?;
    for item in &select.projection {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            step.expr(expr, Around::Other)?;
        }
    }
    select.selection.iter().try_for_each(|expr| step.expr(expr, Around::Other))
}

impl Step<'_> {
    fn expr(&self, expr: &Expr, around: Around) -> Result<(), Broken> {
        let inner = |expr: &Expr| self.expr(expr, Around::Other);
        match expr {
            Expr::Identifier(name) if name.quote_style.is_none() => Ok(()),
            Expr::CompoundIdentifier(parts) if parts.len() == 2 => Ok(()),
            Expr::Value(value) => match &value.value {
                Value::Number(..) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => Ok(()),
                _ => broken(expr, Rule::Expression),
            },
            Expr::Nested(one) | Expr::IsNull(one) | Expr::IsNotNull(one) => inner(one),
            Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::Minus, expr } => inner(expr),
            Expr::BinaryOp { left, op, right } => {
                if !allowed(op) {
                    return broken(expr, Rule::Operator);
                }
                inner(left)?;
                inner(right)
            }
            Expr::Between { expr, low, high, .. } => [expr, low, high].into_iter().try_for_each(|one| inner(one)),
            Expr::InList { expr, list, .. } => {
                inner(expr)?;
                list.iter().try_for_each(inner)
            }
            Expr::InSubquery { expr: one, subquery, negated: false } => {
                inner(one)?;
                if one_column_of_a_step(subquery) { Ok(()) } else { broken(expr, Rule::Subquery) }
            }
            Expr::InSubquery { .. } | Expr::Subquery(_) | Expr::Exists { .. } => broken(expr, Rule::Subquery),
            Expr::Like { any: false, escape_char: None, expr: one, pattern, .. } => {
                inner(one)?;
                inner(pattern)
            }
            Expr::Case { operand: None, conditions, else_result, .. } => {
                for when in conditions {
                    inner(&when.condition)?;
                    inner(&when.result)?;
                }
                else_result.iter().try_for_each(|one| inner(one))
            }
            Expr::Cast { kind: CastKind::Cast, expr: one, data_type, format: None, .. } => {
                let around = match data_type {
                    DataType::BigInt(None) => Around::CastToBigint,
                    DataType::Varchar(None) | DataType::Boolean => Around::Other,
                    _ => return broken(expr, Rule::Cast),
                };
                self.expr(one, around)
            }
            Expr::Cast { .. } => broken(expr, Rule::Cast),
            Expr::Function(function) => self.function(function, around),
            _ => broken(expr, Rule::Expression),
        }
    }

    fn function(&self, function: &Function, around: Around) -> Result<(), Broken> {
        let name = function.name.to_string();
        let FunctionArguments::List(list) = &function.args else { return broken(function, Rule::Function) };
        if list.duplicate_treatment.is_some() {
            return broken(function, Rule::Distinct);
        }
        let plain = list.clauses.is_empty() && function.filter.is_none() && function.null_treatment.is_none();
        if !plain || function.within_group.iter().len() > 0 {
            return broken(function, Rule::Function);
        }
        match (name.as_str(), &function.over) {
            ("coalesce" | "count" | "greatest" | "least" | "lower" | "max" | "min" | "sum", None)
            | ("row_number" | "rank" | "lag" | "lead" | "sum", Some(_)) => {}
            _ => return broken(function, Rule::Function),
        }
        if matches!(name.as_str(), "count" | "sum" | "row_number" | "rank") && around != Around::CastToBigint {
            return broken(function, Rule::CastCount);
        }
        if matches!(name.as_str(), "lag" | "lead") && list.args.len() != 1 {
            return broken(function, Rule::LagDefault);
        }
        if let Some(over) = &function.over {
            self.window(function, &name, over)?;
        }
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => {
                    if name == "sum" && !self.wide(expr) {
                        return broken(function, Rule::SumLiteral);
                    }
                    self.expr(expr, Around::Other)?;
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name == "count" && self.over_union => {
                    return broken(function, Rule::CountStarOverUnion);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name == "count" => {}
                _ => return broken(function, Rule::Function),
            }
        }
        Ok(())
    }

    /// Whether a sum over this is a sum of 64-bit integers, one for each row.
    fn wide(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Identifier(name) => !self.narrow.contains(&name.value),
            Expr::CompoundIdentifier(parts) => parts.last().is_some_and(|name| !self.narrow.contains(&name.value)),
            Expr::Nested(inner) => self.wide(inner),
            Expr::Cast { expr, data_type: DataType::BigInt(None), .. } => mentions_a_column(expr),
            // A sum or difference of wide columns is wide.
            Expr::BinaryOp { left, right, .. } => self.wide(left) && self.wide(right),
            _ => false,
        }
    }

    fn window(&self, function: &Function, name: &str, over: &WindowType) -> Result<(), Broken> {
        let WindowType::WindowSpec(WindowSpec { window_name: None, partition_by, order_by, window_frame }) = over
        else {
            return broken(function, Rule::Function);
        };
        if order_by.is_empty() {
            return broken(function, Rule::WindowOrder);
        }
        let running = window_frame.as_ref().map(|frame| {
            frame.units == WindowFrameUnits::Rows
                && frame.start_bound == WindowFrameBound::Preceding(None)
                && frame.end_bound == Some(WindowFrameBound::CurrentRow)
        });
        // Without a frame a running sum takes rows that tie together, but polars takes them one by one.
        if running != (name == "sum").then_some(true) {
            return broken(function, Rule::Frame);
        }
        for by in order_by {
            if by.options.asc == Some(false) || by.options.nulls_first.is_some() || by.with_fill.is_some() {
                return broken(function, Rule::MixedOrder);
            }
            self.expr(&by.expr, Around::Other)?;
        }
        partition_by.iter().try_for_each(|expr| self.expr(expr, Around::Other))
    }
}

fn allowed(op: &BinaryOperator) -> bool {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, Minus, Multiply, NotEq, Or, Plus, StringConcat};
    matches!(op, And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq | Plus | Minus | Multiply | StringConcat)
}

fn one_column_of_a_step(query: &Query) -> bool {
    let SetExpr::Select(select) = &*query.body else { return false };
    let one = matches!(&select.projection[..], [SelectItem::UnnamedExpr(Expr::Identifier(_))]);
    let bare = select.selection.is_none() && query.order_by.is_none() && query.limit_clause.is_none();
    one && bare && query.with.is_none() && statement::sources(select).is_ok_and(|sources| sources.len() == 1)
}

fn mentions_a_column(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Function(_) => true,
        Expr::Nested(one) | Expr::IsNull(one) | Expr::IsNotNull(one) | Expr::Cast { expr: one, .. } => {
            mentions_a_column(one)
        }
        Expr::UnaryOp { expr, .. } | Expr::InList { expr, .. } | Expr::Like { expr, .. } => mentions_a_column(expr),
        Expr::BinaryOp { left, right, .. } => mentions_a_column(left) || mentions_a_column(right),
        Expr::Case { conditions, .. } => {
            conditions.iter().any(|when| mentions_a_column(&when.condition) || mentions_a_column(&when.result))
        }
        _ => false,
    }
}

/// The columns of a select that hold small integers, because only literals make them.
pub(super) fn narrow_columns(select: &Select) -> Vec<String> {
    select
        .projection
        .iter()
        .filter_map(|item| match item {
            SelectItem::ExprWithAlias { expr, alias } if is_small(expr) => Some(alias.value.clone()),
            _ => None,
        })
        .collect()
}

fn is_small(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => matches!(&value.value, Value::Number(..)),
        Expr::Nested(one) | Expr::UnaryOp { op: UnaryOperator::Minus, expr: one } => is_small(one),
        Expr::BinaryOp { left, right, .. } => is_small(left) && is_small(right),
        Expr::Case { conditions, .. } => conditions.iter().any(|when| is_small(&when.result)),
        _ => false,
    }
}

/// The tables and steps that subqueries of a select read.
pub(super) fn subquery_sources(select: &Select) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(selection) = &select.selection {
        walk(selection, &mut found);
    }
    found
}

fn walk(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::InSubquery { subquery, .. } => {
            if let SetExpr::Select(select) = &*subquery.body {
                found.extend(statement::sources(select).unwrap_or_default());
            }
        }
        Expr::BinaryOp { left, right, .. } => {
            walk(left, found);
            walk(right, found);
        }
        Expr::Nested(one) | Expr::UnaryOp { expr: one, .. } => walk(one, found),
        _ => {}
    }
}
