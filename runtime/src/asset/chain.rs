//! The hash chain of a journal: each row's hash covers the row and the hash of the one before, so
//! that no row can be changed, left out or put elsewhere without the key.
//!
//! `chain(n) = HMAC-SHA-256(key, chain(n-1) ‖ row(n))`. A row names its key, so that keys can be
//! replaced: new rows are signed with the new one, old ones are verified with the old one.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::entity::journal::Model;
use crate::config::AssetConfig;
use crate::random;

/// The keys of the chain.
pub(crate) struct Chain {
    current: String,
    keys: BTreeMap<String, Hmac<Sha256>>,
}

impl Chain {
    /// The keys of the configuration.
    pub(crate) fn new(config: &AssetConfig) -> Self {
        let current = (&config.chain_key_id, &config.chain_key);
        let keys = config.retired_chain_keys.iter().chain([current]);
        let keys = keys.filter_map(|(id, key)| {
            let mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
            Some((id.clone(), mac))
        });
        Self {
            current: config.chain_key_id.clone(),
            keys: keys.collect(),
        }
    }

    /// Name of the key that signs new rows.
    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// The hash of a row after another; `None` when the key that it names is not known.
    pub(crate) fn link(&self, before: &str, row: &Model) -> Option<String> {
        let mut mac = self.keys.get(&row.key_id)?.clone();
        put(&mut mac, before);
        feed(&mut mac, row);
        Some(random::to_hex(&mac.finalize().into_bytes()))
    }
}

/// Each field with its length, so that nothing can move from one to the next.
fn put(mac: &mut Hmac<Sha256>, text: &str) {
    mac.update(&(text.len() as u64).to_le_bytes());
    mac.update(text.as_bytes());
}

/// Every column but the hash itself.
fn feed(mac: &mut Hmac<Sha256>, row: &Model) {
    let numbers = [
        row.id.get(),
        row.act_id.get(),
        row.module_id.get(),
        row.user_id.get(),
        i64::from(row.asset_type),
        i64::from(row.source_type),
        i64::from(row.only_index),
        i64::from(row.operate_type),
        row.operate_value,
        row.history_value,
        row.now_value,
        row.seq,
        row.created_at.timestamp_millis(),
        i64::from(row.create_day),
    ];
    for number in numbers {
        mac.update(&number.to_le_bytes());
    }
    for text in [
        &row.app_id,
        &row.log_title,
        &row.asset_object_id,
        &row.source_object_id,
        &row.source_object_name,
        &row.only_id,
        &row.only_key,
        &row.handler_name,
        &row.request_code,
        &row.fingerprint,
        &row.key_id,
    ] {
        put(mac, text);
    }
    for text in [&row.open_id, &row.user_nick, &row.info_json] {
        mac.update(&[u8::from(text.is_some())]);
        put(mac, text.as_deref().unwrap_or_default());
    }
}
