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

/// A statement as it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    /// Where it comes from, if that is a statement on a sharded table.
    pub(crate) part: Option<Part>,
}

/// Where a statement on a physical table, or on its layout row, comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// The sharded table.
    pub(crate) table: String,
    /// What its author wrote, on the logical table.
    pub(crate) logical: String,
    /// Number of the physical table; none: the layout row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u16>,
    /// The author's step, counted from 1: up, or of an explicit `down`.
    pub(crate) step: usize,
    /// Which of the statements that undo the step.
    #[serde(default)]
    pub(crate) item: usize,
}

impl Part {
    /// What must be the same for a statement to be the same: not the text on the physical table.
    fn normal(&self, backend: DbBackend) -> String {
        let number = self.number.map(|number| number.to_string());
        let of = number.unwrap_or_else(|| "layout".to_owned());
        format!("[{of}] {}", normalise(&self.logical, backend))
    }
}

/// A statement or a Rust step, ready to run on one kind of database.
#[derive(Clone)]
pub(crate) enum Action {
    /// One SQL statement.
    Sql(Sql),
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
    /// A statement on no sharded table.
    pub(crate) fn sql(text: impl Into<String>) -> Self {
        Self::Sql(Sql {
            text: text.into(),
            part: None,
        })
    }

    /// Where it comes from, if that is a statement on a sharded table.
    pub(crate) fn part(&self) -> Option<&Part> {
        match self {
            Self::Sql(sql) => sql.part.as_ref(),
            Self::Data { .. } | Self::Stock { .. } => None,
        }
    }

    /// What people see.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Sql(sql) => sql.text.clone(),
            Self::Data { label, .. } => format!("[rust step] {label}"),
            Self::Stock { name, .. } => format!("[sea-orm migration] {name}"),
        }
    }

    /// What its author wrote, in its one spelling: what the checksum covers.
    pub(crate) fn written(&self, backend: DbBackend) -> String {
        match self.part() {
            Some(part) => normalise(&part.logical, backend),
            None => self.normal(backend),
        }
    }

    /// [`Self::text`] in its one spelling; on a sharded table, what its author wrote, and on which
    /// physical table it is run.
    pub(crate) fn normal(&self, backend: DbBackend) -> String {
        match self {
            Self::Sql(Sql {
                part: Some(part), ..
            }) => part.normal(backend),
            Self::Sql(sql) => normalise(&sql.text, backend),
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
            Self::Sql(sql) => {
                stored.sql = Some(sql.text.clone());
                stored.part = sql.part.clone();
            }
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
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "shard")]
    pub(crate) part: Option<Part>,
}

impl Stored {
    /// What its author wrote.
    pub(crate) fn written(&self) -> String {
        match &self.part {
            Some(part) => part.logical.clone(),
            None => self.text(),
        }
    }

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
        match (&self.part, &self.sql) {
            (Some(part), _) => part.normal(backend),
            (None, Some(sql)) => normalise(sql, backend),
            (None, None) => self.text(),
        }
    }

    /// The action again: SQL from the history, Rust code from `code`, where it must still be.
    pub(crate) fn revive<'a>(&self, mut code: impl Iterator<Item = &'a Action>) -> Option<Action> {
        if let Some(sql) = &self.sql {
            return Some(Action::Sql(Sql {
                text: sql.clone(),
                part: self.part.clone(),
            }));
        }
        let text = self.text();
        code.find(|action| action.text() == text).cloned()
    }
}

/// What the authors of statements wrote, from each statement with what was written for it: what
/// was written on a sharded table is there once.
pub(crate) fn as_written<'a>(
    statements: impl Iterator<Item = (Option<&'a Part>, String)>,
) -> Vec<String> {
    let mut written = Vec::new();
    let mut before: Option<&Part> = None;
    for (part, text) in statements {
        let same = |(a, b): (&Part, &Part)| (a.step, a.item) == (b.step, b.item);
        if !before.zip(part).is_some_and(same) {
            written.push(text);
        }
        before = part;
    }
    written
}
