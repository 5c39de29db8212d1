//! Who of this process asks next: in the order in which they came, one at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::PAUSE_MAX;

/// From so many names on, those that nobody wants are cleared away now and then.
const SWEEP_FROM: usize = 1_024;
/// After so many turns in a row within this process, the others get time to ask.
const IN_A_ROW_MAX: u32 = 8;

/// The queues of this process, by name of the lock.
#[derive(Debug, Default)]
pub(in crate::guard) struct Turns(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    queues: HashMap<String, Weak<Queue>>,
    sweep_at: usize,
}

#[derive(Debug)]
struct Queue {
    one: Arc<Semaphore>,
    in_a_row: AtomicU32,
}

/// Whose turn it is. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    permit: Mutex<Option<OwnedSemaphorePermit>>,
    _queue: Arc<Queue>,
}

impl Turns {
    pub(super) async fn take(&self, name: &str) -> Turn {
        let (queue, is_new) = self.queue(name);
        let permit = Arc::clone(&queue.one).acquire_owned().await;
        // Who finds nobody before him takes nothing from other processes.
        let in_a_row = if is_new {
            0
        } else {
            queue.in_a_row.fetch_add(1, Ordering::Relaxed)
        };
        if in_a_row >= IN_A_ROW_MAX {
            queue.in_a_row.store(0, Ordering::Relaxed);
            sleep(PAUSE_MAX).await;
        }
        Turn {
            // Such a semaphore is never closed.
            permit: Mutex::new(permit.ok()),
            _queue: queue,
        }
    }

    /// The queue of a name, and whether it was made now.
    fn queue(&self, name: &str) -> (Arc<Queue>, bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = known.queues.get(name).and_then(Weak::upgrade) {
            return (queue, false);
        }
        if known.queues.len() >= known.sweep_at.max(SWEEP_FROM) {
            known.queues.retain(|_, queue| queue.strong_count() > 0);
            known.sweep_at = known.queues.len() * 2;
        }
        let queue = Arc::new(Queue {
            one: Arc::new(Semaphore::new(1)),
            in_a_row: AtomicU32::new(0),
        });
        known.queues.insert(name.to_owned(), Arc::downgrade(&queue));
        (queue, true)
    }
}

impl Turn {
    /// Ends the turn before this is dropped.
    pub(super) fn end(&self) {
        let mut permit = self.permit.lock().unwrap_or_else(PoisonError::into_inner);
        drop(permit.take());
    }
}
