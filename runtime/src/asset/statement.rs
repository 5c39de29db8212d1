//! Text and values of a statement, put together by hand: the ledger's statements are about dozens
//! of rows with dozens of columns, for which a tree of expressions costs more than the database
//! takes to run them.

use std::fmt::Write as _;

use sea_orm::{DbBackend, Statement, Value};

/// A statement that grows.
pub(super) struct Text {
    sql: String,
    values: Vec<Value>,
    backend: DbBackend,
}

impl Text {
    pub(super) fn new(backend: DbBackend) -> Self {
        Self {
            sql: String::with_capacity(1024),
            values: Vec::with_capacity(256),
            backend,
        }
    }

    /// Words of SQL.
    pub(super) fn words(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// A name, quoted: only so it is replaced by that of the physical table.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        let quote = match self.backend {
            DbBackend::MySql => '`',
            _ => '"',
        };
        self.sql.push(quote);
        self.sql.push_str(name);
        self.sql.push(quote);
        self
    }

    /// Names, separated by commas.
    pub(super) fn names(&mut self, names: &[&str]) -> &mut Self {
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                self.words(", ");
            }
            self.name(name);
        }
        self
    }

    /// A bound value.
    pub(super) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        match self.backend {
            DbBackend::Postgres => {
                // Writing to a string cannot fail.
                let _ = write!(self.sql, "${}", self.values.len());
            }
            _ => self.sql.push('?'),
        }
        self
    }

    /// Bound values in parentheses.
    pub(super) fn list<V: Into<Value>>(&mut self, values: impl Iterator<Item = V>) -> &mut Self {
        self.words("(");
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.words(", ");
            }
            self.value(value);
        }
        self.words(")")
    }

    /// `CASE "id" WHEN … THEN … ELSE … END`: for each row its own value.
    pub(super) fn cases<T>(
        &mut self,
        rows: &[T],
        id: impl Fn(&T) -> i64,
        value: impl Fn(&T) -> Value,
        or_else: &str,
    ) -> &mut Self {
        self.words("CASE ").name("id");
        for row in rows {
            self.words(" WHEN ").value(id(row));
            self.words(" THEN ").value(value(row));
        }
        self.words(" ELSE ").words(or_else).words(" END")
    }

    pub(super) fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.sql, self.values)
    }
}
