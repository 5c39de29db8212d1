//! Renewal while the lock lives.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::claim::Claim;
use super::turn::Turn;
use crate::guard::store::Store;

/// A task that renews a lock, until dropped.
#[derive(Debug)]
pub(super) struct Keeper {
    until: Arc<Mutex<Instant>>,
    is_lost: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

/// What the task works on.
struct Renewal {
    store: Arc<dyn Store>,
    name: String,
    owner: String,
    lease: Duration,
    until: Arc<Mutex<Instant>>,
    is_lost: watch::Sender<bool>,
    turn: Arc<Turn>,
}

impl Keeper {
    /// Begins with a lock that is good until then.
    pub(super) fn start(claim: &Claim, lease: Duration, until: Instant) -> Self {
        let until = Arc::new(Mutex::new(until));
        let (told, is_lost) = watch::channel(false);
        let renewal = Renewal {
            store: Arc::clone(claim.store()),
            name: claim.name().to_owned(),
            owner: claim.owner().to_owned(),
            lease,
            until: Arc::clone(&until),
            is_lost: told,
            turn: Arc::clone(claim.turn()),
        };
        Self {
            until,
            is_lost,
            task: tokio::spawn(renewal.run()),
        }
    }

    pub(super) fn is_held(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        !*self.is_lost.borrow() && Instant::now() < until
    }

    pub(super) async fn lost(&self) {
        let mut is_lost = self.is_lost.clone();
        if is_lost.wait_for(|is_lost| *is_lost).await.is_err() {
            // The task ends without a word only with the lock itself.
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn stop(&self) {
        self.task.abort();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Renewal {
    async fn run(self) {
        let (mut until, every) = (self.until(), self.lease / 3);
        sleep(every).await;
        loop {
            let asked = Instant::now();
            if asked >= until {
                return self.lose("its lease ended before it was renewed");
            }
            let renewed = self.store.renew(&self.name, &self.owner, self.lease);
            match timeout(every, renewed).await {
                Ok(Ok(true)) => {
                    until = asked + self.lease;
                    *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
                    sleep(every).await;
                }
                Ok(Ok(false)) => return self.lose("it is somebody else's, or unknown"),
                Ok(Err(error)) => {
                    tracing::debug!(name = self.name, %error, "a lock was not renewed");
                    sleep(self.lease / 20).await;
                }
                Err(_) => {}
            }
        }
    }

    fn until(&self) -> Instant {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self, why: &str) {
        tracing::warn!(name = self.name, why, "a lock was lost");
        self.turn.end();
        self.is_lost.send_replace(true);
    }
}
