//! What was asked for: given back whatever happens to the one who asked.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use super::turn::Turn;
use crate::error::AppResult;
use crate::guard::store::Store;

/// A name and an owner's token. Dropped while the lock may be granted, it gives it back.
pub(super) struct Claim {
    ours: Arc<Ours>,
    may_be_granted: AtomicBool,
    /// Ends with the lock: then the next one of this process may ask.
    turn: Arc<Turn>,
}

struct Ours {
    store: Arc<dyn Store>,
    name: String,
    owner: String,
}

impl Claim {
    pub(super) fn new(store: Arc<dyn Store>, name: &str, owner: String, turn: Turn) -> Self {
        let name = name.to_owned();
        Self {
            ours: Arc::new(Ours { store, name, owner }),
            may_be_granted: AtomicBool::new(false),
            turn: Arc::new(turn),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.ours.name
    }

    pub(super) fn owner(&self) -> &str {
        &self.ours.owner
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        &self.ours.store
    }

    pub(super) fn turn(&self) -> &Arc<Turn> {
        &self.turn
    }

    pub(super) fn may_be_granted(&self) {
        self.may_be_granted.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_not_granted(&self) {
        self.may_be_granted.store(false, Ordering::Relaxed);
    }

    /// Gives the lock back and then lets the next one ask.
    pub(super) async fn release(self) -> AppResult<bool> {
        let released = self.ours.store.release(self.name(), self.owner()).await;
        if released.is_ok() {
            self.is_not_granted();
        }
        released
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.may_be_granted.load(Ordering::Relaxed) {
            return;
        }
        // Without a runtime the process is about to end: the lease will.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let (ours, turn) = (Arc::clone(&self.ours), Arc::clone(&self.turn));
        runtime.spawn(async move {
            if let Err(error) = ours.store.release(&ours.name, &ours.owner).await {
                let name = &ours.name;
                tracing::warn!(name, %error, "a lock stays until its lease ends");
            }
            drop(turn);
        });
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&self.ours.name).finish()
    }
}
