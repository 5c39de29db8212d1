//! Statements about many rows, put together by hand: of a few sizes, so that databases know nearly
//! all of them already.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

/// Numbers of rows that statements come with, largest first.
const SIZES: [usize; 14] = [512, 256, 128, 64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1];
/// Most values in an `IN`.
const LIST_MAX: usize = 512;

/// What happens to a row that is there already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upsert<'a> {
    /// The unique columns.
    pub(super) unique: &'a [&'a str],
    /// The columns that are added up.
    pub(super) sums: &'a [&'a str],
}

struct Text {
    sql: String,
    backend: DbBackend,
    count: usize,
}

impl Text {
    fn new(backend: DbBackend, sql: &str) -> Self {
        let mut text = String::with_capacity(16 * 1024);
        text.push_str(sql);
        Self {
            sql: text,
            backend,
            count: 0,
        }
    }

    fn words(&mut self, words: &str) -> &mut Self {
        self.sql.push_str(words);
        self
    }

    /// A name, quoted: only so it is replaced by that of the physical table.
    fn name(&mut self, name: &str) -> &mut Self {
        let quote = match self.backend {
            DbBackend::MySql => '`',
            _ => '"',
        };
        self.sql.push(quote);
        self.sql.push_str(name);
        self.sql.push(quote);
        self
    }

    fn names(&mut self, names: &[&str]) -> &mut Self {
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                self.words(", ");
            }
            self.name(name);
        }
        self
    }

    /// So many places for values, in parentheses.
    fn places(&mut self, count: usize) -> &mut Self {
        self.words("(");
        for index in 0..count {
            if index > 0 {
                self.words(", ");
            }
            self.count += 1;
            match self.backend {
                DbBackend::Postgres => {
                    // Writing to a string cannot fail.
                    let _ = write!(self.sql, "${}", self.count);
                }
                _ => self.sql.push('?'),
            }
        }
        self.words(")")
    }

    fn upsert(&mut self, table: &str, upsert: &Upsert<'_>) {
        let is_mysql = self.backend == DbBackend::MySql;
        if is_mysql {
            self.words(" ON DUPLICATE KEY UPDATE ");
        } else {
            self.words(" ON CONFLICT (")
                .names(upsert.unique)
                .words(") DO UPDATE SET ");
        }
        for (index, column) in upsert.sums.iter().enumerate() {
            if index > 0 {
                self.words(", ");
            }
            self.name(column).words(" = ");
            self.name(table).words(".").name(column).words(" + ");
            if is_mysql {
                self.words("VALUES(").name(column).words(")");
            } else {
                self.words("excluded.").name(column);
            }
        }
    }
}

/// Inserts rows, in their order.
pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    upsert: Option<&Upsert<'_>>,
) -> Result<(), DbErr> {
    let backend = conn.get_database_backend();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = SIZES.into_iter().find(|size| *size <= rows.len());
        let size = size.unwrap_or(1);
        let mut text = Text::new(backend, "INSERT INTO ");
        text.name(table)
            .words(" (")
            .names(columns)
            .words(") VALUES ");
        for index in 0..size {
            if index > 0 {
                text.words(", ");
            }
            text.places(columns.len());
        }
        if let Some(upsert) = upsert {
            text.upsert(table, upsert);
        }
        let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
        let statement = Statement::from_sql_and_values(backend, text.sql, values);
        conn.execute_raw(statement).await?;
    }
    Ok(())
}

/// Which of some texts there are in a column.
pub(super) async fn known(
    conn: &impl ConnectionTrait,
    table: &str,
    column: &str,
    texts: &[&str],
) -> Result<Vec<String>, DbErr> {
    let backend = conn.get_database_backend();
    let mut found = Vec::new();
    for part in texts.chunks(LIST_MAX) {
        let mut text = Text::new(backend, "SELECT ");
        text.name(column).words(" FROM ").name(table);
        text.words(" WHERE ").name(column).words(" IN ");
        let values = padded(part).map(|text| Value::from(*text));
        let values: Vec<Value> = values.collect();
        text.places(values.len());
        let statement = Statement::from_sql_and_values(backend, text.sql, values);
        for row in conn.query_all_raw(statement).await? {
            found.push(row.try_get_by_index(0)?);
        }
    }
    Ok(found)
}

/// Deletes rows by their ids; how many there were.
pub(super) async fn delete(
    conn: &impl ConnectionTrait,
    table: &str,
    column: &str,
    ids: Vec<Value>,
) -> Result<u64, DbErr> {
    let backend = conn.get_database_backend();
    let mut count = 0;
    for part in ids.chunks(LIST_MAX) {
        let mut text = Text::new(backend, "DELETE FROM ");
        text.name(table).words(" WHERE ").name(column).words(" IN ");
        let values: Vec<Value> = padded(part).cloned().collect();
        text.places(values.len());
        let statement = Statement::from_sql_and_values(backend, text.sql, values);
        count += conn.execute_raw(statement).await?.rows_affected();
    }
    Ok(count)
}

/// The values, and the last one again up to the next size.
fn padded<T>(values: &[T]) -> impl Iterator<Item = &T> {
    let size = SIZES.into_iter().rev().find(|size| *size >= values.len());
    let more = size.unwrap_or(values.len()) - values.len();
    values
        .iter()
        .chain(values.last().into_iter().cycle().take(more))
}
