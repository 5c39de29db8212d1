//! Leaderboards: highest score first; of equal scores, who reached his first; then the smaller id.
//!
//! Score and time are two whole numbers, not one number made of both: so the order is exact to the
//! millisecond for ever, and for any score up to 2^53 - 1.
//!
//! - `sql`: in the database, as durable as all that is there; a rank is found by counting who is
//!   before it
//! - `redis` (`leaderboard.backend`): ranks among millions at once; as durable as that Redis is

#[cfg(feature = "redis")]
mod redis;
mod sql;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::app::Context;
use crate::asset::rules::VALUE_MAX;
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// Longest name of a board in bytes.
pub const BOARD_NAME_MAX: usize = 128;
/// Most rows of an answer.
pub const LEADERS_MAX: u32 = 1_000;

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

/// What holds a board. Names, scores and counts were checked before.
#[async_trait]
trait Board: Send + Sync {
    async fn set(&self, member: Id, score: i64) -> AppResult<()>;
    async fn add(&self, member: Id, delta: i64) -> AppResult<i64>;
    async fn remove(&self, member: Id) -> AppResult<bool>;
    async fn standing(&self, member: Id) -> AppResult<Option<Standing>>;
    async fn top(&self, count: u32) -> AppResult<Vec<Standing>>;
    async fn around(&self, member: Id, count: u32) -> AppResult<Vec<Standing>>;
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
    /// 1 to 128 visible ASCII characters; the database's, or `busy` when Redis can't be asked.
    pub async fn set(&self, member: Id, score: i64) -> AppResult<()> {
        self.board()?.set(member, checked(score)?).await
    }

    /// Adds to a score, from 0 on; what it is now.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn add(&self, member: Id, delta: i64) -> AppResult<i64> {
        self.board()?.add(member, delta).await
    }

    /// Takes somebody off the board; `false` when he was not on it.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn remove(&self, member: Id) -> AppResult<bool> {
        self.board()?.remove(member).await
    }

    /// Where somebody stands.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn standing(&self, member: Id) -> AppResult<Option<Standing>> {
        self.board()?.standing(member).await
    }

    /// The first `count`, at most 1000.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn top(&self, count: u32) -> AppResult<Vec<Standing>> {
        self.board()?.top(count.min(LEADERS_MAX)).await
    }

    /// Somebody with up to `count` (at most 1000) before and behind him; empty when he is not on the
    /// board.
    ///
    /// # Errors
    /// As [`Leaderboard::set`].
    pub async fn around(&self, member: Id, count: u32) -> AppResult<Vec<Standing>> {
        self.board()?.around(member, count.min(LEADERS_MAX)).await
    }

    fn board(&self) -> AppResult<Box<dyn Board + 'a>> {
        let name = self.name;
        let fits = (1..=BOARD_NAME_MAX).contains(&name.len());
        if !fits || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AppError::internal(format!(
                "the leaderboard `{name}`: must be 1 to {BOARD_NAME_MAX} visible ASCII characters"
            )));
        }
        let ctx = self.ctx;
        #[cfg(feature = "redis")]
        if ctx.config().leaderboard.backend == crate::config::LeaderboardBackend::Redis
            && let Some(redis) = ctx.redis()
        {
            return Ok(Box::new(redis::RedisBoard::new(ctx, redis, name)));
        }
        Ok(Box::new(sql::SqlBoard { ctx, name }))
    }
}

/// The score, if it is one that all that holds boards can tell from its neighbours.
fn checked(score: i64) -> AppResult<i64> {
    if (-VALUE_MAX..=VALUE_MAX).contains(&score) {
        return Ok(score);
    }
    Err(AppError::param("the score is beyond 2^53 - 1"))
}
