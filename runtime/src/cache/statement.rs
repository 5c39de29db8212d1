//! The key of a statement: its text and its parameters, each with its type.

use sea_orm::{Statement, Value};

use super::key::{CacheKey, KeyPart, push};
use crate::shard::{KeyValue, ShardKey};

/// A parameter.
struct Parameter<'a>(&'a Value);

impl KeyPart for Parameter<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self.0 {
            Value::Bool(value) => value.write(out),
            Value::Int(value) => value.write(out),
            Value::BigInt(value) => value.write(out),
            Value::BigUnsigned(value) => value.write(out),
            Value::String(value) => value.as_deref().write(out),
            // Its type's name and its content, which Rust's own notation keeps apart.
            other => push(out, b'V', format!("{other:?}").as_bytes()),
        }
    }
}

impl CacheKey {
    /// The key of what a statement finds: its text, its parameters with their types, and in which
    /// way its rows are read (one, all, which page).
    pub(super) fn statement(statement: &Statement, mode: &dyn KeyPart) -> Self {
        let mut key = Self::of("sql").and(statement.sql.as_str());
        let values = statement.values.iter().flat_map(|values| values.0.iter());
        for value in values {
            key = key.and(Parameter(value));
        }
        // The last part, so that no parameter can be taken for it.
        let mut bytes = Vec::new();
        mode.write(&mut bytes);
        let mut tagged = Vec::with_capacity(bytes.len() + 9);
        push(&mut tagged, b'M', &bytes);
        key.and(Raw(&tagged))
    }
}

/// Bytes that are parts already.
struct Raw<'a>(&'a [u8]);

impl KeyPart for Raw<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }
}

impl KeyPart for ShardKey {
    fn write(&self, out: &mut Vec<u8>) {
        let mut inner = Vec::new();
        for (column, value) in self.parts() {
            column.write(&mut inner);
            match value {
                KeyValue::Int(value) => value.write(&mut inner),
                KeyValue::Text(value) => value.write(&mut inner),
            }
        }
        push(out, b'S', &inner);
    }
}
