//! Personal data, encrypted: names, telephone numbers, addresses.
//!
//! A value is sealed with AES-256-GCM under the current key of `[personal]`, for one field of one
//! row: copied to another row or field it does not open. What is stored is
//! `<key id>:<base64(nonce ‖ ciphertext ‖ tag)>`, so that keys can be replaced: new values are
//! sealed with the new key, old ones are opened with the old one until they are sealed anew. The
//! 256 bits of a key are SHA-256 over its text.

mod ring;

pub use ring::KeyRing;
