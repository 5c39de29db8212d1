//! The app's own rules around the operations of this module: write them into `impl Hooks for
//! AppHooks`.
//!
//! Every hook runs in the transaction of its operation: an error takes everything back. A
//! transaction may be tried again, so a hook has no effect outside of it.

use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::prelude::*;

use super::dto::Input;
use super::entity::Model;

/// What may be overridden; by default nothing happens.
pub trait Hooks {
    /// Before a link is created or replaced; may change the input, or refuse it.
    fn before_save(
        &self,
        _txn: &Transaction<'_>,
        _operator: &Operator,
        _input: &mut Input,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }

    /// After a link was created or replaced.
    fn after_save(
        &self,
        _txn: &Transaction<'_>,
        _row: &Model,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }

    /// Before a link is removed; may refuse it.
    fn before_remove(
        &self,
        _txn: &Transaction<'_>,
        _row: &Model,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }
}

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

impl Hooks for AppHooks {}
