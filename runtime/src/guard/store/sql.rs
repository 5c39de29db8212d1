//! In the default database, by its clock.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DbErr};

use super::{Granted, Store};
use crate::db::statement::{execute, for_update, insert, one};
use crate::db::{Transaction, transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::guard::rule::{Admission, Cell, Rule, micros};
use crate::random;

const MINUTE_US: i64 = 60_000_000;
/// One of so many calls clears away what is over.
const SWEEP_ONE_IN: u64 = 256;
/// How long a lock that nobody holds keeps its number. A new one begins with the time, which is
/// then far beyond any number of before.
const LOCK_KEPT_US: i64 = 24 * 3_600 * 1_000_000;
/// Lost races before giving up.
const ROUNDS: u32 = 8;

/// What guards of all processes know.
#[derive(Clone, Debug)]
pub(in crate::guard) struct SqlStore {
    conn: DatabaseConnection,
}

/// What is asked about a locked cell.
#[derive(Clone, Copy)]
enum Question<'a> {
    /// Whether one more is within the rule.
    Limit(&'a Rule),
    /// Whether this visitor is among the first of the minute. The cell is there to be locked, so
    /// that visitors are counted one by one.
    Visit {
        scope: &'a str,
        visitor: &'a str,
        limit: u32,
    },
}

impl Question<'_> {
    /// The cell as it is to be, and the answer.
    async fn answer(
        self,
        txn: &Transaction<'_>,
        cell: Cell,
        now_us: i64,
    ) -> Result<(Cell, Admission), DbErr> {
        match self {
            Self::Limit(rule) => Ok(rule.step(Some(cell), now_us)),
            Self::Visit {
                scope,
                visitor,
                limit,
            } => {
                let admission = admit_locked(txn, scope, visitor, limit, now_us).await?;
                let cell = Cell {
                    until_us: now_us + 2 * MINUTE_US,
                    ..Cell::default()
                };
                Ok((cell, admission))
            }
        }
    }
}

/// Reads a cell and the time; the row is locked from then on. `None` when there is no such row.
async fn lock_cell(txn: &Transaction<'_>, key: &str) -> Result<Option<(Cell, i64)>, DbErr> {
    let select =
        "SELECT level, at_us, until_us, {now} AS now_us FROM guard_cell_tb WHERE key_text = ?";
    let sql = format!("{select}{}", for_update(txn));
    let Some(row) = one(txn, &sql, vec![key.into()]).await? else {
        return Ok(None);
    };
    let cell = Cell {
        level: row.try_get("", "level")?,
        at_us: row.try_get("", "at_us")?,
        until_us: row.try_get("", "until_us")?,
    };
    Ok(Some((cell, row.try_get("", "now_us")?)))
}

async fn write_cell(txn: &Transaction<'_>, key: &str, cell: Cell) -> Result<(), DbErr> {
    let sql = "UPDATE guard_cell_tb SET level = ?, at_us = ?, until_us = ? WHERE key_text = ?";
    let values = vec![
        cell.level.into(),
        cell.at_us.into(),
        cell.until_us.into(),
        key.into(),
    ];
    execute(txn, sql, values).await.map(|_| ())
}

impl SqlStore {
    pub(in crate::guard) fn new(conn: DatabaseConnection) -> Self {
        Self { conn }
    }

    /// A row to lock. Outside of a transaction: in one, two that find no row would wait for each
    /// other.
    async fn make_cell(&self, key: &str) -> Result<(), DbErr> {
        let sql = "INSERT INTO guard_cell_tb (key_text, level, at_us, until_us) \
                   VALUES (?, 0, {now}, {now})";
        insert(&self.conn, sql, vec![key.into()]).await.map(|_| ())
    }

    /// Answers a question with the row of its key locked; a row that is not there is made first.
    async fn ask(&self, key: &str, question: Question<'_>) -> AppResult<Admission> {
        for _ in 0..ROUNDS {
            let answered = transaction(&self.conn, |txn| {
                Box::pin(async move {
                    let Some((cell, now_us)) = lock_cell(txn, key).await? else {
                        return Ok(None);
                    };
                    let (cell, admission) = question.answer(txn, cell, now_us).await?;
                    write_cell(txn, key, cell).await?;
                    Ok(Some(admission))
                })
            });
            if let Some(admission) = answered.await? {
                return Ok(admission);
            }
            self.make_cell(key).await?;
            self.sweep_sometimes().await;
        }
        // Another process removed the row each time that this one had made it.
        let lost = "the row of a guard was removed again and again";
        Err(AppError::new(ErrorCode::BUSY).with_source(lost))
    }

    /// Takes the next number of a lock for its owner: strictly growing by name, whatever grants the
    /// lock itself.
    ///
    /// The number is read where the owner is still this one, so that of two takers each gets his
    /// own or, overtaken, none: `None`.
    pub(in crate::guard) async fn next_fencing(
        &self,
        name: &str,
        owner: &str,
    ) -> AppResult<Option<i64>> {
        let sql = "UPDATE guard_lock_tb SET owner = ?, fencing = fencing + 1, until_us = {now} \
                   WHERE name = ?";
        let counted = execute(&self.conn, sql, vec![owner.into(), name.into()]).await?;
        if counted == 0 && !self.make_lock(name, owner, 0).await? {
            // Somebody else made the row meanwhile.
            execute(&self.conn, sql, vec![owner.into(), name.into()]).await?;
        }
        self.sweep_sometimes().await;
        Ok(self.fencing(name, owner).await?)
    }

    async fn make_lock(&self, name: &str, owner: &str, lease_us: i64) -> Result<bool, DbErr> {
        let sql = "INSERT INTO guard_lock_tb (name, owner, fencing, until_us) \
                   VALUES (?, ?, {now}, {now} + ?)";
        let values = vec![name.into(), owner.into(), lease_us.into()];
        insert(&self.conn, sql, values).await
    }

    async fn fencing(&self, name: &str, owner: &str) -> Result<Option<i64>, DbErr> {
        let sql = "SELECT fencing FROM guard_lock_tb WHERE name = ? AND owner = ?";
        let row = one(&self.conn, sql, vec![name.into(), owner.into()]).await?;
        row.map(|row| row.try_get("", "fencing")).transpose()
    }

    /// Now and then: clears away what is over.
    async fn sweep_sometimes(&self) {
        if !random::below(SWEEP_ONE_IN).is_ok_and(|number| number == 0) {
            return;
        }
        let statements = [
            (
                "DELETE FROM guard_cell_tb WHERE until_us < {now} - ?",
                MINUTE_US,
            ),
            (
                "DELETE FROM guard_lock_tb WHERE until_us < {now} - ?",
                LOCK_KEPT_US,
            ),
            (
                "DELETE FROM guard_visitor_tb WHERE minute_no * 60000000 < {now} - ?",
                2 * MINUTE_US,
            ),
        ];
        for (sql, kept_us) in statements {
            if let Err(error) = execute(&self.conn, sql, vec![kept_us.into()]).await {
                // Another call will try again.
                tracing::debug!(%error, "the tables of the guards could not be cleared");
            }
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn decide(&self, key: &str, rule: &Rule) -> AppResult<Admission> {
        self.ask(key, Question::Limit(rule)).await
    }

    async fn forget(&self, key: &str) -> AppResult<()> {
        let sql = "DELETE FROM guard_cell_tb WHERE key_text = ?";
        execute(&self.conn, sql, vec![key.into()]).await?;
        Ok(())
    }

    async fn admit(&self, scope: &str, visitor: &str, limit: u32) -> AppResult<Admission> {
        let key = format!("visitors:{scope}");
        let visit = Question::Visit {
            scope,
            visitor,
            limit,
        };
        self.ask(&key, visit).await
    }

    async fn acquire(
        &self,
        name: &str,
        owner: &str,
        lease: Duration,
    ) -> AppResult<Option<Granted>> {
        let lease_us = micros(lease);
        let sql = "UPDATE guard_lock_tb SET owner = ?, fencing = fencing + 1, \
                   until_us = {now} + ? WHERE name = ? AND (until_us <= {now} OR owner = ?)";
        let values = vec![owner.into(), lease_us.into(), name.into(), owner.into()];
        let taken = execute(&self.conn, sql, values).await? > 0;
        if !taken && !self.make_lock_if_missing(name, owner, lease_us).await? {
            return Ok(None);
        }
        self.sweep_sometimes().await;
        // Without a row of this owner he has lost the lock already.
        let fencing = self.fencing(name, owner).await?;
        Ok(fencing.map(|fencing| Granted {
            fencing: Some(fencing),
        }))
    }

    async fn renew(&self, name: &str, owner: &str, lease: Duration) -> AppResult<bool> {
        let sql = "UPDATE guard_lock_tb SET until_us = {now} + ? \
                   WHERE name = ? AND owner = ? AND until_us > {now}";
        let values = vec![micros(lease).into(), name.into(), owner.into()];
        Ok(execute(&self.conn, sql, values).await? > 0)
    }

    async fn release(&self, name: &str, owner: &str) -> AppResult<bool> {
        let sql = "UPDATE guard_lock_tb SET until_us = {now} \
                   WHERE name = ? AND owner = ? AND until_us > {now}";
        Ok(execute(&self.conn, sql, vec![name.into(), owner.into()]).await? > 0)
    }
}

impl SqlStore {
    async fn make_lock_if_missing(
        &self,
        name: &str,
        owner: &str,
        lease_us: i64,
    ) -> Result<bool, DbErr> {
        let sql = "SELECT fencing FROM guard_lock_tb WHERE name = ?";
        let is_there = one(&self.conn, sql, vec![name.into()]).await?.is_some();
        Ok(!is_there && self.make_lock(name, owner, lease_us).await?)
    }
}

async fn admit_locked(
    txn: &Transaction<'_>,
    scope: &str,
    visitor: &str,
    limit: u32,
    now_us: i64,
) -> Result<Admission, DbErr> {
    let minute = now_us / MINUTE_US;
    let known = "SELECT minute_no FROM guard_visitor_tb \
                 WHERE scope = ? AND minute_no = ? AND visitor = ?";
    let is_known = async |minute: i64| {
        let values = vec![scope.into(), minute.into(), visitor.into()];
        one(txn, known, values).await.map(|row| row.is_some())
    };
    let add = "INSERT INTO guard_visitor_tb (scope, minute_no, visitor) VALUES (?, ?, ?)";
    if !is_known(minute).await? {
        let count = "SELECT COUNT(*) AS n FROM guard_visitor_tb WHERE scope = ? AND minute_no = ?";
        let row = one(txn, count, vec![scope.into(), minute.into()]).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
        if count >= i64::from(limit) {
            return Ok(Admission::refused_us((minute + 1) * MINUTE_US - now_us));
        }
        let values = vec![scope.into(), minute.into(), visitor.into()];
        execute(txn, add, values).await?;
    }
    if !is_known(minute + 1).await? {
        let values = vec![scope.into(), (minute + 1).into(), visitor.into()];
        execute(txn, add, values).await?;
    }
    Ok(Admission::Admitted)
}
