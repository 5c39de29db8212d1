//! The app's own rules around shipments.

use async_trait::async_trait;

use super::draft::{OrderDraft, Shipping};
use super::entity::Model;
use crate::app::Context;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::AppResult;

/// What may be overridden; by default nothing happens.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Before a player has something sent; may change what he asks for, or refuse it.
    async fn before_create(
        &self,
        _ctx: &Context,
        _player: &Player,
        _draft: &mut OrderDraft,
    ) -> AppResult<()> {
        Ok(())
    }

    /// After a shipment was made, in its transaction; an error takes everything back. A transaction
    /// may be done again, so there must be no effect outside of it.
    async fn after_create(&self, _txn: &Transaction<'_>, _order: &Model) -> AppResult<()> {
        Ok(())
    }

    /// Before an operator gives a shipment another state; may change it, or refuse it.
    async fn before_status(
        &self,
        _ctx: &Context,
        _order: &Model,
        _shipping: &mut Shipping,
    ) -> AppResult<()> {
        Ok(())
    }

    /// After a shipment got another state, in its transaction, as [`Hooks::after_create`].
    async fn after_status(
        &self,
        _txn: &Transaction<'_>,
        _old: &Model,
        _new: &Model,
    ) -> AppResult<()> {
        Ok(())
    }
}

/// Nothing happens.
#[derive(Clone, Copy, Debug)]
pub struct NoHooks;

impl Hooks for NoHooks {}
