//! One thing to run: a statement, or Rust code. And how the history keeps it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sea_orm::{DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::MigrationTrait;
use serde::{Deserialize, Serialize};

use super::sql::normal::normalise;

/// What a data step returns.
pub type DataFuture<'a> = Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

/// The code of a data step.
pub(crate) type DataStep =
    Arc<dyn for<'a> Fn(&'a DatabaseTransaction) -> DataFuture<'a> + Send + Sync>;

/// A statement or a Rust step, ready to run on one kind of database.
#[derive(Clone)]
pub(crate) enum Action {
    /// One SQL statement.
    Sql(String),
    /// A Rust step, run in a transaction with its journal entry.
    Data { label: String, run: DataStep },
    /// A stock sea-orm-migration migration.
    Stock {
        name: String,
        migration: Arc<dyn MigrationTrait>,
    },
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Action {
    /// What people see and what the checksum covers.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Sql(sql) => sql.clone(),
            Self::Data { label, .. } => format!("[rust step] {label}"),
            Self::Stock { name, .. } => format!("[sea-orm migration] {name}"),
        }
    }

    /// [`Self::text`] in its one spelling.
    pub(crate) fn normal(&self, backend: DbBackend) -> String {
        match self {
            Self::Sql(sql) => normalise(sql, backend),
            Self::Data { .. } | Self::Stock { .. } => self.text(),
        }
    }

    /// The form that the history keeps.
    pub(crate) fn stored(&self, undoes: Option<usize>) -> Stored {
        let mut stored = Stored {
            undoes,
            ..Stored::default()
        };
        match self {
            Self::Sql(sql) => stored.sql = Some(sql.clone()),
            Self::Data { label, .. } => stored.data = Some(label.clone()),
            Self::Stock { name, .. } => stored.stock = Some(name.clone()),
        }
        stored
    }
}

/// An action with what it undoes: the step of `up`, counted from 1, if `down` was derived.
#[derive(Debug, Clone)]
pub(crate) struct Undo {
    pub(crate) action: Action,
    pub(crate) undoes: Option<usize>,
}

/// An action as the history keeps it; exactly one of `sql`, `data` and `stock` is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sql: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stock: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undoes: Option<usize>,
}

impl Stored {
    /// As [`Action::text`].
    pub(crate) fn text(&self) -> String {
        match (&self.sql, &self.data, &self.stock) {
            (Some(sql), _, _) => sql.clone(),
            (_, Some(label), _) => format!("[rust step] {label}"),
            (_, _, name) => format!(
                "[sea-orm migration] {}",
                name.as_deref().unwrap_or_default()
            ),
        }
    }

    /// As [`Action::normal`].
    pub(crate) fn normal(&self, backend: DbBackend) -> String {
        match &self.sql {
            Some(sql) => normalise(sql, backend),
            None => self.text(),
        }
    }

    /// The action again: SQL from the history, Rust code from `code`, where it must still be.
    pub(crate) fn revive<'a>(&self, mut code: impl Iterator<Item = &'a Action>) -> Option<Action> {
        if let Some(sql) = &self.sql {
            return Some(Action::Sql(sql.clone()));
        }
        let text = self.text();
        code.find(|action| action.text() == text).cloned()
    }
}
