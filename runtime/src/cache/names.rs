//! The names of versions outside of the process.

use sha2::{Digest, Sha256};

use super::group::CacheGroup;
use crate::random;

/// Longest name of a group that stays readable.
const NAME_MAX_CHARS: usize = 64;

impl CacheGroup {
    /// The name of the group's version, in Redis and in the table of invalidations that are to be
    /// made up for.
    pub(super) fn version_name(&self) -> String {
        version_name(self.name(), self.bytes())
    }

    /// As [`CacheGroup::dependencies`], as names of versions.
    pub(super) fn version_names(&self) -> impl Iterator<Item = String> {
        self.dependencies()
            .map(|bytes| version_name(self.name(), bytes))
    }
}

/// Short names stay readable in Redis; longer ones are in the hash only.
fn version_name(name: &str, bytes: &[u8]) -> String {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.".contains(&b);
    let readable = name.len() <= NAME_MAX_CHARS && name.bytes().all(is_plain);
    let hash = random::to_hex(&Sha256::digest(bytes));
    format!("{}:{hash}", if readable { name } else { "" })
}
