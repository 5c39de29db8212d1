//! The app's own rules around every change of a balance, whoever asks for it: write them into
//! `impl Hooks for AppHooks`.
//!
//! Every hook runs in the transaction of its change: an error takes everything back. A transaction
//! may be tried again, so a hook has no effect outside of it.

use cloudapp_runtime::asset::Hooks;

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

/// `before_change` may refuse a change, or change anything of it but its owner, its asset and its
/// key; `after_change` is told of the receipt, and may still refuse. Neither is called for what was
/// done before.
///
/// ```ignore
/// #[cloudapp_runtime::async_trait]
/// impl Hooks for AppHooks {
///     async fn before_change(&self, _: &Transaction<'_>, change: &mut Change) -> AppResult<()> {
///         if change.asset.asset_type == Asset::POINTS && change.delta > 1_000 {
///             let reason = ("delta: at most 1000 points", "delta：最多 1000 分");
///             return Err(AppError::param(reason));
///         }
///         Ok(())
///     }
/// }
/// ```
impl Hooks for AppHooks {}
