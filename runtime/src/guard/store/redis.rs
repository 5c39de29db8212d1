//! In Redis: one script a question, by the server's clock.

use std::time::Duration;

use async_trait::async_trait;
use redis::{FromRedisValue, RedisError, Script, ScriptInvocation};

use super::{Granted, Store};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::guard::rule::{Admission, Rule, micros};
use crate::redis::Redis;

/// As `Rule::Flow`. Answers: admitted, microseconds to wait.
const FLOW: &str = r"
local count, per, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cell = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(cell[1] or 0), tonumber(cell[2] or now)
local before = at
if at - now > 1000000 then at = now elseif now > at then at = now end
if at > before then level = math.max(0, level - (at - before) * count) end
local filled, room, admitted, wait = level + per, burst * per, 1, 0
if filled <= room then
  level = filled
else
  admitted, wait = 0, math.ceil((filled - room) / count) + at - now
end
redis.call('HSET', KEYS[1], 'level', string.format('%.0f', level), 'at', string.format('%.0f', at))
redis.call('PEXPIRE', KEYS[1], math.ceil((at - now + level / count) / 1000) + 1)
return {admitted, wait}
";

/// As `Rule::Window`.
const WINDOW: &str = r"
local calls = tonumber(redis.call('GET', KEYS[1]) or 0)
if calls >= tonumber(ARGV[1]) then return {0, redis.call('PTTL', KEYS[1]) * 1000} end
if calls == 0 then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
else
  redis.call('INCR', KEYS[1])
end
return {1, 0}
";

/// A set of visitors for each minute; the key names of both follow from the one that is given.
const ADMIT: &str = r"
local time = redis.call('TIME')
local minute = math.floor(time[1] / 60)
local now, next = KEYS[1] .. ':' .. minute, KEYS[1] .. ':' .. (minute + 1)
if redis.call('SISMEMBER', now, ARGV[1]) == 0 and redis.call('SCARD', now) >= tonumber(ARGV[2]) then
  return {0, ((minute + 1) * 60 - time[1]) * 1000000 - time[2]}
end
redis.call('SADD', now, ARGV[1])
redis.call('EXPIRE', now, 120)
redis.call('SADD', next, ARGV[1])
redis.call('EXPIRE', next, 180)
return {1, 0}
";

const ACQUIRE: &str = r"
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
";

const RENEW: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
";

const RELEASE: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
";

/// What guards of all processes know.
pub(in crate::guard) struct RedisStore {
    redis: Redis,
    prefix: String,
    flow: Script,
    window: Script,
    admit: Script,
    acquire: Script,
    renew: Script,
    release: Script,
}

impl RedisStore {
    /// Keys begin with the application's name, so that several can share a server.
    pub(in crate::guard) fn new(redis: Redis, app: &str) -> Self {
        Self {
            redis,
            prefix: format!("{app}:guard:"),
            flow: Script::new(FLOW),
            window: Script::new(WINDOW),
            admit: Script::new(ADMIT),
            acquire: Script::new(ACQUIRE),
            renew: Script::new(RENEW),
            release: Script::new(RELEASE),
        }
    }

    /// The braces keep what belongs together on one node of a cluster.
    fn key(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}:{{{name}}}", self.prefix)
    }

    async fn ask<T: FromRedisValue>(&self, question: &ScriptInvocation<'_>) -> AppResult<T> {
        let mut connection = self.redis.connection();
        let answer = question.invoke_async(&mut connection).await;
        answer.map_err(unavailable)
    }
}

fn unavailable(error: RedisError) -> AppError {
    AppError::new(ErrorCode::BUSY).with_source(error)
}

fn admission((admitted, wait_us): (i64, i64)) -> Admission {
    if admitted == 1 {
        return Admission::Admitted;
    }
    Admission::refused_us(wait_us)
}

fn millis(duration: Duration) -> i64 {
    (micros(duration) / 1000).max(1)
}

#[async_trait]
impl Store for RedisStore {
    async fn decide(&self, key: &str, rule: &Rule) -> AppResult<Admission> {
        let answer = match *rule {
            Rule::Flow(rate) => {
                let mut question = self.flow.key(self.key("flow", key));
                question.arg(rate.count).arg(rate.per_us).arg(rate.burst);
                self.ask(&question).await?
            }
            Rule::Window { limit, window_us } => {
                let mut question = self.window.key(self.key("window", key));
                question.arg(limit).arg((window_us / 1000).max(1));
                self.ask(&question).await?
            }
        };
        Ok(admission(answer))
    }

    async fn forget(&self, key: &str) -> AppResult<()> {
        let keys = [self.key("flow", key), self.key("window", key)];
        let mut connection = self.redis.connection();
        let mut command = redis::cmd("DEL");
        let deleted = command.arg(&keys).query_async::<i64>(&mut connection);
        deleted.await.map(|_| ()).map_err(unavailable)
    }

    async fn admit(&self, scope: &str, visitor: &str, limit: u32) -> AppResult<Admission> {
        let mut question = self.admit.key(self.key("visitors", scope));
        self.ask(question.arg(visitor).arg(limit))
            .await
            .map(admission)
    }

    async fn acquire(
        &self,
        name: &str,
        owner: &str,
        lease: Duration,
    ) -> AppResult<Option<Granted>> {
        let mut question = self.acquire.key(self.key("lock", name));
        let taken: bool = self.ask(question.arg(owner).arg(millis(lease))).await?;
        Ok(taken.then_some(Granted { fencing: None }))
    }

    async fn renew(&self, name: &str, owner: &str, lease: Duration) -> AppResult<bool> {
        let mut question = self.renew.key(self.key("lock", name));
        self.ask(question.arg(owner).arg(millis(lease))).await
    }

    async fn release(&self, name: &str, owner: &str) -> AppResult<bool> {
        let mut question = self.release.key(self.key("lock", name));
        self.ask(question.arg(owner)).await
    }
}
