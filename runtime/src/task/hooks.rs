//! The app's own rules around tasks.

use async_trait::async_trait;

use super::deed::Deed;
use super::definition::Task;
use super::pay::Paid;
use crate::app::Context;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::AppResult;
use crate::types::Id;

/// What may be overridden; by default nothing happens.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Before what a player says he did is looked at; may refuse it.
    async fn before_act(
        &self,
        _ctx: &Context,
        _player: &Player,
        _task: &Task,
        _deed: &Deed,
    ) -> AppResult<()> {
        Ok(())
    }

    /// After a payment, in its transaction; an error takes everything back, and nothing is used up.
    /// A transaction may be done again, so there must be no effect outside of it.
    async fn after_pay(
        &self,
        _txn: &Transaction<'_>,
        _task: &Task,
        _user_id: Id,
        _paid: &Paid,
    ) -> AppResult<()> {
        Ok(())
    }
}

/// Nothing happens.
#[derive(Clone, Copy, Debug)]
pub struct NoHooks;

impl Hooks for NoHooks {}
