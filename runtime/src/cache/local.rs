//! The tier in the process: values, and, without Redis, the versions of groups.

use std::any::TypeId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(feature = "redis")]
use std::time::Duration;

use quick_cache::Weighter;
use quick_cache::sync::Cache as Bounded;
use tokio::time::Instant;

use super::group::CacheGroup;
use super::policy::Life;
use super::value::{Slot, Version};

/// Groups whose versions are remembered. One that is forgotten gets a new version, so that what
/// depends on it is loaded again.
const GROUPS_MAX: usize = 100_000;
/// What an entry takes beside its value, in bytes.
const OVERHEAD: u64 = 256;
/// Bytes of a value of which the weight is guessed for the number of entries to be expected.
const TYPICAL_BYTES: u64 = 1024;

/// What a value is found by in the process.
pub(super) type TierKey = ([u8; 32], TypeId);

/// A value with what must hold for it to be served.
pub(super) struct Entry {
    pub(super) version: Version,
    pub(super) life: Life,
    pub(super) slot: Slot,
    json_len: usize,
    /// When its version was last known to hold, in microseconds since the start of the cache.
    verified_us: AtomicU64,
}

#[derive(Clone)]
struct ByJson;

impl Weighter<TierKey, Arc<Entry>> for ByJson {
    fn weight(&self, _: &TierKey, entry: &Arc<Entry>) -> u64 {
        entry.json_len as u64 + OVERHEAD
    }
}

/// Values, and versions of groups.
pub(super) struct Local {
    values: Bounded<TierKey, Arc<Entry>, ByJson>,
    versions: Bounded<Vec<u8>, u128>,
    /// When this process last invalidated a group, in microseconds as above.
    touched: Bounded<Vec<u8>, u64>,
    next_version: AtomicU64,
    start: Instant,
}

impl Local {
    pub(super) fn new(max_bytes: u64) -> Self {
        let expected = usize::try_from(max_bytes / TYPICAL_BYTES).unwrap_or(usize::MAX);
        Self {
            values: Bounded::with_weighter(expected.clamp(1_000, 1_000_000), max_bytes, ByJson),
            versions: Bounded::new(GROUPS_MAX),
            touched: Bounded::new(GROUPS_MAX),
            next_version: AtomicU64::new(1),
            start: Instant::now(),
        }
    }

    fn since_start(&self, instant: Instant) -> u64 {
        let passed = instant.saturating_duration_since(self.start);
        u64::try_from(passed.as_micros()).unwrap_or(u64::MAX)
    }

    fn new_version(&self) -> u128 {
        u128::from(self.next_version.fetch_add(1, Ordering::Relaxed))
    }

    /// The versions of groups, where no other process has a say.
    pub(super) fn version_of(&self, groups: &[CacheGroup]) -> Version {
        let mut tokens = Vec::with_capacity(groups.len() * 2);
        for group in groups.iter().flat_map(CacheGroup::dependencies) {
            let token = self.versions.get(group).unwrap_or_else(|| {
                let new = || Ok::<_, std::convert::Infallible>(self.new_version());
                match self.versions.get_or_insert_with(group, new) {
                    Ok(token) => token,
                    Err(never) => match never {},
                }
            });
            tokens.push(token);
        }
        Version(tokens.into())
    }

    /// Makes everything that depends on these groups unfit to be served.
    pub(super) fn invalidate(&self, groups: &[CacheGroup]) {
        for group in groups {
            self.versions
                .insert(group.bytes().into(), self.new_version());
            let now = self.since_start(Instant::now());
            self.touched.insert(group.bytes().into(), now);
        }
    }

    /// The value, whatever its version.
    pub(super) fn get(&self, key: &TierKey) -> Option<Arc<Entry>> {
        self.values.get(key)
    }

    /// Whether an entry may be served without asking for versions: they were known to hold at most
    /// that long ago, and this process has not invalidated them since.
    #[cfg(feature = "redis")]
    pub(super) fn is_recent(&self, entry: &Entry, groups: &[CacheGroup], most: Duration) -> bool {
        let verified = entry.verified_us.load(Ordering::Acquire);
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        let age = self.since_start(Instant::now()).saturating_sub(verified);
        let touched = |group: &[u8]| self.touched.get(group).is_some_and(|at| at >= verified);
        let mut dependencies = groups.iter().flat_map(CacheGroup::dependencies);
        age < most && !dependencies.any(touched)
    }

    /// Remembers that an entry's version held at that time.
    pub(super) fn verify(&self, entry: &Entry, at: Instant) {
        let at = self.since_start(at);
        entry.verified_us.fetch_max(at, Ordering::AcqRel);
    }

    /// Keeps a value whose version was read at that time.
    pub(super) fn put(
        &self,
        key: TierKey,
        version: Version,
        life: Life,
        slot: Slot,
        json_len: usize,
        at: Instant,
    ) -> Arc<Entry> {
        let entry = Arc::new(Entry {
            version,
            life,
            slot,
            json_len,
            verified_us: AtomicU64::new(self.since_start(at)),
        });
        self.values.insert(key, Arc::clone(&entry));
        entry
    }

    /// Number of values and their bytes.
    pub(super) fn size(&self) -> (usize, u64) {
        (self.values.len(), self.values.weight())
    }
}
