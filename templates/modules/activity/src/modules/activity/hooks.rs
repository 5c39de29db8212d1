//! The app's own rules around the operations of this module: write them into the `impl`s below.
//!
//! Hooks of changes run in the transaction of their operation: an error takes everything back. A
//! transaction may be tried again, so a hook has no effect outside of it.

use cloudapp_runtime::content::Hooks;

use super::dto::{act_info, act_module};
use super::entity;

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

/// `before_…` may refuse with an error, `before_read` may narrow what is read, `before_save` may
/// change what was sent; `after_…` is told of what was done, in the same transaction.
///
/// ```ignore
/// async fn before_save(
///     &self,
///     _: &Transaction<'_>,
///     _: &Operator,
///     _: Option<&Model>,
///     input: &mut Input,
/// ) -> AppResult<()> {
///     if input.store_url.starts_with("http://") {
///         return Err(AppError::param("store_url: use https"));
///     }
///     Ok(())
/// }
/// ```
impl Hooks<entity::act_info::Entity, act_info::Input> for AppHooks {}

/// The same for modules of activities.
impl Hooks<entity::act_module::Entity, act_module::Input> for AppHooks {}
