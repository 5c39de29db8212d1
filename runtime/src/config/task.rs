//! `[task]`: tasks of players.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};
use crate::asset::Asset;
use crate::asset::rules::asset_type;

/// `[task]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskConfig {
    /// What a reward is paid in when its task does not say: a kind of asset. Default 2, points.
    pub asset_type: i32,
    /// Whether each payment is a row of `task_log_tb`. Default false: the journal has it as well.
    pub log: bool,
    /// Whether what counts and what is paid write events `task.joined` and `task.rewarded` into the
    /// outbox, where a job asks for them. Default true.
    pub events: bool,
    /// Hours from a player's first log-in for which he counts as new to who invited him.
    /// Default 24.
    pub new_user_hours: u32,
}

impl Default for TaskConfig {
    fn default() -> Self {
        Self {
            asset_type: Asset::POINTS,
            log: false,
            events: true,
            new_user_hours: 24,
        }
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    if asset_type::is_known(config.task.asset_type) {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        key: "task.asset_type",
        reason: "must be 1 to 4, or your own from 101".to_owned(),
    })
}
