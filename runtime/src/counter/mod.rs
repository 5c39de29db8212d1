//! Counters: for each object a number, exact under any number of writers, and never negative.
//!
//! A counter's value is a row of `counter_tb`, changed by one conditional statement. It can begin with
//! a column of a table of yours, which then follows it in the same transaction.

use crate::app::Context;
use crate::asset::rules::VALUE_MAX;
use crate::db::statement::{execute, insert, one};
use crate::db::{Transaction, transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// Longest name of a counter in bytes.
const NAME_MAX: usize = 64;
/// Lost races before giving up.
const ROUNDS: u32 = 8;

/// A column that a counter begins with and that follows it: in the default database, not sharded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The table, e.g. `note_tb`.
    pub table: &'static str,
    /// Its column of the object's id.
    pub id_column: &'static str,
    /// Its column of the number. From the first use of the counter on, only the counter changes it.
    pub value_column: &'static str,
}

/// The numbers of one name: [`Context::counter`].
///
/// ```
/// # use cloudapp_runtime::{app::Context, counter::Source, error::AppResult, types::Id};
/// async fn take_one(ctx: &Context, prize: Id) -> AppResult<i64> {
///     let source = Source { table: "prize_tb", id_column: "id", value_column: "surplus" };
///     ctx.counter("prize_surplus").of(source).change(prize, -1).await
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Counter<'a> {
    ctx: &'a Context,
    name: &'static str,
    source: Option<Source>,
}

impl<'a> Counter<'a> {
    pub(crate) fn new(ctx: &'a Context, name: &'static str) -> Self {
        let source = None;
        Self { ctx, name, source }
    }

    /// The same, beginning with a column. Without, it begins with 0.
    #[must_use]
    pub fn of(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Adds `delta`, which may be negative; what the number is now.
    ///
    /// # Errors
    /// `no_enough` when it would be negative, `over_limit` above 2^53 - 1, and nothing is changed
    /// then; `not_found` when the source has no such object; `internal` for a bad name; the
    /// database's.
    pub async fn change(&self, object: Id, delta: i64) -> AppResult<i64> {
        self.check()?;
        if !(-VALUE_MAX..=VALUE_MAX).contains(&delta) {
            return Err(AppError::param(
                "the change of a counter is beyond 2^53 - 1",
            ));
        }
        for _ in 0..ROUNDS {
            let counter = *self;
            let changed = transaction(self.ctx.db(), |txn| {
                Box::pin(counter.change_in(txn, object, delta))
            });
            match changed.await? {
                Some(value) => return Ok(value),
                None => self.begin(object).await?,
            }
        }
        Err(AppError::new(ErrorCode::BUSY).with_source("the counter was removed again and again"))
    }

    /// What the number is.
    ///
    /// # Errors
    /// As [`Counter::change`].
    pub async fn get(&self, object: Id) -> AppResult<i64> {
        self.check()?;
        for _ in 0..ROUNDS {
            if let Some(value) = self.read(self.ctx.db(), object).await? {
                return Ok(value);
            }
            self.begin(object).await?;
        }
        Err(AppError::new(ErrorCode::BUSY).with_source("the counter was removed again and again"))
    }

    async fn read(
        &self,
        conn: &impl sea_orm::ConnectionTrait,
        object: Id,
    ) -> AppResult<Option<i64>> {
        let sql = "SELECT value FROM counter_tb WHERE name = ? AND object_id = ?";
        let row = one(conn, sql, vec![self.name.into(), object.get().into()]).await?;
        Ok(row.map(|row| row.try_get("", "value")).transpose()?)
    }

    /// `None` when the counter has not begun.
    async fn change_in(
        self,
        txn: &Transaction<'_>,
        object: Id,
        delta: i64,
    ) -> AppResult<Option<i64>> {
        let sql = "UPDATE counter_tb SET value = value + ? WHERE name = ? AND object_id = ? \
                   AND value + ? BETWEEN 0 AND ?";
        let values = vec![
            delta.into(),
            self.name.into(),
            object.get().into(),
            delta.into(),
            VALUE_MAX.into(),
        ];
        let is_changed = execute(txn, sql, values).await? == 1;
        // The row is ours until the end of the transaction.
        let value = self.read(txn, object).await?;
        match value {
            Some(_) if !is_changed && delta < 0 => return Err(ErrorCode::NO_ENOUGH.into()),
            Some(_) if !is_changed => return Err(ErrorCode::OVER_LIMIT.into()),
            None => return Ok(None),
            Some(_) => {}
        }
        if let (Some(source), Some(value)) = (self.source, value) {
            let Source {
                table,
                id_column,
                value_column,
            } = source;
            let sql = format!("UPDATE {table} SET {value_column} = ? WHERE {id_column} = ?");
            execute(txn, &sql, vec![value.into(), object.get().into()]).await?;
        }
        Ok(value)
    }

    /// The first use: of any number at once, the unique key lets one begin it.
    async fn begin(&self, object: Id) -> AppResult<()> {
        let first = match self.source {
            None => 0,
            Some(Source {
                table,
                id_column,
                value_column,
            }) => {
                let sql = format!(
                    "SELECT CAST({value_column} AS {{int}}) AS n FROM {table} WHERE {id_column} = ?"
                );
                let int = match self.ctx.db().get_database_backend() {
                    sea_orm::DbBackend::MySql => "SIGNED",
                    _ => "BIGINT",
                };
                let sql = sql.replace("{int}", int);
                let row = one(self.ctx.db(), &sql, vec![object.get().into()]).await?;
                let row = row.ok_or_else(AppError::not_found)?;
                row.try_get::<Option<i64>>("", "n")?.unwrap_or(0).max(0)
            }
        };
        let sql = "INSERT INTO counter_tb (name, object_id, value) VALUES (?, ?, ?)";
        let values = vec![self.name.into(), object.get().into(), first.into()];
        insert(self.ctx.db(), sql, values).await?;
        Ok(())
    }

    /// Names go into the text of statements.
    fn check(&self) -> AppResult<()> {
        let is_name = |name: &str| {
            (1..=NAME_MAX).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        let source = self.source.iter();
        let names = source.flat_map(|one| [one.table, one.id_column, one.value_column]);
        match names.chain([self.name]).find(|name| !is_name(name)) {
            None => Ok(()),
            Some(name) => Err(AppError::internal(format!(
                "the counter `{}`: `{name}` must be 1 to {NAME_MAX} letters, digits and `_`",
                self.name
            ))),
        }
    }
}
