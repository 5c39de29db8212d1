//! The app's own rules around the operations of this module: write them into the `impl`s below.
//!
//! Hooks of changes run in the transaction of their operation: an error takes everything back. A
//! transaction may be tried again, so a hook has no effect outside of it.

use cloudapp_runtime::content::Hooks;

use super::dto::{ip_info, ip_type};
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
///     if input.ip_name.contains("http://") {
///         return Err(AppError::param("ip_name: use https"));
///     }
///     Ok(())
/// }
/// ```
impl Hooks<entity::ip_info::Entity, ip_info::Input> for AppHooks {}

/// The same for types of series.
impl Hooks<entity::ip_type::Entity, ip_type::Input> for AppHooks {}
