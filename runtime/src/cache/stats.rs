//! What the cache counts.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// How a read ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The process had it.
    Local,
    /// Redis had it.
    Redis,
    /// One of the two had it, and it is being loaded anew.
    Stale,
    /// It had to be loaded.
    Miss,
    /// Redis could not be asked, or an invalidation is to be made up for.
    Bypass,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReadLabels {
    group: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LoadLabels {
    group: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InvalidationLabels {
    group: &'static str,
    by: &'static str,
}

/// The counters of one cache.
#[derive(Debug, Default)]
pub(super) struct Stats {
    reads: Family<ReadLabels, Counter>,
    loads: Family<LoadLabels, Counter>,
    failures: Family<LoadLabels, Counter>,
    shared: Family<LoadLabels, Counter>,
    invalidations: Family<InvalidationLabels, Counter>,
    pub(super) breaker_open: Gauge,
    pub(super) pending: Gauge,
    entries: Gauge,
    bytes: Gauge,
}

/// What was counted of one group since the start of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Reads that the process had the value for.
    pub local_hits: u64,
    /// Reads that Redis had the value for.
    pub redis_hits: u64,
    /// Reads that got a value that is being loaded anew.
    pub stale_hits: u64,
    /// Reads for which the value was loaded.
    pub misses: u64,
    /// Reads that went to the database because the cache could not be trusted.
    pub bypasses: u64,
    /// Loads.
    pub loads: u64,
    /// Loads that failed.
    pub failed_loads: u64,
    /// Reads that waited for the load of another one: loads that were spared.
    pub shared_loads: u64,
}

impl Read {
    fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Redis => "redis",
            Self::Stale => "stale",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }
}

impl Stats {
    pub(super) fn read(&self, group: &'static str, read: Read) {
        let result = read.as_str();
        let labels = ReadLabels { group, result };
        self.reads.get_or_create(&labels).inc();
    }

    pub(super) fn load(&self, group: &'static str) {
        self.loads.get_or_create(&LoadLabels { group }).inc();
    }

    pub(super) fn failure(&self, group: &'static str) {
        self.failures.get_or_create(&LoadLabels { group }).inc();
    }

    pub(super) fn shared(&self, group: &'static str) {
        self.shared.get_or_create(&LoadLabels { group }).inc();
    }

    pub(super) fn invalidation(&self, group: &'static str, by: &'static str) {
        let labels = InvalidationLabels { group, by };
        self.invalidations.get_or_create(&labels).inc();
    }

    pub(super) fn counts(&self, group: &'static str) -> GroupCounts {
        let reads = |read: Read| {
            let result = read.as_str();
            self.reads
                .get_or_create(&ReadLabels { group, result })
                .get()
        };
        let of = |family: &Family<LoadLabels, Counter>| {
            family.get_or_create(&LoadLabels { group }).get()
        };
        GroupCounts {
            local_hits: reads(Read::Local),
            redis_hits: reads(Read::Redis),
            stale_hits: reads(Read::Stale),
            misses: reads(Read::Miss),
            bypasses: reads(Read::Bypass),
            loads: of(&self.loads),
            failed_loads: of(&self.failures),
            shared_loads: of(&self.shared),
        }
    }

    pub(super) fn set_size(&self, (entries, bytes): (usize, u64)) {
        self.entries.set(i64::try_from(entries).unwrap_or(i64::MAX));
        self.bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "Reads through the cache, by how they ended";
        registry.register("cache_reads", help, self.reads.clone());
        let help = "Values loaded for the cache";
        registry.register("cache_loads", help, self.loads.clone());
        let help = "Loads for the cache that failed";
        registry.register("cache_load_failures", help, self.failures.clone());
        let help = "Reads that shared the load of another: stampedes prevented";
        registry.register("cache_shared_loads", help, self.shared.clone());
        let help = "Groups invalidated, and how: in Redis, locally, or by the database";
        registry.register("cache_invalidations", help, self.invalidations.clone());
        let help = "1 while Redis is configured and cannot be asked";
        registry.register("cache_breaker_open", help, self.breaker_open.clone());
        let help = "Invalidations that are to be made up for in Redis, as last seen";
        registry.register("cache_pending_invalidations", help, self.pending.clone());
        let help = "Values in the process";
        registry.register("cache_entries", help, self.entries.clone());
        let help = "Bytes of values in the process, as JSON";
        registry.register("cache_bytes", help, self.bytes.clone());
    }
}
