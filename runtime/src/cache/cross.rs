//! What a read does with Redis: see the versions, take the value, wait for a load in another
//! process, pass on its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Inner;
use super::link::Link;
use super::load::{Ask, Seen};
use super::local::Entry;
use super::remote;
use super::value::{pack, unpack};

/// How long a process waits for the load of another one before it loads itself.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What Redis said.
pub(super) struct Found {
    link: Arc<Link>,
    /// Key of the value.
    key: String,
    value: Option<Vec<u8>>,
}

/// Whether this process is to load.
pub(super) enum Turn {
    /// It is; the lock that says so, if there is one.
    Ours(Option<String>),
    /// Another process just did.
    Loaded(Arc<Entry>),
}

impl Inner {
    /// Whether an entry may be served without asking Redis.
    pub(super) fn is_recent(&self, ask: &Ask, entry: &Entry) -> bool {
        let most = ask.policy.max_staleness;
        self.tier.is_some() && !most.is_zero() && self.local.is_recent(entry, &ask.groups, most)
    }

    /// Reads the versions that hold now, and the value too when it is `wanted`. `None` when they
    /// cannot be read or trusted.
    pub(super) async fn see(&self, ask: &Ask, wanted: bool, at: Instant) -> Option<Seen> {
        let Some(tier) = &self.tier else {
            let version = self.local.version_of(&ask.groups);
            return Some(Seen {
                version,
                at,
                remote: None,
            });
        };
        let link = tier.usable(&ask.groups).await?;
        let key = tier.keys().value(&ask.digest, &ask.codec);
        let value_key = wanted.then_some(&*key);
        let mut answer = match tier.keys().read(&link, &ask.groups, value_key).await {
            Ok(answer) => answer,
            Err(error) => {
                tier.links().fail(&link, &error);
                return None;
            }
        };
        if !wanted {
            // The process holds a value; only if it is outdated, Redis may have a better one.
            let held = self.local.get(&ask.key());
            if held.is_none_or(|entry| entry.version != answer.version) {
                answer.value = match remote::get(&link, &key).await {
                    Ok(value) => value,
                    Err(error) => {
                        tier.links().fail(&link, &error);
                        return None;
                    }
                };
            }
        }
        Some(Seen {
            version: answer.version,
            at,
            remote: Some(Found {
                link,
                key,
                value: answer.value,
            }),
        })
    }

    /// Takes the value that Redis has, if it is of these versions.
    pub(super) fn adopt(&self, ask: &Ask, seen: &Seen, now_ms: i64) -> Option<Arc<Entry>> {
        let bytes = seen.remote.as_ref()?.value.as_deref()?;
        self.take(ask, seen, bytes)
            .filter(|entry| entry.life.is_alive(now_ms))
    }

    fn take(&self, ask: &Ask, seen: &Seen, bytes: &[u8]) -> Option<Arc<Entry>> {
        let stored = unpack(bytes, &seen.version, &ask.codec)?;
        let (version, life, slot) = (stored.version, stored.life, stored.slot);
        let put = self
            .local
            .put(ask.key(), version, life, slot, stored.json_len, seen.at);
        Some(put)
    }

    /// Waits until this process may load, or another one has. Not for long: two loads are better
    /// than none.
    pub(super) async fn wait_for_turn(&self, ask: &Ask, seen: &Seen) -> Turn {
        let (Some(tier), Some(found)) = (&self.tier, &seen.remote) else {
            return Turn::Ours(None);
        };
        let lock = tier.keys().lock(&found.key, &seen.version);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match remote::lock(&found.link, &lock).await {
                Ok(true) => return Turn::Ours(Some(lock)),
                Ok(false) => {}
                Err(error) => {
                    tier.links().fail(&found.link, &error);
                    break;
                }
            }
            loop {
                sleep(LOOK_EVERY).await;
                let Ok((value, is_loading)) = remote::watch(&found.link, &found.key, &lock).await
                else {
                    return Turn::Ours(None);
                };
                let now_ms = self.clock.now_ms();
                let entry = value.and_then(|bytes| self.take(ask, seen, &bytes));
                if let Some(entry) = entry.filter(|entry| entry.life.is_fresh(now_ms)) {
                    return Turn::Loaded(entry);
                }
                if !is_loading || Instant::now() >= until {
                    break;
                }
            }
        }
        Turn::Ours(None)
    }

    /// Puts a loaded value into Redis and gives back the lock.
    pub(super) async fn publish(
        &self,
        _: &Ask,
        seen: &Seen,
        kept: Option<(Arc<Entry>, Vec<u8>)>,
        lock: Option<String>,
    ) {
        let (Some(tier), Some(found)) = (&self.tier, &seen.remote) else {
            return;
        };
        let packed = kept.and_then(|(entry, json)| {
            let bytes = pack(&entry.version, entry.life, &entry.slot, &json)?;
            let life_ms = entry.life.dead_at.saturating_sub(self.clock.now_ms());
            Some((bytes, u64::try_from(life_ms).unwrap_or_default()))
        });
        let value = packed
            .as_ref()
            .map(|(bytes, life)| (&*found.key, &**bytes, *life));
        if value.is_none() && lock.is_none() {
            return;
        }
        if let Err(error) = remote::store(&found.link, value, lock.as_deref()).await {
            tier.links().fail(&found.link, &error);
        }
    }
}
