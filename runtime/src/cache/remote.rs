//! The tier in Redis: versions of groups, values, and the lock of who loads.
//!
//! Keys: `<prefix>:g:<version name>` is the version of a group, 16 random bytes;
//! `<prefix>:v:<hash>` a value; `<prefix>:l:<hash>:<version>` says that somebody loads it. Versions
//! are random, so that a server that forgot them never comes to one that it had before.

use std::sync::Arc;
use std::time::Duration;

use redis::{ErrorKind, Pipeline, RedisError};
use sha2::{Digest, Sha256};

use super::group::CacheGroup;
use super::link::Link;
use super::value::{Codec, Version};
use crate::random;

/// How long a version is remembered that nobody changes. When it is forgotten, what depends on it
/// is loaded again.
const VERSION_TTL_S: u64 = 24 * 3600;
/// How long a process may say that it loads.
pub(super) const LOCK_TTL: Duration = Duration::from_secs(3);

/// What the keys of an application begin with.
pub(super) struct Keys {
    prefix: String,
    release: &'static str,
}

/// What one question told.
pub(super) struct Answer {
    pub(super) version: Version,
    /// The bytes of the value, if it was asked for and is there.
    pub(super) value: Option<Vec<u8>>,
}

type Token = Option<Vec<u8>>;

impl Keys {
    pub(super) fn new(prefix: String, release: &'static str) -> Self {
        Self { prefix, release }
    }

    fn version(&self, name: &str) -> String {
        format!("{}:g:{name}", self.prefix)
    }

    /// Where a value of a type is. Another release of the app may have another shape of it.
    pub(super) fn value(&self, digest: &[u8; 32], codec: &Codec) -> String {
        let mut hash = Sha256::new();
        hash.update(digest);
        hash.update((self.release.len() as u64).to_be_bytes());
        hash.update(self.release);
        hash.update(codec.type_name);
        format!("{}:v:{}", self.prefix, random::to_hex(&hash.finalize()))
    }

    /// The lock on loading a value under a version.
    pub(super) fn lock(&self, value: &str, version: &Version) -> String {
        let token = version.0.iter().fold(0, |mixed, token| mixed ^ token);
        format!("{}:l:{token:032x}", value)
    }

    /// Reads the versions of groups, and a value in the same breath.
    pub(super) async fn read(
        &self,
        link: &Link,
        groups: &[CacheGroup],
        value: Option<&str>,
    ) -> Result<Answer, RedisError> {
        let names = groups.iter().flat_map(CacheGroup::version_names);
        let names: Vec<String> = names.map(|name| self.version(&name)).collect();
        let mut command = redis::cmd("MGET");
        for name in &names {
            command.arg(name);
        }
        if let Some(value) = value {
            command.arg(value);
        }
        let mut answers: Vec<Token> = command.query_async(&mut link.conn.clone()).await?;
        let bytes = value.and_then(|_| answers.pop().flatten());
        let mut tokens = Vec::with_capacity(names.len() + 1);
        tokens.push(link.run);
        if answers.iter().all(Option::is_some) {
            for token in answers.iter().flatten() {
                tokens.push(parse(token)?);
            }
        } else {
            for token in make(link, &names).await? {
                tokens.push(parse(&token)?);
            }
        }
        Ok(Answer {
            version: Version(tokens.into()),
            value: bytes,
        })
    }
}

/// Gives the groups a version that have none, and reads those of all.
async fn make(link: &Link, names: &[String]) -> Result<Vec<Vec<u8>>, RedisError> {
    let mut pipeline = Pipeline::with_capacity(names.len() + 1);
    for name in names {
        let set = pipeline.cmd("SET").arg(name).arg(&new_token()?[..]);
        set.arg("NX").arg("EX").arg(VERSION_TTL_S).ignore();
    }
    let get = pipeline.cmd("MGET");
    for name in names {
        get.arg(name);
    }
    let (tokens,): (Vec<Token>,) = pipeline.query_async(&mut link.conn.clone()).await?;
    let tokens = tokens.into_iter().map(|token| token.ok_or_else(evicted));
    tokens.collect()
}

fn evicted() -> RedisError {
    RedisError::from((
        ErrorKind::UnexpectedReturnType,
        "Redis forgets versions at once: it has too little memory",
    ))
}

fn parse(token: &[u8]) -> Result<u128, RedisError> {
    let token = <[u8; 16]>::try_from(token);
    token.map(u128::from_be_bytes).map_err(|_| {
        RedisError::from((
            ErrorKind::UnexpectedReturnType,
            "a version is not of ours: is `cache.prefix` used by somebody else?",
        ))
    })
}

fn new_token() -> Result<[u8; 16], RedisError> {
    random::bytes().map_err(|error| RedisError::from(std::io::Error::other(error.detail())))
}

/// Gives groups new versions, by their names.
pub(super) async fn renew(
    keys: &Keys,
    link: &Link,
    names: impl Iterator<Item = String>,
) -> Result<(), RedisError> {
    let mut pipeline = Pipeline::new();
    for name in names {
        let set = pipeline.cmd("SET").arg(keys.version(&name));
        set.arg(&new_token()?[..])
            .arg("EX")
            .arg(VERSION_TTL_S)
            .ignore();
    }
    pipeline.query_async(&mut link.conn.clone()).await
}

/// Reads a value.
pub(super) async fn get(link: &Link, key: &str) -> Result<Option<Vec<u8>>, RedisError> {
    redis::cmd("GET")
        .arg(key)
        .query_async(&mut link.conn.clone())
        .await
}

/// Says that this process loads a value; `false` when another one does.
pub(super) async fn lock(link: &Link, key: &str) -> Result<bool, RedisError> {
    let mut set = redis::cmd("SET");
    set.arg(key)
        .arg(1)
        .arg("NX")
        .arg("PX")
        .arg(LOCK_TTL.as_millis() as u64);
    let done: Option<String> = set.query_async(&mut link.conn.clone()).await?;
    Ok(done.is_some())
}

/// The value, and whether somebody still loads it.
pub(super) async fn watch(
    link: &Link,
    value: &str,
    lock: &str,
) -> Result<(Option<Vec<u8>>, bool), RedisError> {
    let mut get = redis::cmd("MGET");
    let (value, lock): (Option<Vec<u8>>, Option<Vec<u8>>) = get
        .arg(value)
        .arg(lock)
        .query_async(&mut link.conn.clone())
        .await?;
    Ok((value, lock.is_some()))
}

/// Keeps a value for that long, if there is one, and gives back the lock.
pub(super) async fn store(
    link: &Arc<Link>,
    value: Option<(&str, &[u8], u64)>,
    lock: Option<&str>,
) -> Result<(), RedisError> {
    let mut pipeline = Pipeline::new();
    if let Some((key, bytes, life_ms)) = value {
        let set = pipeline.cmd("SET").arg(key).arg(bytes);
        set.arg("PX").arg(life_ms.max(1)).ignore();
    }
    if let Some(lock) = lock {
        pipeline.cmd("DEL").arg(lock).ignore();
    }
    pipeline.query_async(&mut link.conn.clone()).await
}
