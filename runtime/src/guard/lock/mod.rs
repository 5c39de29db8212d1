//! Locks: one holder of a name at a time, over all processes.
//!
//! | file | holds |
//! |---|---|
//! | `turn` | who of this process asks next |
//! | `claim` | what was asked for, to be given back whatever happens |
//! | `keeper` | renewal while the lock lives |

mod claim;
mod keeper;
mod turn;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::store::{Granted, SqlStore, Store};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;
use claim::Claim;
use keeper::Keeper;
pub(super) use turn::Turns;

/// Longest name of a lock in bytes.
pub const LOCK_NAME_MAX: usize = 190;
/// Pauses between questions for a lock that somebody else holds, at first and in the end. One task
/// of a process asks at a time, so these do not grow with the number of those who wait.
const PAUSE_MIN: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// How a lock is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockOptions {
    /// For how long it outlives a holder who is gone. Renewed for as long as the [`Lock`] lives.
    pub lease: Duration,
    /// How long to wait for it.
    pub wait: Duration,
}

/// A lock that is held.
///
/// It is renewed in the background until it is dropped or [released](Lock::release); dropping gives
/// it back too, a moment later. A holder that was paused for longer than its lease has lost it and
/// may not know yet. So what the lock protects must know [`Lock::fencing`]: the holder writes its
/// number there before it reads anything, and makes its change where the number is still its own.
///
/// ```sql
/// UPDATE stock_tb SET fencing = :number WHERE id = 1 AND fencing < :number
/// UPDATE stock_tb SET left_over = :left_over WHERE id = 1 AND fencing = :number
/// ```
///
/// Whose first statement finds no row came too late; whose second finds none was overtaken.
#[derive(Debug)]
#[must_use = "a lock that is dropped is given back"]
pub struct Lock {
    fencing: i64,
    keeper: Keeper,
    claim: Claim,
}

impl Lock {
    /// The number of this holding: greater than that of any earlier one of this name, whatever
    /// became of the process or the server that granted it.
    #[must_use]
    pub fn fencing(&self) -> i64 {
        self.fencing
    }

    /// Whether the lease is good by this process's clock. It may end the moment after: only the
    /// fencing number is proof.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.keeper.is_held()
    }

    /// Waits until the lock is lost, if ever.
    pub async fn lost(&self) {
        self.keeper.lost().await;
    }

    /// Does some work for as long as the lock is held.
    ///
    /// # Errors
    /// What the work returned; `acquire_lock` when the lock was lost before its end, which ends the
    /// work at its next pause.
    pub async fn run<T>(&self, work: impl Future<Output = AppResult<T>>) -> AppResult<T> {
        tokio::select! {
            biased;
            () = self.lost() => Err(refusal().with_source("the lock was lost")),
            done = work => done,
        }
    }

    /// Gives the lock back; `false` when it had been lost.
    ///
    /// # Errors
    /// `busy` when that can't be told to the others: they wait for the end of the lease then.
    pub async fn release(self) -> AppResult<bool> {
        self.keeper.stop();
        self.claim.release().await
    }
}

/// Who wants a lock gets it or this.
fn refusal() -> AppError {
    AppError::new(ErrorCode::ACQUIRE_LOCK)
}

/// Takes locks.
pub(super) struct Locks {
    pub(super) store: Arc<dyn Store>,
    pub(super) numbers: SqlStore,
    pub(super) turns: Turns,
}

impl Locks {
    /// Waits for a lock and takes it.
    pub(super) async fn take(&self, name: &str, options: LockOptions) -> AppResult<Lock> {
        check_name(name)?;
        let deadline = Instant::now() + options.wait;
        let turn = timeout_at(deadline, self.turns.take(name)).await;
        let turn = turn.map_err(|_| refusal())?;
        let owner = random::hex::<16>()?;
        let claim = Claim::new(Arc::clone(&self.store), name, owner, turn);
        let mut pause = PAUSE_MIN;
        loop {
            // What is asked now is granted from now on at the earliest.
            let asked = Instant::now();
            let failure = match self.attempt(&claim, options.lease).await {
                Ok(Some(fencing)) => {
                    let keeper = Keeper::start(&claim, options.lease, asked + options.lease);
                    return Ok(Lock {
                        fencing,
                        keeper,
                        claim,
                    });
                }
                Ok(None) => {
                    claim.is_not_granted();
                    refusal()
                }
                // Granted or not: the answer is missing.
                Err(error) => error,
            };
            if Instant::now() + pause > deadline {
                return Err(failure);
            }
            sleep(jittered(pause)?).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// The fencing number, if the lock is ours now.
    async fn attempt(&self, claim: &Claim, lease: Duration) -> AppResult<Option<i64>> {
        claim.may_be_granted();
        let granted = self
            .store
            .acquire(claim.name(), claim.owner(), lease)
            .await?;
        let fencing = match granted {
            None => return Ok(None),
            Some(Granted {
                fencing: Some(number),
            }) => return Ok(Some(number)),
            Some(Granted { fencing: None }) => {
                let number = self.numbers.next_fencing(claim.name(), claim.owner());
                number.await?
            }
        };
        // The number was taken while the lock was ours only if it still is: else a later holder
        // may have a smaller one.
        let is_ours = self.store.renew(claim.name(), claim.owner(), lease).await?;
        Ok(fencing.filter(|_| is_ours))
    }
}

/// Between half of a pause and the whole of it.
fn jittered(pause: Duration) -> AppResult<Duration> {
    let half = u64::try_from(pause.as_micros() / 2).unwrap_or(u64::MAX);
    Ok(Duration::from_micros(half + random::below(half + 1)?))
}

fn check_name(name: &str) -> AppResult<()> {
    if super::is_key(name, LOCK_NAME_MAX) {
        return Ok(());
    }
    Err(AppError::internal(format!(
        "the lock `{name}`: a name must be 1 to {LOCK_NAME_MAX} visible ASCII characters"
    )))
}
