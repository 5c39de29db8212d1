//! A value as the tiers hold it: shared in the process, JSON with a head in Redis.

use std::any::{Any, TypeId};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(feature = "redis")]
use super::policy::Life;
use crate::error::{AppError, AppResult};

/// A value of any type, shared.
pub(super) type Shared = Arc<dyn Any + Send + Sync>;

/// What was found: a value, or that there is none.
#[derive(Clone)]
pub(super) enum Slot {
    Present(Shared),
    Absent,
}

impl Slot {
    /// The value, as the type that it was made of.
    pub(super) fn into_value<T: Send + Sync + 'static>(self) -> AppResult<Option<Arc<T>>> {
        match self {
            Self::Absent => Ok(None),
            Self::Present(value) => match value.downcast() {
                Ok(value) => Ok(Some(value)),
                // The key has the type in it, so that this cannot be.
                Err(_) => Err(AppError::internal("a cached value is of another type")),
            },
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// The versions of everything a value depends on, in the order of its groups; with Redis, the run
/// of the server comes first. Values are compared by it: equal means nothing was invalidated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version(pub(super) Box<[u128]>);

/// How values of a type become JSON and come back.
#[derive(Clone, Copy)]
pub(super) struct Codec {
    pub(super) type_id: TypeId,
    #[cfg(feature = "redis")]
    pub(super) type_name: &'static str,
    encode: fn(&(dyn Any + Send + Sync)) -> serde_json::Result<Vec<u8>>,
    #[cfg(feature = "redis")]
    decode: fn(&[u8]) -> serde_json::Result<Shared>,
}

impl Codec {
    pub(super) fn of<T: Serialize + DeserializeOwned + Send + Sync + 'static>() -> Self {
        Self {
            type_id: TypeId::of::<T>(),
            #[cfg(feature = "redis")]
            type_name: std::any::type_name::<T>(),
            encode: |value| serde_json::to_vec(&value.downcast_ref::<T>()),
            #[cfg(feature = "redis")]
            decode: |json| Ok(Arc::new(serde_json::from_slice::<T>(json)?)),
        }
    }

    /// The JSON of a value; nothing for an absent one.
    pub(super) fn encode(&self, slot: &Slot) -> AppResult<Vec<u8>> {
        match slot {
            Slot::Present(value) => (self.encode)(&**value).map_err(AppError::internal),
            Slot::Absent => Ok(Vec::new()),
        }
    }
}

/// A value as it is in Redis.
#[cfg(feature = "redis")]
pub(super) struct Stored {
    pub(super) version: Version,
    pub(super) life: Life,
    pub(super) slot: Slot,
    pub(super) json_len: usize,
}

/// The first byte: another one is another format, and no value of ours.
#[cfg(feature = "redis")]
const FORMAT: u8 = 1;

/// Format, presence and number of versions (a byte each), versions, the two ends of its life, JSON;
/// numbers begin with their highest byte.
#[cfg(feature = "redis")]
pub(super) fn pack(version: &Version, life: Life, slot: &Slot, json: &[u8]) -> Option<Vec<u8>> {
    let count = u8::try_from(version.0.len()).ok()?;
    let mut bytes = Vec::with_capacity(19 + 16 * version.0.len() + json.len());
    bytes.extend_from_slice(&[FORMAT, u8::from(!slot.is_absent()), count]);
    for token in &version.0 {
        bytes.extend_from_slice(&token.to_be_bytes());
    }
    bytes.extend_from_slice(&life.fresh_until.to_be_bytes());
    bytes.extend_from_slice(&life.dead_at.to_be_bytes());
    bytes.extend_from_slice(json);
    Some(bytes)
}

/// The opposite of [`pack`]; `None` for what is not of that form, or no value of this type.
#[cfg(feature = "redis")]
pub(super) fn unpack(bytes: &[u8], wanted: &Version, codec: &Codec) -> Option<Stored> {
    let (&[format, is_present, count], mut rest) = bytes.split_first_chunk()?;
    if format != FORMAT {
        return None;
    }
    let mut tokens = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let (token, more) = rest.split_first_chunk()?;
        tokens.push(u128::from_be_bytes(*token));
        rest = more;
    }
    let (fresh_until, rest) = rest.split_first_chunk()?;
    let (dead_at, json) = rest.split_first_chunk()?;
    let version = Version(tokens.into());
    if version != *wanted {
        return None;
    }
    let slot = match is_present {
        0 => Slot::Absent,
        // A process of another release may have written it: it is loaded anew then.
        _ => Slot::Present((codec.decode)(json).ok()?),
    };
    Some(Stored {
        version,
        life: Life {
            fresh_until: i64::from_be_bytes(*fresh_until),
            dead_at: i64::from_be_bytes(*dead_at),
        },
        slot,
        json_len: json.len(),
    })
}
