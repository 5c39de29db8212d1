//! The app's own rules around every change of a balance, whoever asks for it: override
//! `before_change` and `after_change` in `impl Hooks for AppHooks`.
//!
//! Hooks run in the transaction of the change: an error takes everything back. A transaction may be
//! tried again, so a hook has no effect outside of it.

use cloudapp_runtime::asset::Hooks;

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

impl Hooks for AppHooks {}
