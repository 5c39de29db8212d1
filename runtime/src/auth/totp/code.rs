//! Codes of authenticators: RFC 6238 on RFC 4226, with SHA-1, which is what authenticators know.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::error::{AppError, AppResult};

/// Seconds that a code holds.
pub const STEP_S: i64 = 30;

/// Digits of a code.
pub const DIGITS: u32 = 6;

/// So many steps a clock may be wrong, either way.
const DRIFT: i64 = 1;

/// The alphabet of RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of a step: `HOTP(secret, step)`, dynamically truncated to so many digits.
///
/// # Errors
/// Never for any secret: HMAC takes keys of every length.
pub fn code(secret: &[u8], step: i64, digits: u32) -> AppResult<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).map_err(AppError::internal)?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[hash.len() - 1] & 0x0f);
    let word = hash[offset..offset + 4].iter();
    let word = word.fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    let code = u64::from(word & 0x7fff_ffff) % 10_u64.pow(digits);
    Ok(format!("{code:0width$}", width = digits as usize))
}

/// The number of the step that an instant is in.
#[must_use]
pub fn step_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP_S)
}

/// The step whose code this is, if it is one of those around an instant. Takes the same time
/// whichever it is.
///
/// # Errors
/// As [`code`].
pub fn matching_step(secret: &[u8], given: &str, at: DateTime<Utc>) -> AppResult<Option<i64>> {
    let now = step_of(at);
    let mut found = None;
    for step in now - DRIFT..=now + DRIFT {
        let code = code(secret, step, DIGITS)?;
        if bool::from(code.as_bytes().ct_eq(given.as_bytes())) {
            found = Some(step);
        }
    }
    Ok(found)
}

/// Bytes as base32 without padding: how authenticators take a secret.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut word = 0_u64;
        for index in 0..5 {
            word = word << 8 | u64::from(chunk.get(index).copied().unwrap_or(0));
        }
        let characters = (chunk.len() * 8).div_ceil(5);
        for index in 0..characters {
            let five = word >> (35 - 5 * index) & 31;
            text.push(char::from(BASE32[five as usize]));
        }
    }
    text
}
