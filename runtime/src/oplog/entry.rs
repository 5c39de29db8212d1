//! What is written of a change.

use serde::Serialize;
use serde_json::Value;

use super::logged::Logged;
use crate::error::{AppError, AppResult, Language};
use crate::types::Id;

/// What was done; the numbers are the original framework's `operation_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Something new.
    Add,
    /// Something is different.
    Edit,
    /// Something is gone.
    Delete,
    /// Something that was gone is back.
    Restore,
    /// Something was made of another one.
    Copy,
    /// Data left the system.
    Export,
    /// Data came into the system.
    Import,
    /// Players see it.
    Release,
    /// Players no longer see it.
    Unrelease,
    /// Anything else.
    Operate,
}

impl Operation {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Add,
        Self::Edit,
        Self::Delete,
        Self::Restore,
        Self::Copy,
        Self::Export,
        Self::Import,
        Self::Release,
        Self::Unrelease,
        Self::Operate,
    ];

    /// The number in the log, from 1.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32 + 1
    }

    /// The operation of a number.
    #[must_use]
    pub fn of(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.number() == number)
    }

    /// What people call it.
    #[must_use]
    pub const fn word(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Add => ("Added", "新增"),
            Self::Edit => ("Edited", "编辑"),
            Self::Delete => ("Deleted", "删除"),
            Self::Restore => ("Restored", "还原"),
            Self::Copy => ("Copied", "复制"),
            Self::Export => ("Exported", "导出"),
            Self::Import => ("Imported", "导入"),
            Self::Release => ("Released", "上架"),
            Self::Unrelease => ("Unreleased", "下架"),
            Self::Operate => ("Operated", "操作"),
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

/// A change, ready to be recorded. Made from an [`Operation`] and the kind of its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub(super) operation: Operation,
    pub(super) model: &'static str,
    pub(super) object_id: String,
    pub(super) act_id: Id,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) is_batch: bool,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl Entry {
    /// An entry on one row, or on several: `object` is its id, or empty.
    ///
    /// The rows before and after are whatever can be serialized: an entity, a view, `json!`.
    /// `&()` stands for none.
    ///
    /// # Errors
    /// A row cannot be written as JSON.
    pub fn new(
        operation: Operation,
        logged: &Logged,
        object: impl ToString,
        before: &impl Serialize,
        after: &impl Serialize,
    ) -> AppResult<Self> {
        let (before, after) = super::redacted(logged, row(before)?, row(after)?);
        let title_of = |row: &Option<Value>| row.as_ref().and_then(title);
        Ok(Self {
            operation,
            model: logged.name(),
            object_id: object.to_string(),
            act_id: act(after.as_ref().or(before.as_ref())),
            title: title_of(&after)
                .or_else(|| title_of(&before))
                .unwrap_or_default(),
            description: String::new(),
            is_batch: false,
            before,
            after,
        })
    }

    /// Sets the activity; by default it is the row's `act_id`.
    #[must_use]
    pub fn act(mut self, act_id: Id) -> Self {
        self.act_id = act_id;
        self
    }

    /// Sets what the object is called; by default it is what the row calls itself.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Says more about it, in words.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Says that several rows were changed at once.
    #[must_use]
    pub fn batch(mut self) -> Self {
        self.is_batch = true;
        self
    }
}

fn row(row: &impl Serialize) -> AppResult<Option<Value>> {
    let row = serde_json::to_value(row).map_err(AppError::internal)?;
    Ok(Some(row).filter(|row| !row.is_null()))
}

/// What a row calls itself.
fn title(row: &Value) -> Option<String> {
    let names = ["title", "name", "username"];
    let plain = names.iter().find_map(|name| row.get(name)?.as_str());
    let longer = || {
        let object = row.as_object()?;
        let named = object.iter().find(|(name, _)| name.ends_with("_name"));
        named?.1.as_str()
    };
    plain.or_else(longer).map(str::to_owned)
}

/// The activity of a row.
fn act(row: Option<&Value>) -> Id {
    let id = row.and_then(|row| row.get("act_id"));
    let id = id.and_then(|id| id.as_str()?.parse().ok());
    id.unwrap_or(Id::new(0))
}
