//! `[leaderboard]`: where leaderboards are.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// `[leaderboard]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LeaderboardConfig {
    /// Where leaderboards are: `sql` or `redis`. Default `sql`, which forgets nothing. A rank costs
    /// more the lower it is there; `redis` finds it among millions at once, and keeps as much as its
    /// own persistence does.
    pub backend: LeaderboardBackend,
}

/// Where leaderboards are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LeaderboardBackend {
    /// In the default database.
    #[default]
    Sql,
    /// In Redis.
    Redis,
}

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    if config.leaderboard.backend == LeaderboardBackend::Redis && config.redis.url.is_empty() {
        return Err(ConfigError::Invalid {
            key: "leaderboard.backend",
            reason: "is `redis`, but `redis.url` is empty: set it, or use `sql`".to_owned(),
        });
    }
    Ok(())
}
