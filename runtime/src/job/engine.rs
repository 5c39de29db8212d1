//! What a process knows of jobs: the types, who runs which, and who is to be woken.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio::time::sleep;

use super::stats::Stats;
use super::stop::Stopper;
use super::{JobKind, Registered, StopReason, Subscription};
use crate::app::StartError;
use crate::config::is_queue_name;
use crate::types::Id;

/// Longest name of a job.
const NAME_MAX_CHARS: usize = 64;
/// When workers look for what a transaction added that had not ended then.
const SOON: [Duration; 4] = [
    Duration::from_millis(2),
    Duration::from_millis(8),
    Duration::from_millis(30),
    Duration::from_millis(100),
];

/// What a process knows of jobs. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Shared>);

struct Shared {
    kinds: BTreeMap<&'static str, JobKind>,
    subscriptions: Vec<Subscription>,
    /// Changes when a worker should look for jobs.
    wake: watch::Sender<u64>,
    /// Whether somebody is about to wake the workers for transactions that may be open.
    is_waking: AtomicBool,
    live: Mutex<BTreeMap<(Id, i64), Stopper>>,
    stats: Stats,
}

impl Engine {
    /// Of all that an app and its modules were told.
    pub(crate) fn new<'a>(
        registered: impl Iterator<Item = &'a Registered>,
    ) -> Result<Self, StartError> {
        let mut kinds: BTreeMap<&'static str, JobKind> = BTreeMap::new();
        let mut subscriptions: Vec<Subscription> = Vec::new();
        for one in registered {
            for kind in &one.kinds {
                let bad = |reason: String| StartError::Job {
                    name: kind.name().to_owned(),
                    reason,
                };
                let length = kind.name().chars().count();
                if !(1..=NAME_MAX_CHARS).contains(&length) {
                    return Err(bad(format!("a name has 1 to {NAME_MAX_CHARS} characters")));
                }
                if !is_queue_name(kind.queue()) {
                    return Err(bad(format!("`{}` cannot name a queue", kind.queue())));
                }
                let known = kinds.insert(kind.name(), *kind);
                if known.is_some_and(|known| !known.is_same_type(kind)) {
                    return Err(bad("two types have this name".to_owned()));
                }
            }
            for new in &one.subscriptions {
                let is_same = |known: &&Subscription| {
                    known.topic == new.topic && known.kind.name() == new.kind.name()
                };
                if !subscriptions.iter().any(|known| is_same(&known)) {
                    subscriptions.push(*new);
                }
            }
        }
        Ok(Self(Arc::new(Shared {
            kinds,
            subscriptions,
            wake: watch::Sender::new(0),
            is_waking: AtomicBool::new(false),
            live: Mutex::default(),
            stats: Stats::default(),
        })))
    }

    /// All types, by name.
    pub(crate) fn kinds(&self) -> &BTreeMap<&'static str, JobKind> {
        &self.0.kinds
    }

    /// Which events become which jobs.
    pub(crate) fn subscriptions(&self) -> &[Subscription] {
        &self.0.subscriptions
    }

    /// Puts the counters on the page of metrics.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.0.stats.register(registry);
    }

    pub(super) fn stats(&self) -> &Stats {
        &self.0.stats
    }

    /// Has the workers of this process look for jobs.
    pub(crate) fn wake(&self) {
        self.0.wake.send_modify(|count| *count += 1);
    }

    /// As [`Engine::wake`], some times within the next moments: for jobs of a transaction that is
    /// about to be committed.
    pub(crate) fn wake_soon(&self) {
        if self.0.wake.receiver_count() == 0 || self.0.is_waking.swap(true, Ordering::AcqRel) {
            return;
        }
        let engine = self.clone();
        tokio::spawn(async move {
            for pause in SOON {
                sleep(pause).await;
                if pause == SOON[SOON.len() - 1] {
                    engine.0.is_waking.store(false, Ordering::Release);
                }
                engine.wake();
            }
        });
    }

    pub(super) fn awakened(&self) -> watch::Receiver<u64> {
        self.0.wake.subscribe()
    }

    /// Remembers how to stop a run that has begun in this process.
    pub(super) fn began(&self, id: Id, run_no: i64, stopper: Stopper) {
        self.live().insert((id, run_no), stopper);
        self.0.stats.running.inc();
    }

    /// Forgets it.
    pub(super) fn ended(&self, id: Id, run_no: i64) {
        if self.live().remove(&(id, run_no)).is_some() {
            self.0.stats.running.dec();
        }
    }

    /// Tells a run to end; a later reason does not replace the first.
    pub(super) fn stop(&self, id: Id, run_no: i64, reason: StopReason) {
        if let Some(stopper) = self.live().get(&(id, run_no)) {
            stopper.send_if_modified(|known| {
                let is_new = known.is_none();
                if is_new {
                    *known = Some(reason);
                }
                is_new
            });
        }
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<(Id, i64), Stopper>> {
        // No code panics while it holds the lock; were it to, the map would still be whole.
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("kinds", &self.0.kinds)
            .finish_non_exhaustive()
    }
}
