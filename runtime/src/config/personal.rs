//! `[personal]`: what people told of themselves, and the keys that keep it secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::production::unfit;
use super::{Config, ConfigError, Secret};

/// Fewest bytes of a key.
pub const PERSONAL_KEY_MIN_BYTES: usize = 32;
/// Longest name of a key.
const KEY_ID_MAX_CHARS: usize = 16;

/// `[personal]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonalConfig {
    /// Encrypts names, telephone numbers and addresses, at least 32 bytes. Needed by apps that keep
    /// some. No default.
    pub key: Secret,
    /// Name of that key; each value keeps it. Default `1`.
    pub key_id: String,
    /// Keys of earlier times by name, for values that were encrypted with them. Default none.
    pub retired_keys: BTreeMap<String, Secret>,
}

impl Default for PersonalConfig {
    fn default() -> Self {
        Self {
            key: Secret::default(),
            key_id: "1".to_owned(),
            retired_keys: BTreeMap::new(),
        }
    }
}

impl PersonalConfig {
    /// What is wrong with the key, for an app that needs it.
    pub(crate) fn key_problem(&self, is_production: bool) -> Option<&'static str> {
        unfit(
            &self.key,
            PERSONAL_KEY_MIN_BYTES,
            "is shorter than 32 bytes",
            is_production,
        )
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let personal = &config.personal;
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
    if !is_name(&personal.key_id) {
        return invalid("personal.key_id", "must be 1 to 16 letters, digits and `-`");
    }
    for (name, key) in &personal.retired_keys {
        if !is_name(name) || *name == personal.key_id {
            return invalid(
                "personal.retired_keys",
                "must have names of 1 to 16 letters, digits and `-`, none that of the current key",
            );
        }
        if key.expose().len() < PERSONAL_KEY_MIN_BYTES {
            return invalid(
                "personal.retired_keys",
                "must hold keys of at least 32 bytes",
            );
        }
    }
    Ok(())
}
