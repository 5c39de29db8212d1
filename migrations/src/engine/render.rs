//! From a step on logical tables to the statements of one database.
//!
//! [`render`] is the only place where that happens: a step on a sharded table becomes one statement
//! for each of its physical ones, each with its own journal entry.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sea_orm::DbBackend;
use sea_orm::StatementBuilder;
use sea_orm::sea_query::{
    ForeignKeyCreateStatement, IndexCreateStatement, IndexDropStatement, TableAlterStatement,
    TableCreateStatement, TableDropStatement,
};

use super::action::Action;
use super::shards::Shards;
use super::sql::lexer::tokens;
use super::sql::normal::is_several;
use super::sql::{Class, Effect, read};
use super::steps::Step;
use super::types::substitute;

/// The actions of `step` on `backend`, or why there are none. `place`: which step it is, and which
/// of those that undo a step.
pub(crate) fn render(
    step: &Step,
    backend: DbBackend,
    shards: &Shards,
    place: (usize, usize),
) -> Result<Vec<Action>, String> {
    let sql = match step {
        Step::CreateTable(statement) => create_table(statement, backend)?,
        Step::AlterTable(statement) => alter_table(statement, backend)?,
        Step::DropTable(statement) => drop_table(statement, backend)?,
        Step::RenameTable(statement) => build(statement, backend)?,
        Step::CreateIndex(statement) => create_index(statement, backend)?,
        Step::DropIndex(statement) => drop_index(statement, backend)?,
        Step::CreateForeignKey(statement) => create_foreign_key(statement, backend)?,
        Step::DropForeignKey(statement) => {
            not_on_sqlite(backend, "drop a foreign key")?;
            build(statement, backend)?
        }
        Step::Sql(sql) => sql.clone(),
        Step::SqlFor(only, sql) if *only == backend => sql.clone(),
        Step::SqlFor(..) => return Ok(Vec::new()),
        Step::Data { label, run } => {
            return Ok(vec![Action::Data {
                label: label.clone(),
                run: run.clone(),
            }]);
        }
        Step::Stock(migration) => {
            return Ok(vec![Action::Stock {
                name: migration.name().to_owned(),
                migration: migration.clone(),
            }]);
        }
    };
    let sql = substitute(sql.trim(), backend);
    if is_several(&sql, backend) {
        return Err(
            "this is more than one statement: give each its own step, so that each can be resumed"
                .into(),
        );
    }
    let about = match step {
        Step::DropIndex(statement) => table_of_index(statement),
        _ => None,
    };
    let actions = shards.expand(&sql, about.as_deref(), place, backend)?;
    let whole = matches!(step, Step::DropForeignKey(_));
    match actions.iter().find_map(Action::part) {
        Some(part) if whole => Err(format!(
            "the sharded table `{}` has no foreign keys",
            part.table
        )),
        _ => Ok(actions),
    }
}

/// The table of an index that is dropped; only MySQL's statement names it.
fn table_of_index(statement: &IndexDropStatement) -> Option<String> {
    // Whatever the index is called: it may hold quotes.
    let sql = build(statement.clone().name("i"), DbBackend::MySql).ok()?;
    match read(&sql, DbBackend::MySql).effects.first()? {
        Effect::DropIndex { table, .. } => table.as_ref().map(|table| table.name.clone()),
        _ => None,
    }
}

fn create_table(statement: &TableCreateStatement, backend: DbBackend) -> Result<String, String> {
    let sql = build(statement, backend)?;
    if backend != DbBackend::MySql {
        return Ok(sql);
    }
    let mut depth = 0_usize;
    let chosen = tokens(&sql, backend).iter().any(|token| {
        depth += usize::from(token.is_mark("("));
        depth -= usize::from(token.is_mark(")") && depth > 0);
        depth == 0 && (token.is("CHARSET") || token.is("CHARACTER") || token.is("COLLATE"))
    });
    if chosen {
        return Ok(sql);
    }
    let mut exact = statement.clone();
    exact.character_set("utf8mb4").collate("utf8mb4_bin");
    build(&exact, backend)
}

fn alter_table(statement: &TableAlterStatement, backend: DbBackend) -> Result<String, String> {
    if backend == DbBackend::Sqlite {
        // Rendered for another database first: sea-query panics on what SQLite cannot do.
        let elsewhere = read(&build(statement, DbBackend::Postgres)?, DbBackend::Postgres);
        if elsewhere.class != Class::Schema {
            return Err(
                "SQLite cannot modify a column: create the new table, copy the rows with `data`, \
                 drop the old one, \
                 rename; or say it per database with `sql_for`"
                    .into(),
            );
        }
        if elsewhere.parts > 1 {
            return Err("SQLite takes one change per ALTER TABLE: make each its own step".into());
        }
    }
    build(statement, backend)
}

fn drop_table(statement: &TableDropStatement, backend: DbBackend) -> Result<String, String> {
    let sql = build(statement, backend)?;
    if read(&sql, backend).parts > 1 {
        return Err("drop one table per step, so that each can be resumed".into());
    }
    Ok(sql)
}

fn create_index(statement: &IndexCreateStatement, backend: DbBackend) -> Result<String, String> {
    let mut statement = statement.clone();
    match statement.get_index_spec().get_name().map(str::to_owned) {
        // sea-query quotes the names of indexes without doubling the quotes in them.
        Some(name) => statement.name(escape(&name, backend)),
        None => return Err("give the index a name, so that it can be found and dropped".into()),
    };
    build(&statement, backend)
}

fn drop_index(statement: &IndexDropStatement, backend: DbBackend) -> Result<String, String> {
    let elsewhere = build(statement, DbBackend::Postgres)?;
    if backend == DbBackend::MySql && read(&elsewhere, DbBackend::Postgres).guarded {
        return Err("MySQL knows no DROP INDEX IF EXISTS: leave `.if_exists()` out".into());
    }
    build(statement, backend)
}

fn create_foreign_key(
    statement: &ForeignKeyCreateStatement,
    backend: DbBackend,
) -> Result<String, String> {
    not_on_sqlite(
        backend,
        "add a foreign key to a table that is there: declare it in `create_table`",
    )?;
    let mut statement = statement.clone();
    match statement.get_foreign_key().get_name().map(str::to_owned) {
        Some(name) => statement.name(escape(&name, backend)),
        None => {
            return Err("give the foreign key a name, so that it can be found and dropped".into());
        }
    };
    build(&statement, backend)
}

fn not_on_sqlite(backend: DbBackend, what: &str) -> Result<(), String> {
    if backend == DbBackend::Sqlite {
        return Err(format!("SQLite cannot {what}"));
    }
    Ok(())
}

/// Doubles the quotes in a name that sea-query will put in quotes as it stands.
pub(crate) fn escape(name: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::MySql => name.replace('`', "``"),
        _ => name.replace('"', "\"\""),
    }
}

/// Renders; sea-query says by a panic what a database cannot do.
pub(crate) fn build(
    statement: &impl StatementBuilder,
    backend: DbBackend,
) -> Result<String, String> {
    catch_unwind(AssertUnwindSafe(|| backend.build(statement).sql)).map_err(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
        format!(
            "sea-query cannot render it for {}: {}",
            backend_name(backend),
            said.unwrap_or_default()
        )
    })
}

/// The database's name, as in the crate's features.
pub(crate) fn backend_name(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::MySql => "mysql",
        DbBackend::Postgres => "postgres",
        _ => "sqlite",
    }
}
