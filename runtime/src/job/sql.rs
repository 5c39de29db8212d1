//! Statements of jobs, put together by hand: they are about dozens of rows at once.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};

/// Numbers of values that lists come with, so that databases know nearly all statements already.
const SIZES: [usize; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/// A statement that grows: words with `?` for each value, `{now}` for the database's time in
/// microseconds.
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
    backend: DbBackend,
}

impl Sql {
    pub(super) fn new(conn: &impl ConnectionTrait) -> Self {
        Self {
            text: String::with_capacity(512),
            values: Vec::with_capacity(32),
            backend: conn.get_database_backend(),
        }
    }

    pub(super) fn is(&self, backend: DbBackend) -> bool {
        self.backend == backend
    }

    /// Words, with a value for each `?`.
    pub(super) fn add<const N: usize>(mut self, words: &str, values: [Value; N]) -> Self {
        let words = words.replace("{now}", now(self.backend));
        let mut parts = words.split('?');
        self.text.push_str(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(values) {
            self.value(value);
            self.text.push_str(part);
        }
        self
    }

    /// Words only.
    pub(super) fn words(mut self, words: &str) -> Self {
        self.text.push_str(words);
        self
    }

    /// Words for one database only.
    pub(super) fn on(self, backend: DbBackend, words: &str) -> Self {
        if self.is(backend) {
            self.words(words)
        } else {
            self
        }
    }

    pub(super) fn value(&mut self, value: Value) {
        self.values.push(value);
        match self.backend {
            DbBackend::Postgres => {
                // Writing to a string cannot fail.
                let _ = write!(self.text, "${}", self.values.len());
            }
            _ => self.text.push('?'),
        }
    }

    /// ` IN (…)`, for at least one value; the last one again up to the next size.
    pub(super) fn within<V: Into<Value> + Clone>(mut self, values: &[V]) -> Self {
        let size = SIZES.into_iter().find(|size| *size >= values.len());
        let more = size.unwrap_or(values.len()) - values.len();
        self.text.push_str(" IN (");
        let last = values.last().into_iter().cycle().take(more);
        for (index, value) in values.iter().chain(last).enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(value.clone().into());
        }
        self.text.push(')');
        self
    }

    /// What locks the rows of a `SELECT`; SQLite has one writer at a time anyway.
    pub(super) fn for_update(self, skips_locked: bool) -> Self {
        match (self.backend, skips_locked) {
            (DbBackend::Sqlite, _) => self,
            (_, true) => self.words(" FOR UPDATE SKIP LOCKED"),
            (_, false) => self.words(" FOR UPDATE"),
        }
    }

    fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }

    /// How many rows were changed.
    pub(super) async fn execute(self, conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
        Ok(conn.execute_raw(self.statement()).await?.rows_affected())
    }

    /// All rows.
    pub(super) async fn all(self, conn: &impl ConnectionTrait) -> Result<Vec<QueryResult>, DbErr> {
        conn.query_all_raw(self.statement()).await
    }

    /// The first row.
    pub(super) async fn one(
        self,
        conn: &impl ConnectionTrait,
    ) -> Result<Option<QueryResult>, DbErr> {
        conn.query_one_raw(self.statement()).await
    }
}

/// The database's time in microseconds.
fn now(backend: DbBackend) -> &'static str {
    match backend {
        // Not NOW(), which is when the statement began: it may have waited for a lock since.
        DbBackend::MySql => "CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)",
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        _ => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
    }
}
