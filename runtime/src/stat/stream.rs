//! The fast path: eight streams in Redis, one for each lane, read by a consumer group.
//!
//! A report is an entry. Entries are taken away when their events are committed in the database, so
//! that a stream is as long as what waits in it; one that is full takes no more, and nothing that
//! waits is ever trimmed. Who takes a lane claims what others left unfinished in its stream: nobody
//! else may be at work on it.

use redis::{Pipeline, RedisError, Script, Value, cmd};

use super::event::Stored;
use crate::app::Context;
use crate::redis::Redis;

const GROUP: &str = "pump";
/// Most entries that are read at a time.
const COUNT: usize = 1_000;

/// The longest that the stream may be, an entry. Answers whether it was taken.
const ADD: &str = r"
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'e', ARGV[2])
return 1
";

/// Removes the names of all consumers that have nothing unfinished, but that of one. In one step,
/// because a consumer that reads between would lose what it reads.
const TIDY: &str = r"
local removed = 0
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local fields = {}
  for at = 1, #one, 2 do fields[one[at]] = one[at + 1] end
  if fields['pending'] == 0 and fields['name'] ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], fields['name'])
    removed = removed + 1
  end
end
return removed
";

/// Entries of a stream.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<String>,
    pub(super) events: Vec<Stored>,
}

type Raw = Vec<(String, Option<Vec<String>>)>;

/// A lane's stream.
pub(super) struct Stream<'a> {
    redis: &'a Redis,
    key: String,
}

fn key(ctx: &Context, lane: u16) -> String {
    format!("{}:stat:{{{lane}}}:events", ctx.app_name())
}

impl<'a> Stream<'a> {
    pub(super) fn new(ctx: &Context, redis: &'a Redis, lane: u16) -> Self {
        Self {
            redis,
            key: key(ctx, lane),
        }
    }

    /// Adds a report; `false` when the stream is full.
    pub(super) async fn add(&self, payload: &str, max: u64) -> Result<bool, RedisError> {
        let script = Script::new(ADD);
        let mut question = script.prepare_invoke();
        question.key(&self.key).arg(max).arg(payload);
        let taken: i64 = question.invoke_async(&mut self.redis.connection()).await?;
        Ok(taken == 1)
    }

    /// How many reports wait.
    pub(super) async fn len(&self) -> Result<u64, RedisError> {
        let mut conn = self.redis.connection();
        cmd("XLEN").arg(&self.key).query_async(&mut conn).await
    }

    /// Makes the group, unless there is one. Redis may have lost it.
    pub(super) async fn prepare(&self) -> Result<(), RedisError> {
        let mut create = cmd("XGROUP");
        create.arg("CREATE").arg(&self.key).arg(GROUP);
        create.arg("0").arg("MKSTREAM");
        let mut conn = self.redis.connection();
        match create.query_async::<Value>(&mut conn).await {
            Err(error) if error.code() != Some("BUSYGROUP") => Err(error),
            _ => Ok(()),
        }
    }

    /// Claims what was read and not finished, from a place on; and the next place, unless that was
    /// all.
    pub(super) async fn claim(
        &self,
        consumer: &str,
        from: &str,
    ) -> Result<(Batch, Option<String>), RedisError> {
        let mut claim = cmd("XAUTOCLAIM");
        claim.arg(&self.key).arg(GROUP).arg(consumer).arg(0);
        claim.arg(from).arg("COUNT").arg(COUNT);
        let mut conn = self.redis.connection();
        let (next, entries, _): (String, Raw, Value) = claim.query_async(&mut conn).await?;
        Ok((batch(entries), (next != "0-0").then_some(next)))
    }

    /// Reads what nobody has read.
    pub(super) async fn read(&self, consumer: &str) -> Result<Batch, RedisError> {
        let mut read = cmd("XREADGROUP");
        read.arg("GROUP").arg(GROUP).arg(consumer);
        read.arg("COUNT").arg(COUNT);
        read.arg("STREAMS").arg(&self.key).arg(">");
        let mut conn = self.redis.connection();
        let streams: Option<Vec<(String, Raw)>> = read.query_async(&mut conn).await?;
        let entries = streams.into_iter().flatten().flat_map(|(_, raw)| raw);
        Ok(batch(entries.collect()))
    }

    /// Takes entries away whose events are committed.
    pub(super) async fn finish(&self, entries: &[String]) -> Result<(), RedisError> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut both = Pipeline::new();
        both.atomic();
        both.cmd("XACK")
            .arg(&self.key)
            .arg(GROUP)
            .arg(entries)
            .ignore();
        both.cmd("XDEL").arg(&self.key).arg(entries).ignore();
        both.query_async(&mut self.redis.connection()).await
    }

    /// Removes the names of consumers that are gone.
    pub(super) async fn tidy(&self, consumer: &str) -> Result<u64, RedisError> {
        let script = Script::new(TIDY);
        let mut question = script.prepare_invoke();
        question.key(&self.key).arg(GROUP).arg(consumer);
        question.invoke_async(&mut self.redis.connection()).await
    }
}

fn batch(raw: Raw) -> Batch {
    let mut batch = Batch::default();
    for (entry, fields) in raw {
        let payload = fields.as_deref().and_then(|fields| fields.get(1));
        let events = payload.map(|payload| serde_json::from_str::<Vec<Stored>>(payload));
        match events {
            Some(Ok(events)) => {
                batch.entries.push(entry);
                batch.events.extend(events);
            }
            // Of another version of the app: one that knows it may come. It stays.
            other => {
                tracing::error!(entry, ?other, "an entry of a stream is not understood");
            }
        }
    }
    batch
}
