//! The keys, and what they do.

use std::collections::BTreeMap;
use std::fmt;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::config::{PersonalConfig, Secret};
use crate::error::{AppError, AppResult};
use crate::random;

/// Bytes of a nonce.
const NONCE: usize = 12;

/// The keys of an app. Made by [`Context::personal`](crate::app::Context::personal).
pub struct KeyRing {
    current: String,
    keys: BTreeMap<String, Aes256Gcm>,
}

impl KeyRing {
    pub(crate) fn new(config: &PersonalConfig) -> Self {
        let cipher = |key: &Secret| {
            let digest = Sha256::digest(key.expose().as_bytes());
            Aes256Gcm::new(&digest)
        };
        let current = (&config.key_id, &config.key);
        let keys = config.retired_keys.iter().chain([current]);
        Self {
            current: config.key_id.clone(),
            keys: keys.map(|(id, key)| (id.clone(), cipher(key))).collect(),
        }
    }

    /// Encrypts a text for a field of a row, which `place` names: `prize_order_tb:7:real_name`. An
    /// empty text stays empty.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn seal(&self, place: &str, text: &str) -> AppResult<String> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let nonce = random::bytes::<NONCE>()?;
        let none = || AppError::internal("the key of personal data is not known");
        let cipher = self.keys.get(&self.current).ok_or_else(none)?;
        let payload = Payload {
            msg: text.as_bytes(),
            aad: place.as_bytes(),
        };
        let sealed = cipher.encrypt(Nonce::from_slice(&nonce), payload);
        let failed = |_| AppError::internal("personal data cannot be encrypted");
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.map_err(failed)?);
        Ok(format!(
            "{}:{}",
            self.current,
            STANDARD_NO_PAD.encode(bytes)
        ))
    }

    /// Decrypts what [`KeyRing::seal`] made for the same place.
    ///
    /// # Errors
    /// `internal`: it is of another place, was altered, or its key is not known.
    pub fn open(&self, place: &str, sealed: &str) -> AppResult<String> {
        if sealed.is_empty() {
            return Ok(String::new());
        }
        let broken = |why: &str| AppError::internal(format!("personal data of {place}: {why}"));
        let parts = sealed.split_once(':');
        let (id, text) = parts.ok_or_else(|| broken("not encrypted"))?;
        let unknown = || broken("its key is not in personal.retired_keys");
        let cipher = self.keys.get(id).ok_or_else(unknown)?;
        let bytes = STANDARD_NO_PAD.decode(text).ok();
        let bytes = bytes.filter(|bytes| bytes.len() > NONCE);
        let bytes = bytes.ok_or_else(|| broken("malformed"))?;
        let (nonce, msg) = bytes.split_at(NONCE);
        let payload = Payload {
            msg,
            aad: place.as_bytes(),
        };
        let plain = cipher.decrypt(Nonce::from_slice(nonce), payload);
        let plain = plain.map_err(|_| broken("altered, or of another place"))?;
        String::from_utf8(plain).map_err(|_| broken("no text"))
    }

    /// Whether a value is sealed with the current key, or empty.
    #[must_use]
    pub fn is_current(&self, sealed: &str) -> bool {
        let id = sealed.split_once(':').map(|(id, _)| id);
        sealed.is_empty() || id == Some(self.current.as_str())
    }

    /// What all values begin with that are sealed with the current key.
    pub(crate) fn prefix(&self) -> String {
        format!("{}:", self.current)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current)
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}
