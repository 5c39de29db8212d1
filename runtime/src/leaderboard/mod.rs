//! Leaderboards: highest score first; of equal scores, who reached his first; then the smaller id.
//!
//! Score and time are two columns of whole numbers, not one number made of both: so the order is
//! exact to the millisecond for ever, and for any score up to 2^53 - 1.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use crate::app::Context;
use crate::asset::rules::VALUE_MAX;
use crate::db::statement::{all, execute, for_update, insert, one};
use crate::db::transaction;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// Longest name of a board in bytes.
pub const BOARD_NAME_MAX: usize = 128;
/// Most rows of an answer.
pub const LEADERS_MAX: u32 = 1_000;
/// Lost races before giving up.
const ROUNDS: u32 = 8;

/// Who comes before a row `me`.
const BEFORE: &str = "(o.minus_score < me.minus_score OR (o.minus_score = me.minus_score AND \
                      (o.reached_ms < me.reached_ms OR (o.reached_ms = me.reached_ms \
                      AND o.member < me.member))))";

/// One place on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// From 1.
    pub rank: u64,
    /// The player, or whatever competes.
    pub member: Id,
    /// His score.
    pub score: i64,
    /// When he reached it.
    pub reached_at: DateTime<Utc>,
}

/// One board: [`Context::leaderboard`].
#[derive(Clone, Copy, Debug)]
pub struct Leaderboard<'a> {
    ctx: &'a Context,
    name: &'a str,
}

impl<'a> Leaderboard<'a> {
    pub(crate) fn new(ctx: &'a Context, name: &'a str) -> Self {
        Self { ctx, name }
    }

    /// Sets a score. Who has it already keeps the time at which he reached it.
    ///
    /// # Errors
    /// `param_error` when the score is beyond 2^53 - 1; `internal` when the name of the board is not
    /// 1 to 128 visible ASCII characters; the database's.
    pub async fn set(&self, member: Id, score: i64) -> AppResult<()> {
        self.write(member, |_| score).await.map(|_| ())
    }

    /// Adds to a score, from 0 on; what it is now.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn add(&self, member: Id, delta: i64) -> AppResult<i64> {
        self.write(member, |score| score.saturating_add(delta))
            .await
    }

    async fn write(&self, member: Id, next: impl Fn(i64) -> i64 + Send + Sync) -> AppResult<i64> {
        self.check()?;
        let next = |score| {
            let next = next(score);
            if (-VALUE_MAX..=VALUE_MAX).contains(&next) {
                return Ok(next);
            }
            Err(AppError::param("the score is beyond 2^53 - 1"))
        };
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

    /// Takes somebody off the board; `false` when he was not on it.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn remove(&self, member: Id) -> AppResult<bool> {
        self.check()?;
        let sql = "DELETE FROM leaderboard_tb WHERE board = ? AND member = ?";
        Ok(execute(self.ctx.db(), sql, self.key(member)).await? > 0)
    }

    /// Where somebody stands.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn standing(&self, member: Id) -> AppResult<Option<Standing>> {
        self.check()?;
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

    /// The first `count`, at most 1000.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn top(&self, count: u32) -> AppResult<Vec<Standing>> {
        self.check()?;
        let sql = "SELECT member, minus_score, reached_ms FROM leaderboard_tb WHERE board = ? \
                   ORDER BY minus_score, reached_ms, member LIMIT ?";
        let values = vec![self.name.into(), i64::from(count.min(LEADERS_MAX)).into()];
        let rows = all(self.ctx.db(), sql, values).await?;
        let rows = rows.iter().zip(1..).map(|(row, rank)| standing(row, rank));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Somebody with up to `count` (at most 1000) before and behind him; empty when he is not on the
    /// board.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn around(&self, member: Id, count: u32) -> AppResult<Vec<Standing>> {
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

    fn check(&self) -> AppResult<()> {
        let name = self.name;
        let fits = (1..=BOARD_NAME_MAX).contains(&name.len());
        if fits && name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(());
        }
        Err(AppError::internal(format!(
            "the leaderboard `{name}`: must be 1 to {BOARD_NAME_MAX} visible ASCII characters"
        )))
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
