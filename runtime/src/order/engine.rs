//! What the shipments of an application consist of.

use std::fmt;
use std::sync::Arc;

use super::hooks::Hooks;
use crate::config::{Config, ConfigError};

/// The app's rules.
pub(crate) struct Engine {
    hooks: Arc<dyn Hooks>,
}

impl Engine {
    pub(crate) fn new(config: &Config, hooks: Arc<dyn Hooks>) -> Result<Self, ConfigError> {
        config.require_personal_key()?;
        Ok(Self { hooks })
    }

    pub(super) fn hooks(&self) -> &dyn Hooks {
        &*self.hooks
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
