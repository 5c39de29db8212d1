//! What is measured, and the measuring.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::Notify;

/// Connections of each pool.
pub const POOL: u32 = 10;
/// Jobs of one call where many are enqueued at once.
pub const CHUNK: usize = 500;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Jobs in all: half are enqueued one by one, half many at once.
    pub jobs: usize,
    /// Producers, and jobs that a worker runs at the same time.
    pub concurrency: usize,
}

/// Jobs per second.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Enqueued one by one, by as many producers as the concurrency says.
    pub one: f64,
    /// Enqueued many at once, by one producer.
    pub many: f64,
    /// Run, and finished in the database.
    pub run: f64,
}

impl Figures {
    /// The better of each.
    pub fn best(self, other: Self) -> Self {
        Self {
            one: self.one.max(other.one),
            many: self.many.max(other.many),
            run: self.run.max(other.run),
        }
    }

    /// How many times those of another.
    pub fn over(self, other: &Self) -> Self {
        Self {
            one: self.one / other.one,
            many: self.many / other.many,
            run: self.run / other.run,
        }
    }
}

/// `total` in `parts` parts that differ by one at most.
pub fn shares(total: usize, parts: usize) -> impl Iterator<Item = usize> {
    let parts = parts.max(1);
    (0..parts).map(move |part| (total + part) / parts)
}

/// A stop-watch.
pub struct Watch(Instant);

impl Watch {
    /// Starts it.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Things per second, for `count` things since the start.
    pub fn rate(&self, count: usize) -> f64 {
        count as f64 / self.0.elapsed().as_secs_f64()
    }
}

/// Counts runs.
#[derive(Debug, Default)]
pub struct Counter {
    count: AtomicUsize,
    changed: Notify,
}

impl Counter {
    /// Counts one.
    pub fn add(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Waits until so many were counted.
    pub async fn wait_for(&self, count: usize) {
        while self.count.load(Ordering::Relaxed) < count {
            self.changed.notified().await;
        }
    }
}
