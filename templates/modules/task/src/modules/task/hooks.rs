//! The app's own rules around tasks: write them into `impl Hooks for AppHooks`.

use cloudapp_runtime::task::Hooks;

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

/// `before_act` may refuse what a player says he did; `after_pay` is told what he was paid, in the
/// transaction of the payment: an error takes everything back, and nothing is used up.
///
/// ```ignore
/// #[cloudapp_runtime::async_trait]
/// impl Hooks for AppHooks {
///     async fn before_act(
///         &self,
///         _: &Context,
///         _: &Player,
///         task: &Task,
///         _: &Deed,
///     ) -> AppResult<()> {
///         if task.row.task_name == "Paused" {
///             return Err(AppError::conflict(("come back later", "请稍后再来")));
///         }
///         Ok(())
///     }
/// }
/// ```
impl Hooks for AppHooks {}
