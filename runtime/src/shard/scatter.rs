//! Questions to all tables of a logical one: for lists and figures that know no key.
//!
//! A list is one statement: a `UNION ALL` with the order and the limit in each branch, so that no
//! table gives more than one page. Figures are asked of several tables at a time and added up here.
//! While rows are moved everything is one statement, which sees each slot in exactly one table.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sea_orm::sea_query::{
    Alias, Asterisk, Expr, ExprTrait as _, Func, Order, Query, SelectStatement,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbBackend, DbErr, EntityTrait, FromQueryResult,
    IdenStatic as _, QueryResult, QuerySelect as _, QueryTrait as _, Select, Statement, TryGetable,
    Value,
};

use super::ShardError;
use super::key::ShardKey;
use super::layouts::{Layouts, Shards, Table};
use super::rewrite::{Names, renumber, rewrite};
use crate::error::AppResult;
use crate::http::{Page, PageQuery};

/// How many tables are asked at a time.
const CONCURRENCY: usize = 4;

/// The name of all branches together, in the outer statement of a list.
const GATHERED: &str = "cloudapp_gathered";

/// Columns of a list's order, the last one unique: `&[(Column::Id, Order::Desc)]`.
pub type OrderBy<'a, E> = &'a [(<E as EntityTrait>::Column, Order)];

/// All tables of the sharded ones of a database.
#[derive(Clone, Debug)]
pub struct Scatter {
    shards: Arc<Shards>,
}

impl Scatter {
    /// Of a database.
    #[must_use]
    pub fn new(shards: Arc<Shards>) -> Self {
        Self { shards }
    }

    /// Where the rows of a table are at present.
    ///
    /// # Errors
    /// The database's; the table has no layout.
    pub async fn placement(&self, table: &str) -> AppResult<Placement> {
        let (layouts, _) = self.shards.current().await?;
        table_of(&layouts, table).map_err(DbErr::from)?;
        Ok(Placement {
            layouts,
            table: table.to_owned(),
        })
    }

    /// The numbers of a table's physical tables.
    ///
    /// # Errors
    /// As [`Scatter::placement`].
    pub async fn numbers(&self, table: &str) -> AppResult<Vec<u16>> {
        Ok(self.placement(table).await?.numbers())
    }

    /// The rows of one physical table, by its number.
    ///
    /// While rows are moved, a row may be in another table a moment later: look at the
    /// [`Placement`] before and after, and ask [`Scatter::top`] while it moves.
    ///
    /// # Errors
    /// The database's; the table has no layout, or no physical table of this number.
    pub async fn rows_of<E: EntityTrait>(
        &self,
        select: Select<E>,
        number: u16,
    ) -> AppResult<Vec<E::Model>> {
        let db = self.shards.db();
        let (layouts, _) = self.shards.current().await?;
        let table = table_of(&layouts, E::default().table_name()).map_err(DbErr::from)?;
        let logical = db.get_database_backend().build(&select.into_query());
        let rows = db.query_all_raw(on(table, number, &logical)?).await?;
        let rows = rows.iter().map(|row| E::Model::from_query_result(row, ""));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The only row that `select` finds anywhere, e.g. by its id.
    ///
    /// # Errors
    /// The database's; the table has no layout.
    pub async fn one<E: EntityTrait>(&self, select: Select<E>) -> AppResult<Option<E::Model>> {
        let rows = self.gather(select.limit(1), |outer| outer.limit(1)).await?;
        Ok(rows.into_iter().next())
    }

    /// The first rows in an order, over all tables: `limit` of them, after `offset`.
    ///
    /// Costs `offset + limit` rows of each table: for far pages filter by the last row seen instead
    /// (`Column::Id.lt(after)`), with offset 0.
    ///
    /// # Errors
    /// The database's; the table has no layout.
    pub async fn top<E: EntityTrait>(
        &self,
        select: Select<E>,
        order: OrderBy<'_, E>,
        offset: u64,
        limit: u64,
    ) -> AppResult<Vec<E::Model>> {
        let mut branch = select;
        for (column, direction) in order {
            let column = column.as_column_ref();
            sea_orm::QuerySelect::query(&mut branch).order_by(column, direction.clone());
        }
        let branch = branch.limit(offset.saturating_add(limit));
        self.gather(branch, |outer| {
            for (column, direction) in order {
                outer.order_by(Alias::new(column.as_str()), direction.clone());
            }
            outer.offset(offset).limit(limit)
        })
        .await
        .map_err(Into::into)
    }

    /// One page of a list, and the length of the whole list.
    ///
    /// # Errors
    /// The database's; the table has no layout.
    pub async fn page<E: EntityTrait>(
        &self,
        select: Select<E>,
        order: OrderBy<'_, E>,
        query: &PageQuery,
    ) -> AppResult<Page<E::Model>> {
        let rows = self.top(select.clone(), order, query.offset(), query.limit());
        let items = rows.await?;
        let total = self.count(select).await?;
        Ok(Page {
            items,
            page_index: query.index(),
            page_size: query.limit(),
            total: Some(total),
        })
    }

    /// How many rows there are in all tables.
    ///
    /// # Errors
    /// The database's; the table has no layout.
    pub async fn count<E: EntityTrait>(&self, select: Select<E>) -> AppResult<u64> {
        let mut branch = select.into_query();
        branch
            .clear_selects()
            .clear_order_by()
            .expr_as(Expr::col(Asterisk).count(), "n");
        let mut total = 0_u64;
        for row in self.each(E::default().table_name(), &branch).await? {
            let count: i64 = row.try_get("", "n")?;
            total = total.saturating_add(u64::try_from(count).unwrap_or(0));
        }
        Ok(total)
    }

    /// The sum of an integer column over all tables; 0 over no row.
    ///
    /// # Errors
    /// The database's; the table has no layout; the column holds no integers.
    pub async fn sum<E: EntityTrait>(
        &self,
        select: Select<E>,
        column: E::Column,
    ) -> AppResult<i128> {
        let mut branch = select.into_query();
        branch.clear_selects().clear_order_by();
        branch.expr_as(self.sum_as_text(column), "s");
        let mut total = 0_i128;
        for row in self.each(E::default().table_name(), &branch).await? {
            total += number(&row)?;
        }
        Ok(total)
    }

    /// How many rows there are for each value of a column, over all tables. Holds one entry for
    /// each value in memory.
    ///
    /// # Errors
    /// The database's; the table has no layout; a value is null.
    pub async fn count_by<E: EntityTrait, V: TryGetable + Ord>(
        &self,
        select: Select<E>,
        column: E::Column,
    ) -> AppResult<BTreeMap<V, u64>> {
        let count = Expr::col(Asterisk).count();
        let count = count.cast_as(Alias::new(self.text_type()));
        let groups = self.grouped(select, column, count).await?;
        let groups = groups.into_iter();
        Ok(groups
            .map(|(value, count)| (value, u64::try_from(count).unwrap_or(0)))
            .collect())
    }

    /// The sum of an integer column for each value of another, over all tables. Holds one entry for
    /// each value in memory.
    ///
    /// # Errors
    /// The database's; the table has no layout; a value is null; the column holds no integers.
    pub async fn sum_by<E: EntityTrait, V: TryGetable + Ord>(
        &self,
        select: Select<E>,
        by: E::Column,
        column: E::Column,
    ) -> AppResult<BTreeMap<V, i128>> {
        Ok(self.grouped(select, by, self.sum_as_text(column)).await?)
    }

    async fn grouped<E: EntityTrait, V: TryGetable + Ord>(
        &self,
        select: Select<E>,
        by: E::Column,
        figure: Expr,
    ) -> Result<BTreeMap<V, i128>, DbErr> {
        let mut branch = select.into_query();
        branch.clear_selects().clear_order_by();
        branch
            .expr_as(Expr::col(by.as_column_ref()), "v")
            .expr_as(figure, "s")
            .group_by_col(by.as_column_ref());
        let mut groups = BTreeMap::new();
        for row in self.each(E::default().table_name(), &branch).await? {
            *groups.entry(row.try_get("", "v")?).or_insert(0) += number(&row)?;
        }
        Ok(groups)
    }

    /// Sums come in a type of their own on each database; as text they are exact on all.
    fn sum_as_text(&self, column: impl ColumnTrait) -> Expr {
        Expr::expr(Func::sum(Expr::col(column.as_column_ref())))
            .cast_as(Alias::new(self.text_type()))
    }

    fn text_type(&self) -> &'static str {
        match self.shards.db().get_database_backend() {
            DbBackend::MySql => "char",
            _ => "text",
        }
    }

    /// Runs a list: `branch` on every table, all of it wrapped by `outer`.
    async fn gather<E: EntityTrait>(
        &self,
        branch: Select<E>,
        outer: impl FnOnce(&mut SelectStatement) -> &mut SelectStatement,
    ) -> Result<Vec<E::Model>, DbErr> {
        let backend = self.shards.db().get_database_backend();
        let (layouts, _) = self.shards.current().await?;
        let table = table_of(&layouts, E::default().table_name())?;
        let branches = union(table, &branch.into_query(), backend)?;
        let mut select = Query::select();
        select.column(Asterisk).from(GATHERED);
        outer(&mut select);
        let outer = backend.build(&select);
        let mut values = branches.values.map_or_else(Vec::new, |values| values.0);
        let tail = match backend {
            DbBackend::Postgres => renumber(&outer.sql, values.len()),
            _ => outer.sql,
        };
        values.extend(outer.values.map_or_else(Vec::new, |values| values.0));
        let quote = if backend == DbBackend::MySql {
            '`'
        } else {
            '"'
        };
        let sql = format!("WITH {quote}{GATHERED}{quote} AS ({}) {tail}", branches.sql);
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let rows = self.shards.db().query_all_raw(statement).await?;
        rows.iter()
            .map(|row| E::Model::from_query_result(row, ""))
            .collect()
    }

    /// Runs `branch` on every table and gives all rows.
    async fn each(&self, table: &str, branch: &SelectStatement) -> Result<Vec<QueryResult>, DbErr> {
        let db = self.shards.db();
        let backend = db.get_database_backend();
        let (layouts, _) = self.shards.current().await?;
        let table = table_of(&layouts, table)?;
        if table.is_moving() {
            return db.query_all_raw(union(table, branch, backend)?).await;
        }
        let logical = backend.build(branch);
        let mut statements = Vec::new();
        for number in table.layout.numbers() {
            statements.push(on(table, number, &logical)?);
        }
        let answers = stream::iter(statements)
            .map(|statement| db.query_all_raw(statement))
            .buffered(CONCURRENCY);
        let answers: Vec<Vec<QueryResult>> = answers.try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }
}

/// Where the rows of a logical table were at a moment. Made by [`Scatter::placement`].
#[derive(Clone, Debug)]
pub struct Placement {
    layouts: Arc<Layouts>,
    table: String,
}

impl Placement {
    fn known(&self) -> Option<&Table> {
        self.layouts.of(&self.table)
    }

    /// The numbers of the physical tables.
    #[must_use]
    pub fn numbers(&self) -> Vec<u16> {
        let numbers = self.known().map(|table| table.layout.numbers());
        numbers.into_iter().flatten().collect()
    }

    /// Whether rows are being moved.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.known().is_some_and(Table::is_moving)
    }

    /// The number of the table that holds the rows of a key; while rows are moved, of the one that
    /// did before.
    ///
    /// # Errors
    /// The key does not name the table's column.
    pub fn number_of(&self, key: &ShardKey) -> Result<u16, ShardError> {
        let table = table_of(&self.layouts, &self.table)?;
        Ok(table.number(table.value(key)?))
    }

    /// Whether rows that were found by one are where the other says: nothing was moved between,
    /// and nothing is on the move.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let version = |one: &Self| one.known().map(|table| table.layout.version);
        !self.is_moving() && !other.is_moving() && version(self) == version(other)
    }
}

fn table_of<'a>(layouts: &'a Layouts, table: &str) -> Result<&'a Table, ShardError> {
    layouts.of(table).ok_or_else(|| ShardError::NotSharded {
        table: table.to_owned(),
    })
}

fn number(row: &QueryResult) -> Result<i128, DbErr> {
    let text: Option<String> = row.try_get("", "s")?;
    let text = text.unwrap_or_else(|| "0".to_owned());
    text.parse()
        .map_err(|_| DbErr::Type(format!("`{text}` is not a whole number")))
}

/// A statement on the logical table, put on one physical table.
fn on(table: &Table, number: u16, logical: &Statement) -> Result<Statement, DbErr> {
    let mut one = One { table, number };
    let mut statement = logical.clone();
    if let Some(sql) = rewrite(&logical.sql, logical.db_backend, &mut one)? {
        statement.sql = sql;
    }
    Ok(statement)
}

/// The statement on every table at once.
fn union(table: &Table, branch: &SelectStatement, backend: DbBackend) -> Result<Statement, DbErr> {
    let logical = backend.build(branch);
    let own = logical
        .values
        .clone()
        .map_or_else(Vec::new, |values| values.0);
    let mut sql = String::new();
    let mut values: Vec<Value> = Vec::new();
    for number in table.layout.numbers() {
        if !sql.is_empty() {
            sql.push_str(" UNION ALL ");
        }
        // As a derived table, because SQLite takes an order and a limit there only.
        let text = on(table, number, &logical)?.sql;
        sql.push_str(&format!("SELECT * FROM ({text}) AS s{number}"));
        // Numbered placeholders can be used again; question marks cannot.
        if backend != DbBackend::Postgres || values.is_empty() {
            values.extend(own.iter().cloned());
        }
    }
    Ok(Statement::from_sql_and_values(backend, sql, values))
}

/// One physical table.
struct One<'a> {
    table: &'a Table,
    number: u16,
}

impl Names for One<'_> {
    fn may_be(&self, length: usize) -> bool {
        self.table.layout.table.len() == length
    }

    fn physical(&mut self, identifier: &str) -> Result<Option<&str>, DbErr> {
        if !identifier.eq_ignore_ascii_case(&self.table.layout.table) {
            return Ok(None);
        }
        let unknown = || ShardError::NoTable {
            table: self.table.layout.table.clone(),
            number: self.number,
        };
        Ok(Some(self.table.name(self.number).ok_or_else(unknown)?))
    }
}
