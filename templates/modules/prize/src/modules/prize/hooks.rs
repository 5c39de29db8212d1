//! The app's own rules around prizes and draws: write them into `impl Hooks for AppHooks`.

use cloudapp_runtime::lottery::Hooks;

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

/// `before_draw` may refuse a draw; `after_draw` is told what it won, in its transaction: an error
/// takes everything back. `before_save` may change what a prize is to be, or refuse it; `known_as`
/// says how a player is called, for the list of winners.
///
/// ```ignore
/// #[cloudapp_runtime::async_trait]
/// impl Hooks for AppHooks {
///     async fn before_draw(
///         &self,
///         _: &Context,
///         _: &Player,
///         request: &DrawRequest,
///     ) -> AppResult<()> {
///         if request.times == 5 {
///             return Err(AppError::conflict(("one or ten", "只能单抽或十连抽")));
///         }
///         Ok(())
///     }
/// }
/// ```
impl Hooks for AppHooks {}
