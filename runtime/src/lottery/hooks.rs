//! The app's own rules around prizes and draws.

use async_trait::async_trait;

use super::draft::PrizeDraft;
use super::draw::{DrawRequest, Drawn};
use super::entity::{prize, rule};
use crate::app::Context;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::AppResult;

/// How a player is known outside: what winnings keep of him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownAs {
    /// His id on the platform; empty when it is not known.
    pub open_id: String,
    /// His nickname; empty when it is not known.
    pub user_nick: String,
}

/// What may be overridden; by default nothing happens.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Before a player draws; may refuse it.
    async fn before_draw(
        &self,
        _ctx: &Context,
        _player: &Player,
        _request: &DrawRequest,
    ) -> AppResult<()> {
        Ok(())
    }

    /// After a draw, in its transaction; an error takes everything back, and nothing is paid. A
    /// transaction may be done again, so there must be no effect outside of it.
    async fn after_draw(
        &self,
        _txn: &Transaction<'_>,
        _player: &Player,
        _rule: &rule::Model,
        _drawn: &Drawn,
    ) -> AppResult<()> {
        Ok(())
    }

    /// Before a prize is made (`old` is none) or replaced; may change what it is to be, or refuse
    /// it.
    async fn before_save(
        &self,
        _ctx: &Context,
        _old: Option<&prize::Model>,
        _draft: &mut PrizeDraft,
    ) -> AppResult<()> {
        Ok(())
    }

    /// How a player is known outside.
    async fn known_as(&self, _ctx: &Context, _player: &Player) -> AppResult<KnownAs> {
        Ok(KnownAs::default())
    }
}

/// Nothing happens.
#[derive(Clone, Copy, Debug)]
pub struct NoHooks;

impl Hooks for NoHooks {}
