//! The clauses of a file.

use std::collections::BTreeSet;

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, Join, JoinConstraint, JoinOperator, Query, Select, SelectItem,
    SetExpr, SetOperator, SetQuantifier, TableFactor, TableWithJoins,
};

use super::expression::{self, Step};
use super::{Broken, Rule, broken};

/// What a file reads and writes.
pub(super) struct Read {
    pub(super) tables: BTreeSet<String>,
    pub(super) writes: Vec<String>,
}

pub(super) fn hold(query: &Query) -> Result<Read, Broken> {
    let Some(with) = &query.with else { return broken(query, Rule::Shape) };
    if with.recursive {
        return broken(with, Rule::Recursion);
    }
    let mut tables = BTreeSet::new();
    let mut steps: Vec<String> = Vec::new();
    let mut unions: BTreeSet<String> = BTreeSet::new();
    // Columns that hold small integers because a literal made them, whatever the step: good for marks, not for sums.
    let mut narrow: BTreeSet<String> = BTreeSet::new();
    let mut writes = Vec::new();
    for cte in &with.cte_tables {
        if cte.from.is_some() || cte.materialized.is_some() || !cte.alias.columns.is_empty() {
            return broken(cte, Rule::Clause);
        }
        only_a_body(&cte.query)?;
        if cte.query.with.is_some() {
            return broken(&*cte.query, Rule::Shape);
        }
        let mut selects = Vec::new();
        selects_of(&cte.query.body, &mut selects)?;
        for select in &selects {
            let sources = sources(select)?;
            let over_union = sources.iter().any(|source| unions.contains(source));
            expression::hold(select, &Step { narrow: &narrow, over_union })?;
            tables.extend(expression::subquery_sources(select));
            tables.extend(sources);
        }
        tables.retain(|table| !steps.contains(table));
        for select in &selects {
            narrow.extend(expression::narrow_columns(select));
        }
        writes = names(selects[0])?;
        if selects.len() > 1 {
            unions.insert(cte.alias.name.value.clone());
        }
        steps.push(cte.alias.name.value.clone());
    }
    ends_with(query, steps.last())?;
    Ok(Read { tables, writes })
}

/// `select * from` the last step and nothing else.
fn ends_with(query: &Query, last: Option<&String>) -> Result<(), Broken> {
    only_a_body(query)?;
    let SetExpr::Select(select) = &*query.body else { return broken(query, Rule::Shape) };
    let all = matches!(&select.projection[..], [SelectItem::Wildcard(_)]);
    let only_last = last.is_some_and(|last| sources(select).is_ok_and(|sources| sources == [last.as_str()]));
    if !all || select.selection.is_some() || select.distinct.is_some() || !only_last {
        return broken(&**select, Rule::Shape);
    }
    plain(select)
}

fn only_a_body(query: &Query) -> Result<(), Broken> {
    let Query {
        with: _,
        body: _,
        order_by,
        limit_clause,
        fetch,
        locks,
        for_clause,
        settings,
        format_clause,
        pipe_operators,
    } = query;
    let plain = order_by.is_none()
        && limit_clause.is_none()
        && fetch.is_none()
        && locks.is_empty()
        && for_clause.is_none()
        && settings.is_none()
        && format_clause.is_none()
        && pipe_operators.is_empty();
    if plain { Ok(()) } else { broken(query, Rule::Clause) }
}

/// The selects of a `union all`, from first to last.
fn selects_of<'a>(body: &'a SetExpr, found: &mut Vec<&'a Select>) -> Result<(), Broken> {
    match body {
        SetExpr::Select(select) => {
            plain(select)?;
            found.push(select);
            Ok(())
        }
        SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier: SetQuantifier::All, right } => {
            selects_of(left, found)?;
            selects_of(right, found)
        }
        SetExpr::SetOperation { .. } => broken(body, Rule::UnionAll),
        other => broken(other, Rule::Shape),
    }
}

fn plain(select: &Select) -> Result<(), Broken> {
    if select.having.is_some() {
        return broken(select, Rule::Having);
    }
    let grouped_by_columns = match &select.group_by {
        GroupByExpr::Expressions(by, modifiers) => {
            modifiers.is_empty()
                && by.iter().all(|one| matches!(one, Expr::Identifier(_) | Expr::CompoundIdentifier(_)))
        }
        GroupByExpr::All(_) => false,
    };
    if !grouped_by_columns {
        return broken(select, Rule::GroupBy);
    }
    let plain = select.top.is_none()
        && select.exclude.is_none()
        && select.into.is_none()
        && select.lateral_views.is_empty()
        && select.prewhere.is_none()
        && select.connect_by.is_empty()
        && select.cluster_by.is_empty()
        && select.distribute_by.is_empty()
        && select.sort_by.is_empty()
        && select.named_window.is_empty()
        && select.qualify.is_none()
        && select.value_table_mode.is_none()
        && matches!(select.distinct, None | Some(Distinct::Distinct));
    if plain { Ok(()) } else { broken(select, Rule::Clause) }
}

/// The tables and steps that a select reads, its joins held to their rules.
pub(super) fn sources(select: &Select) -> Result<Vec<String>, Broken> {
    let [TableWithJoins { relation, joins }] = &select.from[..] else { return broken(select, Rule::Source) };
    let mut found = vec![source(relation)?];
    for join in joins {
        found.push(joined(join)?);
    }
    Ok(found)
}

fn source(factor: &TableFactor) -> Result<String, Broken> {
    match factor {
        TableFactor::Table { name, args: None, version: None, sample: None, .. } if name.0.len() == 1 => {
            Ok(name.to_string())
        }
        other => broken(other, Rule::Source),
    }
}

fn joined(join: &Join) -> Result<String, Broken> {
    let name = source(&join.relation)?;
    let (constraint, rule) = match &join.join_operator {
        JoinOperator::Inner(constraint) => (constraint, Rule::InnerJoin),
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (constraint, Rule::LeftJoin),
        JoinOperator::CrossJoin(JoinConstraint::None) if name == "parameters" => return Ok(name),
        JoinOperator::CrossJoin(_) => return broken(join, Rule::CrossJoin),
        _ => return broken(join, Rule::OtherJoin),
    };
    match constraint {
        JoinConstraint::On(condition) if equalities(condition) => Ok(name),
        _ => broken(join, rule),
    }
}

fn equalities(condition: &Expr) -> bool {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => equalities(left) && equalities(right),
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            matches!((&**left, &**right), (Expr::CompoundIdentifier(a), Expr::CompoundIdentifier(b)) if a[0] != b[0])
        }
        _ => false,
    }
}

/// The names of the columns that a select gives.
pub(super) fn names(select: &Select) -> Result<Vec<String>, Broken> {
    select
        .projection
        .iter()
        .map(|item| match item {
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => Ok(name.value.clone()),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                Ok(parts.last().expect("a compound identifier has parts").value.clone())
            }
            SelectItem::ExprWithAlias { alias, .. } => Ok(alias.value.clone()),
            other => broken(other, Rule::Columns),
        })
        .collect()
}
