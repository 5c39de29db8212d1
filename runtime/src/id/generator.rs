//! Issuing ids: pure arithmetic under a lease, and the lease kept fresh around it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lease::{Lease, LeaseStore};
use crate::clock::Clock;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// Ids count milliseconds from here: 2024-01-01 00:00 UTC.
pub const EPOCH_MS: i64 = 1_704_067_200_000;

const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;
const SEQUENCE_MAX: i64 = (1 << SEQUENCE_BITS) - 1;
/// Last millisecond that fits into 41 bits; in the year 2093.
const LAST_MS: i64 = EPOCH_MS + (1 << 41) - 1;
/// Least time between two attempts to renew a lease that is still good.
const RENEW_PAUSE_MS: i64 = 1000;

/// The smallest id that can be made at a time, in milliseconds since 1970: for questions such as
/// "rows that were made since".
#[must_use]
pub fn first_at(ms: i64) -> Id {
    let ms = ms.clamp(EPOCH_MS, LAST_MS);
    Id::new((ms - EPOCH_MS) << (NODE_BITS + SEQUENCE_BITS))
}

/// Issues ids. Cloning gives another handle on the same generator.
#[derive(Clone, Debug)]
pub struct IdGenerator(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    leases: LeaseStore,
    clock: Arc<dyn Clock>,
    state: Mutex<Option<State>>,
    /// Held while talking to the database, so that one caller leases and the others wait.
    leasing: tokio::sync::Mutex<()>,
    /// No renewal in the background before this time.
    renew_after_ms: AtomicI64,
}

/// The lease, and the last place that was issued under it.
#[derive(Clone, Debug)]
struct State {
    lease: Lease,
    last_ms: i64,
    sequence: i64,
}

impl State {
    /// Goes on after `last_ms`, and after every millisecond that an earlier owner may have used.
    fn new(lease: Lease, last_ms: i64) -> Self {
        Self {
            last_ms: lease.floor_ms.max(last_ms),
            sequence: SEQUENCE_MAX,
            lease,
        }
    }

    /// The next id, or `None` when the lease does not reach that far.
    fn next(&mut self, now_ms: i64) -> Option<Id> {
        // A clock that went back, or a full millisecond, moves on from the last id instead.
        let (ms, sequence) = if now_ms > self.last_ms {
            (now_ms, 0)
        } else if self.sequence < SEQUENCE_MAX {
            (self.last_ms, self.sequence + 1)
        } else {
            (self.last_ms + 1, 0)
        };
        if ms > self.lease.expires_ms || !(EPOCH_MS..=LAST_MS).contains(&ms) {
            return None;
        }
        self.last_ms = ms;
        self.sequence = sequence;
        let value = (ms - EPOCH_MS) << (NODE_BITS + SEQUENCE_BITS)
            | i64::from(self.lease.node) << SEQUENCE_BITS
            | sequence;
        Some(Id::new(value))
    }
}

impl IdGenerator {
    /// A generator that has no lease yet.
    #[must_use]
    pub fn new(leases: LeaseStore, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            leases,
            clock,
            state: Mutex::new(None),
            leasing: tokio::sync::Mutex::new(()),
            renew_after_ms: AtomicI64::new(0),
        }))
    }

    /// The next id. Waits for the database only when there is no good lease: at the first id, and
    /// after a time without any.
    ///
    /// # Errors
    /// `busy` when no node number is free; the database's error when it cannot be asked;
    /// `internal` when the clock shows a time before 2024 or after 2092.
    pub async fn next(&self) -> AppResult<Id> {
        if let Some(id) = self.try_next() {
            return Ok(id);
        }
        let _turn = self.0.leasing.lock().await;
        // Another caller may have leased meanwhile.
        if let Some(id) = self.try_next() {
            return Ok(id);
        }
        self.lease_anew().await?;
        self.try_next().ok_or_else(|| {
            let now_ms = self.0.clock.now_ms();
            AppError::internal(format!(
                "no id can be made at {now_ms} ms since 1970: wrong clock?"
            ))
        })
    }

    /// Leases a node number now, so that the first id need not wait.
    ///
    /// # Errors
    /// As [`IdGenerator::next`].
    pub async fn prepare(&self) -> AppResult<()> {
        let _turn = self.0.leasing.lock().await;
        if self.state().is_some() {
            Ok(())
        } else {
            self.lease_anew().await
        }
    }

    /// Gives the node number back. The generator may be used again, and then leases anew.
    pub async fn release(&self) {
        let _turn = self.0.leasing.lock().await;
        let state = self.state().take();
        if let Some(state) = state
            && let Err(error) = self.0.leases.release(&state.lease, state.last_ms).await
        {
            tracing::debug!(%error, "the node number was not given back; its lease will end");
        }
    }

    /// The next id under the lease at hand; `None` when it does not reach that far. For
    /// transactions, which must not wait for another connection.
    pub(crate) fn try_next(&self) -> Option<Id> {
        let now_ms = self.0.clock.now_ms();
        let (id, lease) = {
            let mut state = self.state();
            let state = state.as_mut()?;
            (state.next(now_ms)?, state.lease.clone())
        };
        if lease.is_half_over(now_ms) {
            self.renew_in_background(now_ms);
        }
        Some(id)
    }

    /// Renews, or takes another number when this one was lost. The caller holds `leasing`.
    async fn lease_anew(&self) -> AppResult<()> {
        let before = self.state().clone();
        let now_ms = self.0.clock.now_ms();
        let last_ms = before.as_ref().map_or(0, |state| state.last_ms);
        let from_ms = now_ms.max(last_ms);
        if let Some(State { lease, .. }) = before {
            if let Some(expires_ms) = self.0.leases.renew(&lease, from_ms).await? {
                self.extend(lease.node, expires_ms);
                return Ok(());
            }
            tracing::warn!(
                node = lease.node,
                "the node number was lost; taking another one"
            );
            *self.state() = None;
        }
        let Some(lease) = self.0.leases.acquire(now_ms, from_ms).await? else {
            return Err(AppError::new(ErrorCode::BUSY).with_source("all node numbers are leased"));
        };
        tracing::debug!(node = lease.node, "node number leased");
        *self.state() = Some(State::new(lease, last_ms));
        Ok(())
    }

    /// Ids go on under the old lease meanwhile, so that no request waits.
    fn renew_in_background(&self, now_ms: i64) {
        let due_ms = self.0.renew_after_ms.load(Ordering::Relaxed);
        let next_ms = now_ms + RENEW_PAUSE_MS;
        // After the clock went back, the remembered time may lie far ahead.
        let is_due = now_ms >= due_ms || due_ms > next_ms;
        let order = Ordering::Relaxed;
        if !is_due
            || self
                .0
                .renew_after_ms
                .compare_exchange(due_ms, next_ms, order, order)
                .is_err()
        {
            return;
        }
        let generator = self.clone();
        tokio::spawn(async move {
            let _turn = generator.0.leasing.lock().await;
            let Some(State { lease, last_ms, .. }) = generator.state().clone() else {
                return;
            };
            let from_ms = generator.0.clock.now_ms().max(last_ms);
            match generator.0.leases.renew(&lease, from_ms).await {
                Ok(Some(expires_ms)) => generator.extend(lease.node, expires_ms),
                // The old lease still holds: it is for the next id after it to take another number.
                Ok(None) => tracing::warn!(node = lease.node, "the node number was lost"),
                Err(error) => tracing::warn!(%error, "the node number was not renewed"),
            }
        });
    }

    fn extend(&self, node: u16, expires_ms: i64) {
        if let Some(state) = self.state().as_mut()
            && state.lease.node == node
        {
            state.lease.expires_ms = expires_ms;
        }
    }

    fn state(&self) -> MutexGuard<'_, Option<State>> {
        // No code panics while it holds the lock; were it to, the state would still be whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
