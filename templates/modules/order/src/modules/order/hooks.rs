//! The app's own rules around shipments: write them into `impl Hooks for AppHooks`.

use cloudapp_runtime::order::Hooks;

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

/// `before_create` may change what a player asks for, or refuse it; `after_create` and
/// `after_status` run in the transaction of what they tell of: an error takes everything back.
///
/// ```ignore
/// #[cloudapp_runtime::async_trait]
/// impl Hooks for AppHooks {
///     async fn before_create(
///         &self,
///         _: &Context,
///         _: &Player,
///         draft: &mut OrderDraft,
///     ) -> AppResult<()> {
///         if draft.address.province == "Tibet" {
///             return Err(AppError::conflict(("we do not ship there", "该地区暂不发货")));
///         }
///         Ok(())
///     }
/// }
/// ```
impl Hooks for AppHooks {}
