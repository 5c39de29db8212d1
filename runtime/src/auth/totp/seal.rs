//! Small secrets that the database keeps and must not know: encrypted, then authenticated.
//!
//! The stream is HMAC-SHA256 in counter mode under one key, the tag HMAC-SHA256 over nonce and
//! cipher text under another; both keys are derived from `auth.token_key` for one purpose. Who
//! changes that key ends all sessions, and all authenticators have to be enrolled again.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::random;

const NONCE: usize = 16;
const TAG: usize = 32;

/// Encrypts; the purpose says what for and whose, so that nothing can stand in for another.
pub(super) fn seal(ctx: &Context, purpose: &str, plain: &[u8]) -> AppResult<String> {
    let nonce = random::bytes::<NONCE>()?;
    let mut sealed = nonce.to_vec();
    sealed.extend(stream(ctx, purpose, &nonce, plain)?);
    let tag = tag(ctx, purpose, &sealed)?;
    sealed.extend(tag);
    Ok(random::to_hex(&sealed))
}

/// Decrypts what [`seal`] made for the same purpose.
pub(super) fn open(ctx: &Context, purpose: &str, sealed: &str) -> AppResult<Vec<u8>> {
    let broken = || AppError::internal("a sealed secret is not ours, or auth.token_key changed");
    let bytes = from_hex(sealed).ok_or_else(broken)?;
    let end = bytes.len().checked_sub(TAG).filter(|end| *end >= NONCE);
    let (body, given) = bytes.split_at(end.ok_or_else(broken)?);
    if !bool::from(tag(ctx, purpose, body)?.as_slice().ct_eq(given)) {
        return Err(broken());
    }
    let (nonce, cipher) = body.split_at(NONCE);
    stream(ctx, purpose, nonce, cipher)
}

fn stream(ctx: &Context, purpose: &str, nonce: &[u8], text: &[u8]) -> AppResult<Vec<u8>> {
    let key = key(ctx, "stream", purpose)?;
    let mut out = Vec::with_capacity(text.len());
    for (number, block) in (0_u32..).zip(text.chunks(32)) {
        let pad = mac(&key, &[nonce, &number.to_be_bytes()])?;
        out.extend(block.iter().zip(pad).map(|(byte, pad)| byte ^ pad));
    }
    Ok(out)
}

fn tag(ctx: &Context, purpose: &str, body: &[u8]) -> AppResult<Vec<u8>> {
    mac(&key(ctx, "tag", purpose)?, &[body])
}

fn key(ctx: &Context, use_: &str, purpose: &str) -> AppResult<Vec<u8>> {
    let master = ctx.config().auth.token_key.expose().as_bytes();
    let label = format!("cloudapp seal 1 {use_} {purpose}");
    mac(master, &[label.as_bytes()])
}

fn mac(key: &[u8], parts: &[&[u8]]) -> AppResult<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(AppError::internal)?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.len().is_multiple_of(2).then_some(())?;
    pairs.map(byte).collect()
}
