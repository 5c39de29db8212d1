//! What values depend on, and what is invalidated together.

use std::fmt;

use super::key::KeyPart;
use crate::app::{BoxFuture, Context};
use crate::error::AppResult;

/// A group of values that are invalidated together: a name, and parts that narrow it.
///
/// `CacheGroup::of("prize").and(act_id)` is the prizes of one activity. Whoever changes one of them
/// invalidates that group; to invalidate `CacheGroup::of("prize")` is to invalidate the prizes of
/// all activities, because a value depends on the name alone as well.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CacheGroup {
    name: &'static str,
    /// The name, then the parts.
    bytes: Vec<u8>,
    /// How much of it is the name.
    name_len: usize,
}

impl CacheGroup {
    /// All that is kept under a name of small letters, digits, `_` and `.`.
    #[must_use]
    pub fn of(name: &'static str) -> Self {
        let mut bytes = Vec::with_capacity(48);
        name.write(&mut bytes);
        Self {
            name,
            name_len: bytes.len(),
            bytes,
        }
    }

    /// Only what has this part, too.
    #[must_use]
    pub fn and(mut self, part: impl KeyPart) -> Self {
        part.write(&mut self.bytes);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The bytes of the group.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of what a value in this group depends on: the name, and the group itself.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = &[u8]> {
        let whole = (self.bytes.len() > self.name_len).then_some(&self.bytes[..]);
        std::iter::once(&self.bytes[..self.name_len]).chain(whole)
    }
}

impl fmt::Debug for CacheGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheGroup")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Reads for a tenant what is to be in the cache; returns how many values it read.
pub type WarmFn = for<'a> fn(&'a Context, &'a str) -> BoxFuture<'a, AppResult<u64>>;

/// A name of groups that a module declares, so that operators can see, clear and warm it.
#[derive(Clone, Copy)]
pub struct CacheDeclared {
    /// The name, as in [`CacheGroup::of`].
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// Fills it for a tenant.
    pub warm: Option<WarmFn>,
}

impl fmt::Debug for CacheDeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheDeclared")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
