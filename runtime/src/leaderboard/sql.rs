//! Boards in the database: a row for each member, in an index that is the order.

use async_trait::async_trait;
use chrono::DateTime;
use sea_orm::{DbErr, QueryResult, Value};

use super::{Board, LEADERS_MAX, Standing, checked};
use crate::app::Context;
use crate::db::statement::{all, execute, for_update, insert, one};
use crate::db::transaction;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// Lost races before giving up.
const ROUNDS: u32 = 8;

/// Who comes before a row `me`.
const BEFORE: &str = "(o.minus_score < me.minus_score OR (o.minus_score = me.minus_score AND \
                      (o.reached_ms < me.reached_ms OR (o.reached_ms = me.reached_ms \
                      AND o.member < me.member))))";

/// A board in the database.
#[derive(Clone, Copy)]
pub(super) struct SqlBoard<'a> {
    pub(super) ctx: &'a Context,
    pub(super) name: &'a str,
}

impl SqlBoard<'_> {
    async fn write(&self, member: Id, next: impl Fn(i64) -> i64 + Send + Sync) -> AppResult<i64> {
        let next = |score| checked(next(score));
        let next = &next;
        let now_ms = self.ctx.now().timestamp_millis();
        for _ in 0..ROUNDS {
            let board = *self;
            let written = transaction(self.ctx.db(), |txn| {
                Box::pin(async move {
                    let select =
                        "SELECT minus_score FROM leaderboard_tb WHERE board = ? AND member = ?";
                    let select = format!("{select}{}", for_update(txn));
                    let Some(row) = one(txn, &select, board.key(member)).await? else {
                        return Ok(None);
                    };
                    let score = -row.try_get::<i64>("", "minus_score")?;
                    let new = next(score)?;
                    if new != score {
                        let sql = "UPDATE leaderboard_tb SET minus_score = ?, reached_ms = ? \
                                   WHERE board = ? AND member = ?";
                        let mut values = vec![(-new).into(), now_ms.into()];
                        values.extend(board.key(member));
                        execute(txn, sql, values).await?;
                    }
                    Ok(Some(new))
                })
            });
            if let Some(score) = written.await? {
                return Ok(score);
            }
            let first = next(0)?;
            let sql = "INSERT INTO leaderboard_tb (board, member, minus_score, reached_ms) \
                       VALUES (?, ?, ?, ?)";
            let mut values = self.key(member);
            values.extend([(-first).into(), now_ms.into()]);
            if insert(self.ctx.db(), sql, values).await? {
                return Ok(first);
            }
        }
        Err(AppError::new(ErrorCode::BUSY).with_source("a place was removed again and again"))
    }

    /// Rows on one side of a place, nearest first.
    async fn beside(
        &self,
        me: &Standing,
        is: &str,
        order: &str,
        limit: i64,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let sql = format!(
            "SELECT member, minus_score, reached_ms FROM leaderboard_tb WHERE board = ? AND \
             (minus_score {is} ? OR (minus_score = ? AND (reached_ms {is} ? OR \
             (reached_ms = ? AND member {is} ?)))) \
             ORDER BY minus_score {order}, reached_ms {order}, member {order} LIMIT ?"
        );
        let (minus_score, reached_ms) = (-me.score, me.reached_at.timestamp_millis());
        let values = vec![
            self.name.into(),
            minus_score.into(),
            minus_score.into(),
            reached_ms.into(),
            reached_ms.into(),
            me.member.get().into(),
            limit.into(),
        ];
        all(self.ctx.db(), &sql, values).await
    }

    fn key(&self, member: Id) -> Vec<Value> {
        vec![self.name.into(), member.get().into()]
    }
}

#[async_trait]
impl Board for SqlBoard<'_> {
    async fn set(&self, member: Id, score: i64) -> AppResult<()> {
        self.write(member, |_| score).await.map(|_| ())
    }

    async fn add(&self, member: Id, delta: i64) -> AppResult<i64> {
        self.write(member, |score| score.saturating_add(delta))
            .await
    }

    async fn remove(&self, member: Id) -> AppResult<bool> {
        let sql = "DELETE FROM leaderboard_tb WHERE board = ? AND member = ?";
        Ok(execute(self.ctx.db(), sql, self.key(member)).await? > 0)
    }

    async fn standing(&self, member: Id) -> AppResult<Option<Standing>> {
        let sql = format!(
            "SELECT me.member, me.minus_score, me.reached_ms, (SELECT COUNT(*) FROM \
             leaderboard_tb o WHERE o.board = me.board AND {BEFORE}) AS better \
             FROM leaderboard_tb me WHERE me.board = ? AND me.member = ?"
        );
        let Some(row) = one(self.ctx.db(), &sql, self.key(member)).await? else {
            return Ok(None);
        };
        let better: i64 = row.try_get("", "better")?;
        Ok(Some(standing(&row, unsigned(better) + 1)?))
    }

    async fn top(&self, count: u32) -> AppResult<Vec<Standing>> {
        let sql = "SELECT member, minus_score, reached_ms FROM leaderboard_tb WHERE board = ? \
                   ORDER BY minus_score, reached_ms, member LIMIT ?";
        let values = vec![self.name.into(), i64::from(count.min(LEADERS_MAX)).into()];
        let rows = all(self.ctx.db(), sql, values).await?;
        let rows = rows.iter().zip(1..).map(|(row, rank)| standing(row, rank));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    async fn around(&self, member: Id, count: u32) -> AppResult<Vec<Standing>> {
        let Some(me) = self.standing(member).await? else {
            return Ok(Vec::new());
        };
        let limit = i64::from(count.min(LEADERS_MAX));
        let before = self.beside(&me, "<", "DESC", limit).await?;
        let mut found = Vec::new();
        for (row, distance) in before.iter().zip(1..) {
            found.push(standing(row, me.rank.saturating_sub(distance).max(1))?);
        }
        found.reverse();
        found.push(me);
        let behind = self.beside(&me, ">", "ASC", limit).await?;
        for (row, distance) in behind.iter().zip(1..) {
            found.push(standing(row, me.rank + distance)?);
        }
        Ok(found)
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn standing(row: &QueryResult, rank: u64) -> Result<Standing, DbErr> {
    let reached_ms: i64 = row.try_get("", "reached_ms")?;
    Ok(Standing {
        rank,
        member: Id::new(row.try_get("", "member")?),
        score: -row.try_get::<i64>("", "minus_score")?,
        reached_at: DateTime::from_timestamp_millis(reached_ms).unwrap_or_default(),
    })
}
