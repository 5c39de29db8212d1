//! What the draws of an application consist of.

use std::fmt;
use std::sync::Arc;

use chrono::FixedOffset;

use super::hooks::Hooks;
use crate::asset::day_number;
use crate::config::{Config, ConfigError};
use crate::types::{DateTime, Utc};

/// The app's rules, and when its days begin.
pub(crate) struct Engine {
    hooks: Arc<dyn Hooks>,
    offset: FixedOffset,
}

impl Engine {
    pub(crate) fn new(config: &Config, hooks: Arc<dyn Hooks>) -> Result<Self, ConfigError> {
        Ok(Self {
            hooks,
            offset: config.tenant.offset()?,
        })
    }

    pub(super) fn hooks(&self) -> &dyn Hooks {
        &*self.hooks
    }

    /// The tenant's day of an instant, as `20260131`.
    pub(super) fn day(&self, at: DateTime<Utc>) -> i32 {
        day_number(at.with_timezone(&self.offset).date_naive())
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
