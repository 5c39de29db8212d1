//! Boards in Redis: a sorted set by minus the score, whose members begin with the time; and a hash
//! that knows the member of that set by the id.
//!
//! A score of a sorted set is a double, exact up to 2^53; time and id are in the member, whose
//! bytes decide among equal scores. Redis must not evict these keys (`maxmemory-policy noeviction`
//! or `volatile-*`).

use async_trait::async_trait;
use chrono::DateTime;
use redis::{FromRedisValue, Script};

use super::{Board, Standing};
use crate::app::Context;
use crate::asset::rules::VALUE_MAX;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::redis::Redis;
use crate::types::Id;

/// Id, member if the score changes, how to write (`set` or `add`), the number in two halves, each of
/// which a double holds. Answers the new score, or nothing when it is beyond 2^53 - 1.
const WRITE: &str = r"
local most = 9007199254740991
local place = redis.call('HGET', KEYS[2], ARGV[1])
local score = place and redis.call('ZSCORE', KEYS[1], place)
local old = score and -tonumber(score) or 0
local new = tonumber(ARGV[4])
if ARGV[3] == 'add' then
  new = old + new
  if math.abs(new) > most then return false end
  new = new + tonumber(ARGV[5])
end
if math.abs(new) > most then return false end
if not score or new ~= old then
  if place then redis.call('ZREM', KEYS[1], place) end
  redis.call('ZADD', KEYS[1], string.format('%.0f', -new), ARGV[2])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
return string.format('%.0f', new)
";

const REMOVE: &str = r"
local place = redis.call('HGET', KEYS[2], ARGV[1])
if not place then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('ZREM', KEYS[1], place)
";

/// Id, how many before and behind. Answers the rank of the first, from 0, and members and scores.
const AROUND: &str = r"
local place = redis.call('HGET', KEYS[2], ARGV[1])
local rank = place and redis.call('ZRANK', KEYS[1], place)
if not rank then return false end
local first = math.max(0, rank - tonumber(ARGV[2]))
return {first, redis.call('ZRANGE', KEYS[1], first, rank + tonumber(ARGV[2]), 'WITHSCORES')}
";

/// Turns the order of signed numbers into that of their bits.
const SIGN: u64 = 1 << 63;

/// A board in Redis.
pub(super) struct RedisBoard<'a> {
    ctx: &'a Context,
    redis: &'a Redis,
    /// The braces keep both on one node of a cluster.
    keys: [String; 2],
}

impl<'a> RedisBoard<'a> {
    pub(super) fn new(ctx: &'a Context, redis: &'a Redis, name: &str) -> Self {
        let key = |kind: &str| format!("{}:board:{{{name}}}:{kind}", ctx.app_name());
        Self {
            ctx,
            redis,
            keys: [key("order"), key("member")],
        }
    }

    async fn ask<T: FromRedisValue>(&self, script: &str, arguments: &[String]) -> AppResult<T> {
        let script = Script::new(script);
        let mut question = script.prepare_invoke();
        question.key(&self.keys[..]).arg(arguments);
        let answer = question.invoke_async(&mut self.redis.connection()).await;
        answer.map_err(unavailable)
    }

    async fn write(&self, member: Id, how: &str, number: i64) -> AppResult<i64> {
        let half = number.clamp(-VALUE_MAX, VALUE_MAX);
        // What lies beyond two halves is beyond every score.
        let other = number.saturating_sub(half).clamp(-VALUE_MAX, VALUE_MAX);
        let arguments = [
            member.to_string(),
            place(self.ctx.now().timestamp_millis(), member),
            how.to_owned(),
            half.to_string(),
            other.to_string(),
        ];
        let is_whole = half.checked_add(other) == Some(number);
        let answer: Option<i64> = if is_whole {
            self.ask(WRITE, &arguments).await?
        } else {
            None
        };
        answer.ok_or_else(|| AppError::param("the score is beyond 2^53 - 1"))
    }
}

#[async_trait]
impl Board for RedisBoard<'_> {
    async fn set(&self, member: Id, score: i64) -> AppResult<()> {
        self.write(member, "set", score).await.map(|_| ())
    }

    async fn add(&self, member: Id, delta: i64) -> AppResult<i64> {
        self.write(member, "add", delta).await
    }

    async fn remove(&self, member: Id) -> AppResult<bool> {
        self.ask(REMOVE, &[member.to_string()]).await
    }

    async fn standing(&self, member: Id) -> AppResult<Option<Standing>> {
        Ok(self.around(member, 0).await?.pop())
    }

    async fn top(&self, count: u32) -> AppResult<Vec<Standing>> {
        let Some(last) = count.checked_sub(1) else {
            return Ok(Vec::new());
        };
        let mut range = redis::cmd("ZRANGE");
        range.arg(&self.keys[0]).arg(0).arg(last).arg("WITHSCORES");
        let rows = range.query_async(&mut self.redis.connection()).await;
        standings(0, rows.map_err(unavailable)?)
    }

    async fn around(&self, member: Id, count: u32) -> AppResult<Vec<Standing>> {
        let arguments = [member.to_string(), count.to_string()];
        let found: Option<(u64, Vec<(String, f64)>)> = self.ask(AROUND, &arguments).await?;
        let (first, rows) = found.unwrap_or_default();
        standings(first, rows)
    }
}

fn unavailable(error: redis::RedisError) -> AppError {
    AppError::new(ErrorCode::BUSY).with_source(error)
}

/// A member of the sorted set: time and id, so that their order is that of the bytes.
fn place(reached_ms: i64, member: Id) -> String {
    let bits = |number: i64| number.cast_unsigned() ^ SIGN;
    format!("{:016x}{:016x}", bits(reached_ms), bits(member.get()))
}

fn standings(first: u64, rows: Vec<(String, f64)>) -> AppResult<Vec<Standing>> {
    let read = |((place, minus_score), rank): ((String, f64), u64)| {
        let bits = |at: usize| u64::from_str_radix(place.get(at..at + 16)?, 16).ok();
        let number = |at| Some((bits(at)? ^ SIGN).cast_signed());
        Some(Standing {
            rank,
            member: Id::new(number(16)?),
            score: whole(-minus_score),
            reached_at: DateTime::from_timestamp_millis(number(0)?)?,
        })
    };
    let read = rows.into_iter().zip(first + 1..).map(read);
    let all: Option<Vec<_>> = read.collect();
    all.ok_or_else(|| AppError::internal("a place on a leaderboard in Redis cannot be read"))
}

/// A double that is a whole number up to 2^53 - 1.
#[expect(
    clippy::cast_possible_truncation,
    reason = "scores are checked before they are written"
)]
fn whole(score: f64) -> i64 {
    score as i64
}
