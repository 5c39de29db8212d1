//! `[asset]`: the points ledger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::production::unfit;
use super::{Config, ConfigError, Secret};
use crate::asset::rules::{VALUE_MAX, asset_type};

/// Fewest bytes of a key of the journal's hash chain.
pub const CHAIN_KEY_MIN_BYTES: usize = 32;
/// Longest name of such a key.
const KEY_ID_MAX_CHARS: usize = 16;
/// Longest life of an asset that expires.
const DAYS_MAX: u32 = 36_500;

/// `[asset]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssetConfig {
    /// Key of the hash chain over the journal, at least 32 bytes. Needed by apps that have the
    /// ledger. No default.
    pub chain_key: Secret,
    /// Name of that key; each row of the journal keeps it. Default `1`.
    pub chain_key_id: String,
    /// Keys of earlier times by name, to verify the rows that they signed. Default none.
    pub retired_chain_keys: BTreeMap<String, Secret>,
    /// Whether changes that wait at the same time share a transaction. Default true.
    pub group_commit: bool,
    /// How many transactions the changes of a process share at a time; on SQLite always 1.
    /// Default 2.
    pub lanes: usize,
    /// Most operations in a transaction. Default 64.
    pub batch_max: usize,
    /// Most operations that wait in a lane; more are refused as `busy`. Default 10000.
    pub queue_max: usize,
    /// Milliseconds that an operation may wait for its transaction to begin; it is refused as `busy`
    /// then. Default 3000.
    pub wait_ms: u64,
    /// Whether each change writes an event `asset.changed` into the outbox. Default false: a worker
    /// passes them on to jobs, or removes them; where none runs, they would only pile up.
    pub events: bool,
    /// Rules of single kinds of assets by number, e.g. `[asset.types.2]`.
    pub types: BTreeMap<String, AssetTypeConfig>,
}

/// `[asset.types.<number>]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssetTypeConfig {
    /// Largest balance. Default 2147483647.
    pub upper_limit: Option<i64>,
    /// For how many days after that of its gain an asset is good. Default for ever.
    pub expires_after_days: Option<u32>,
}

impl Default for AssetConfig {
    fn default() -> Self {
        Self {
            chain_key: Secret::default(),
            chain_key_id: "1".to_owned(),
            retired_chain_keys: BTreeMap::new(),
            group_commit: true,
            lanes: 2,
            batch_max: 64,
            queue_max: 10_000,
            wait_ms: 3_000,
            events: false,
            types: BTreeMap::new(),
        }
    }
}

impl AssetConfig {
    /// The kind that a section `[asset.types.<number>]` is about.
    pub(crate) fn type_number(&self, name: &str) -> Result<i32, ConfigError> {
        let number = name.parse().ok().filter(|kind| asset_type::is_known(*kind));
        number.ok_or_else(|| ConfigError::Invalid {
            key: "asset.types",
            reason: format!("has a section `{name}`; it must be 1 to 4, or your own from 101"),
        })
    }

    /// What is wrong with the key of the hash chain, for an app that has the ledger.
    pub(crate) fn chain_key_problem(&self, is_production: bool) -> Option<&'static str> {
        unfit(
            &self.chain_key,
            CHAIN_KEY_MIN_BYTES,
            "is shorter than 32 bytes",
            is_production,
        )
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let asset = &config.asset;
    let invalid = |key, reason: &str| {
        Err(ConfigError::Invalid {
            key,
            reason: reason.to_owned(),
        })
    };
    let is_name = |name: &String| {
        (1..=KEY_ID_MAX_CHARS).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if !is_name(&asset.chain_key_id) {
        return invalid(
            "asset.chain_key_id",
            "must be 1 to 16 letters, digits and `-`",
        );
    }
    for (name, key) in &asset.retired_chain_keys {
        if !is_name(name) || *name == asset.chain_key_id {
            return invalid(
                "asset.retired_chain_keys",
                "must have names of 1 to 16 letters, digits and `-`, none that of the current key",
            );
        }
        if key.expose().len() < CHAIN_KEY_MIN_BYTES {
            return invalid(
                "asset.retired_chain_keys",
                "must hold keys of at least 32 bytes",
            );
        }
    }
    if !(1..=64).contains(&asset.lanes) {
        return invalid("asset.lanes", "must be 1 to 64");
    }
    if !(1..=256).contains(&asset.batch_max) {
        return invalid("asset.batch_max", "must be 1 to 256");
    }
    for (name, rule) in &asset.types {
        asset.type_number(name)?;
        if rule
            .upper_limit
            .is_some_and(|limit| !(1..=VALUE_MAX).contains(&limit))
        {
            return invalid(
                "asset.types",
                "has an `upper_limit` that is not 1 to 2^53 - 1",
            );
        }
        if rule.expires_after_days.is_some_and(|days| days > DAYS_MAX) {
            return invalid("asset.types", "has an `expires_after_days` above 36500");
        }
    }
    Ok(())
}
