//! `[shard.<table>]`: how many physical tables a sharded one has.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// Most physical tables of one logical table: a list asks all of them in one statement.
pub const SHARD_COUNT_MAX: u16 = 128;

/// `[shard.<table>]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShardConfig {
    /// Number of physical tables, 1 to 128. Default 1. Where the tables are already there, `migrate
    /// reshard` changes their number.
    pub count: u16,
    /// Column whose value decides in which table a row is. Default: what the module declares.
    pub key: Option<String>,
    /// How the value decides. Default `slot`.
    pub scheme: ShardScheme,
    /// For `scheme = "compat"`: the last character of the value is left out first
    /// (`calculate_type = 2` of the original). Default false.
    pub drop_last: bool,
    /// For `drop_last`: only where the first 11 characters of the value, as a number, are at least
    /// this. Default: always.
    pub calculate_value: Option<u64>,
}

/// How the value of the key column decides about the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ShardScheme {
    /// By slots, which can be moved while the app runs.
    #[default]
    Slot,
    /// As the original framework did, to take over its database.
    Compat,
}

impl Default for ShardConfig {
    fn default() -> Self {
        Self {
            count: 1,
            key: None,
            scheme: ShardScheme::Slot,
            drop_last: false,
            calculate_value: None,
        }
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    for (table, shard) in &config.shard {
        let problem = if !(1..=SHARD_COUNT_MAX).contains(&shard.count) {
            Some(("count", format!("must be 1 to {SHARD_COUNT_MAX}")))
        } else if shard.scheme == ShardScheme::Slot && shard.drop_last {
            Some(("drop_last", "needs `scheme = \"compat\"`".to_owned()))
        } else if !shard.drop_last && shard.calculate_value.is_some() {
            Some(("calculate_value", "needs `drop_last = true`".to_owned()))
        } else {
            None
        };
        if let Some((key, reason)) = problem {
            return Err(ConfigError::Shard {
                table: table.clone(),
                reason: format!("`{key}` {reason}"),
            });
        }
    }
    Ok(())
}
