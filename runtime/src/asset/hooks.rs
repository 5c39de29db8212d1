//! The app's own rules around every change of a balance.

use async_trait::async_trait;

use super::change::{Change, Receipt};
use crate::db::Transaction;
use crate::error::AppResult;

/// What may be overridden; by default nothing happens.
///
/// Hooks run in the transaction that changes the balance: an error refuses the operation and takes
/// everything of it back. Transactions of several operations are shared, and may be done again, so
/// a hook has no effect outside of its transaction and does not take long. A replay calls none.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Before a change; may refuse it, or change anything of it but its owner, its asset and its
    /// key.
    async fn before_change(&self, _txn: &Transaction<'_>, _change: &mut Change) -> AppResult<()> {
        Ok(())
    }

    /// After a change; may still refuse it.
    async fn after_change(
        &self,
        _txn: &Transaction<'_>,
        _change: &Change,
        _receipt: &Receipt,
    ) -> AppResult<()> {
        Ok(())
    }
}

/// Nothing happens.
#[derive(Clone, Copy, Debug)]
pub struct NoHooks;

impl Hooks for NoHooks {}
