//! What a value is found by: parts that keep their types, so that no two different keys meet.

use sha2::{Digest, Sha256};

use crate::types::{DateTime, Decimal, Id, NaiveDate, Utc, Uuid};

/// A value that can be part of a [`CacheKey`] or a [`CacheGroup`](super::CacheGroup).
///
/// Each type has a tag of its own and each part its length, so that `1` and `"1"`, or `"ab", "c"`
/// and `"a", "bc"`, are different keys.
pub trait KeyPart {
    /// Adds this part to the bytes of a key.
    fn write(&self, out: &mut Vec<u8>);
}

/// Adds one part: tag, length, bytes.
pub(super) fn push(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

macro_rules! parts {
    ($($type:ty, $tag:literal, $value:ident => $bytes:expr;)+) => {
        $(impl KeyPart for $type {
            fn write(&self, out: &mut Vec<u8>) {
                let $value = self;
                push(out, $tag, $bytes);
            }
        })+
    };
}

parts! {
    str, b's', value => value.as_bytes();
    String, b's', value => value.as_bytes();
    [u8], b'x', value => value;
    bool, b'b', value => &[u8::from(*value)];
    i32, b'i', value => &value.to_be_bytes();
    i64, b'l', value => &value.to_be_bytes();
    u32, b'u', value => &value.to_be_bytes();
    u64, b'v', value => &value.to_be_bytes();
    Id, b'k', value => &value.get().to_be_bytes();
    Decimal, b'd', value => &value.normalize().serialize();
    Uuid, b'g', value => value.as_bytes();
    NaiveDate, b'y', value => value.to_string().as_bytes();
    DateTime<Utc>, b't', value => value.to_rfc3339().as_bytes();
}

impl<T: KeyPart + ?Sized> KeyPart for &T {
    fn write(&self, out: &mut Vec<u8>) {
        (*self).write(out);
    }
}

impl<T: KeyPart> KeyPart for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut inner = Vec::new();
        if let Some(value) = self {
            value.write(&mut inner);
        }
        push(out, b'o', &inner);
    }
}

impl<T: KeyPart> KeyPart for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut inner = Vec::new();
        for value in self {
            value.write(&mut inner);
        }
        push(out, b'a', &inner);
    }
}

/// The key of one cached value: a name and parts.
///
/// ```
/// use cloudapp_runtime::cache::CacheKey;
/// use cloudapp_runtime::types::Id;
///
/// let one = CacheKey::of("prizes").and("demo").and(Id::new(1));
/// assert_ne!(one, CacheKey::of("prizes").and("demo").and(1_i64));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey {
    bytes: Vec<u8>,
}

impl CacheKey {
    /// A key without parts. The name says what is kept, e.g. `activity.prizes`.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut bytes = Vec::with_capacity(64);
        name.write(&mut bytes);
        Self { bytes }
    }

    /// Adds a part.
    #[must_use]
    pub fn and(mut self, part: impl KeyPart) -> Self {
        part.write(&mut self.bytes);
        self
    }

    /// The key in full.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the key.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}
