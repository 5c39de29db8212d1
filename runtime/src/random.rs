//! Randomness from the operating system: for tokens, salts and jitter alike, so that nobody has to
//! choose.

use crate::error::{AppError, AppResult};

/// Fills an array with cryptographically secure random bytes.
///
/// # Errors
/// `internal` when the operating system has no randomness to give.
pub fn bytes<const N: usize>() -> AppResult<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(AppError::internal)?;
    Ok(bytes)
}

/// `N` random bytes as lower-case hex digits (twice as many characters).
///
/// # Errors
/// As [`bytes`].
pub fn hex<const N: usize>() -> AppResult<String> {
    Ok(to_hex(&bytes::<N>()?))
}

/// A number in `0..bound` without bias; 0 when `bound` is 0.
///
/// # Errors
/// As [`bytes`].
pub fn below(bound: u64) -> AppResult<u64> {
    if bound == 0 {
        return Ok(0);
    }
    // Rejection sampling: the first `2^64 mod bound` values would make small results more likely.
    let reject_below = bound.wrapping_neg() % bound;
    loop {
        let value = u64::from_le_bytes(bytes()?);
        if value >= reject_below {
            return Ok(value % bound);
        }
    }
}

/// Bytes as lower-case hex digits.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
