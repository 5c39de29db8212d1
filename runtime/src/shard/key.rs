//! What a statement is about: the values that decide in which physical table a row is.

use std::borrow::Cow;

use crate::id::Id;

/// The value of one key column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue {
    /// Of an integer column.
    Int(i64),
    /// Of a text column.
    Text(String),
}

impl From<i64> for KeyValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for KeyValue {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Id> for KeyValue {
    fn from(value: Id) -> Self {
        Self::Int(value.get())
    }
}

impl From<&str> for KeyValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for KeyValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl KeyValue {
    /// The value as text, as the original's rule reads it.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Text(value) => Cow::Borrowed(value),
        }
    }
}

/// Whose rows the statements of a connection are about: values by the name of their column.
///
/// Each sharded table has one key column and takes its value from here; a table whose column is not
/// named is refused. So it does no harm to name more than one table needs, and the wrong kind of
/// key (an activity's where a player's is meant) cannot hit a wrong table.
///
/// ```
/// use cloudapp_runtime::shard::{KeyValue, ShardKey};
///
/// let key = ShardKey::tenant("demo").with("user_id", 42_i64);
/// assert_eq!(key.value("user_id"), Some(&KeyValue::Int(42)));
/// assert_eq!(key.value("act_id"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardKey {
    parts: Vec<(Cow<'static, str>, KeyValue)>,
}

impl ShardKey {
    /// A key of one column.
    #[must_use]
    pub fn new(column: impl Into<Cow<'static, str>>, value: impl Into<KeyValue>) -> Self {
        Self::default().with(column, value)
    }

    /// The rows of a tenant: `app_id`.
    #[must_use]
    pub fn tenant(app_id: &str) -> Self {
        Self::new("app_id", app_id)
    }

    /// The rows of a player: `app_id` and `user_id`.
    #[must_use]
    pub fn user(app_id: &str, user_id: Id) -> Self {
        Self::tenant(app_id).with("user_id", user_id)
    }

    /// The rows of an activity: `act_id`.
    #[must_use]
    pub fn activity(act_id: i64) -> Self {
        Self::new("act_id", act_id)
    }

    /// Adds a column, or replaces its value.
    #[must_use]
    pub fn with(
        mut self,
        column: impl Into<Cow<'static, str>>,
        value: impl Into<KeyValue>,
    ) -> Self {
        let (column, value) = (column.into(), value.into());
        match self.parts.iter_mut().find(|(name, _)| *name == column) {
            Some(part) => part.1 = value,
            None => self.parts.push((column, value)),
        }
        self
    }

    /// The value of a column.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&KeyValue> {
        let part = self.parts.iter().find(|(name, _)| name == column);
        part.map(|(_, value)| value)
    }

    /// Columns and values, in the order in which they were named.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, &KeyValue)> {
        self.parts
            .iter()
            .map(|(name, value)| (name.as_ref(), value))
    }

    /// The names of its columns, for messages.
    pub(crate) fn columns(&self) -> String {
        let names: Vec<&str> = self.parts.iter().map(|(name, _)| name.as_ref()).collect();
        names.join(", ")
    }
}
