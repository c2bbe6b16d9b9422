//! Names that mean nothing, or two things.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, Visit, Visitor};

use super::{Broken, Rule, broken, statement};

type Tables = BTreeMap<String, Vec<String>>;

/// Checks that no step takes the name of a table and that every column is in exactly one table of its step.
pub(super) fn hold(query: &Query, tables: &Tables) -> Result<(), Broken> {
    let mut known = tables.clone();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let name = &cte.alias.name.value;
        if tables.contains_key(name) {
            return broken(cte, Rule::StepTakesTable);
        }
        let columns = body(&cte.query.body, &known)?;
        known.insert(name.clone(), columns);
    }
    Ok(())
}

fn body(body_of: &SetExpr, known: &Tables) -> Result<Vec<String>, Broken> {
    match body_of {
        SetExpr::Select(select) => {
            step(select, known)?;
            statement::names(select)
        }
        SetExpr::SetOperation { left, right, .. } => {
            let columns = body(left, known)?;
            // polars matches the columns of a union by place, but only where their names agree.
            if body(right, known)? == columns { Ok(columns) } else { broken(body_of, Rule::Columns) }
        }
        other => broken(other, Rule::Shape),
    }
}

fn step(select: &Select, known: &Tables) -> Result<(), Broken> {
    let mut scope: BTreeMap<String, &Vec<String>> = BTreeMap::new();
    for TableWithJoins { relation, joins } in &select.from {
        for factor in std::iter::once(relation).chain(joins.iter().map(|join| &join.relation)) {
            let TableFactor::Table { name, alias, .. } = factor else { return broken(factor, Rule::Source) };
            let Some(columns) = known.get(&name.to_string()) else { return broken(factor, Rule::Source) };
            let name = alias.as_ref().map_or_else(|| name.to_string(), |alias| alias.name.value.clone());
            scope.insert(name, columns);
        }
    }
    let mut names = Names { scope: &scope, known, subqueries: Vec::new() };
    let mut found = ControlFlow::Continue(());
    for item in &select.projection {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            found = if found.is_continue() { expr.visit(&mut names) } else { found };
        }
    }
    if found.is_continue() {
        found = select.selection.visit(&mut names);
    }
    if found.is_continue() {
        found = select.group_by.visit(&mut names);
    }
    if found.is_continue() {
        found = select.from.visit(&mut names);
    }
    match found {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(broken) => Err(broken),
    }
}

struct Names<'a> {
    scope: &'a BTreeMap<String, &'a Vec<String>>,
    known: &'a Tables,
    /// The columns that the subqueries around a name offer, innermost last.
    subqueries: Vec<Vec<String>>,
}

impl Names<'_> {
    fn bare(&self, expr: &Expr, name: &Ident) -> Result<(), Broken> {
        if let Some(columns) = self.subqueries.last() {
            let known = columns.contains(&name.value);
            return if known { Ok(()) } else { broken(expr, Rule::UnknownColumn) };
        }
        match self.scope.values().filter(|columns| columns.contains(&name.value)).count() {
            0 => broken(expr, Rule::UnknownColumn),
            1 => Ok(()),
            _ => broken(expr, Rule::Ambiguous),
        }
    }
}

impl Visitor for Names<'_> {
    type Break = Broken;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Broken> {
        let SetExpr::Select(select) = &*query.body else { return ControlFlow::Continue(()) };
        let columns = statement::sources(select).ok().and_then(|sources| self.known.get(&sources[0]).cloned());
        self.subqueries.push(columns.unwrap_or_default());
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<Broken> {
        self.subqueries.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Broken> {
        let held = match expr {
            Expr::Identifier(name) => self.bare(expr, name),
            Expr::CompoundIdentifier(parts) => {
                let known = self.scope.get(&parts[0].value).is_some_and(|columns| columns.contains(&parts[1].value));
                if known { Ok(()) } else { broken(expr, Rule::UnknownColumn) }
            }
            _ => Ok(()),
        };
        held.map_or_else(ControlFlow::Break, ControlFlow::Continue)
    }
}
