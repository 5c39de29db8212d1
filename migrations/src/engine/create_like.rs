//! Further physical tables of a sharded table, made as the others were: by its migrations.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use super::error::{Doing, MigrateError};
use super::expected::{Tables, expected_of, fold};
use super::history::{self, Row, State};
use super::live::{self, LiveTable};
use super::render::escape;
use super::report::Options;
use super::session::begin_immediate;
use super::sql::lexer::tokens;
use super::sql::{Class, Effect, read};
use super::template::Template;
use crate::shard::Layout;

/// Where a table is made on MySQL, which commits each statement: it gets its name when it is whole.
const UNFINISHED: &str = "cloudapp_shard_new_tb";

const DOING: &str = "creating the physical tables of a sharded table";

/// Creates the physical tables `numbers` of the sharded table of `layout`, by the statements of all
/// its migrations, in the order in which they were applied: later columns and indexes are there,
/// too. A table that is there is looked at, and left alone. Returns the statements that were run.
///
/// The caller holds the [`SchemaLock`](crate::SchemaLock). Killed at any point and called again, it
/// comes to the same: a table is there as a whole, or not at all. `backend` is the connection's.
///
/// # Errors
/// A migration is half applied; the history holds no migration that creates the table; a table is
/// there and lacks something; a name becomes too long; the database refuses.
pub async fn create_like(
    conn: &DatabaseConnection,
    backend: DbBackend,
    layout: &Layout,
    numbers: &[u16],
) -> Result<Vec<String>, MigrateError> {
    let rows = history::load(conn).await?;
    if let Some(row) = rows.iter().find(|row| row.state != State::Done) {
        return Err(bad(
            layout,
            &format!(
                "migration `{}` is half applied: run `migrate up` (or `migrate down`) first",
                row.name
            ),
        ));
    }
    let statements = statements(&rows, layout, backend);
    if statements.is_empty() {
        return Err(bad(
            layout,
            "the history holds no migration that creates it",
        ));
    }
    let templates = statements
        .iter()
        .map(|sql| Template::new(sql, &layout.table, backend))
        .collect::<Result<Vec<_>, String>>()
        .map_err(|reason| bad(layout, &reason))?;
    let live = live::load(conn).await.doing(DOING)?;
    let mut ran = Vec::new();
    for number in numbers {
        let name = layout.physical(*number);
        let fill = |template: &Template<'_>| template.fill(*number);
        let whole = templates.iter().map(fill).collect::<Result<Vec<_>, _>>();
        let whole = whole.map_err(|reason| bad(layout, &reason))?;
        if let Some(found) = live.get(&fold(&name, backend)) {
            let tables = expected_of(whole.iter().map(String::as_str), backend);
            refuse_lacking(layout, &name, &tables, found, backend)?;
            continue;
        }
        if backend != DbBackend::MySql {
            run_whole(conn, &whole).await?;
            ran.extend(whole);
            continue;
        }
        let fill = |template: &Template<'_>| template.fill_as(*number, UNFINISHED);
        let apart = templates.iter().map(fill).collect::<Result<Vec<_>, _>>();
        let mut apart = apart.map_err(|reason| bad(layout, &reason))?;
        apart.insert(0, format!("DROP TABLE IF EXISTS {UNFINISHED}"));
        let name = escape(&name, backend);
        apart.push(format!("RENAME TABLE {UNFINISHED} TO `{name}`"));
        for sql in &apart {
            conn.execute_unprepared(sql).await.doing(DOING)?;
        }
        ran.extend(apart);
    }
    Ok(ran)
}

/// The statements that made the table what it is.
fn statements(rows: &[Row], layout: &Layout, backend: DbBackend) -> Vec<String> {
    let mut statements = Vec::new();
    for row in rows {
        let mut before = None;
        for part in row.up.iter().filter_map(|stored| stored.part.as_ref()) {
            let place = Some((part.step, &part.table));
            if std::mem::replace(&mut before, place) == place || part.table != layout.table {
                continue;
            }
            let reading = read(&part.logical, backend);
            let drops = |effect: &Effect| matches!(effect, Effect::DropTable { .. });
            if reading.effects.iter().any(drops) {
                statements.clear();
            } else if reading.class != Class::Rows {
                statements.push(at_once(&part.logical, backend));
            }
        }
    }
    statements
}

/// An index on an empty table need not be built beside its writers, which no transaction allows.
fn at_once(sql: &str, backend: DbBackend) -> String {
    let kept = tokens(sql, backend).into_iter();
    kept.filter(|token| !(backend == DbBackend::Postgres && token.is("CONCURRENTLY")))
        .map(|token| token.text)
        .collect()
}

async fn run_whole(conn: &DatabaseConnection, statements: &[String]) -> Result<(), MigrateError> {
    let txn = match conn.get_database_backend() {
        DbBackend::Sqlite => begin_immediate(conn, &Options::default()).await?,
        _ => conn.begin().await.doing(DOING)?,
    };
    for sql in statements {
        let statement = Statement::from_string(txn.get_database_backend(), sql.as_str());
        txn.execute_raw(statement).await.doing(DOING)?;
    }
    txn.commit().await.doing(DOING)
}

fn refuse_lacking(
    layout: &Layout,
    name: &str,
    tables: &Tables,
    live: &LiveTable,
    backend: DbBackend,
) -> Result<(), MigrateError> {
    let Some(table) = tables.get(&fold(name, backend)) else {
        return Ok(());
    };
    let column = table
        .columns
        .keys()
        .find(|column| !live.columns.contains(*column));
    let index = table
        .indexes
        .keys()
        .find(|index| !live.indexes.contains(*index));
    let lacks = match (column, index) {
        (Some(column), _) => format!("column `{column}`"),
        (None, Some(index)) => format!("index `{index}`"),
        (None, None) => return Ok(()),
    };
    Err(bad(
        layout,
        &format!(
            "table `{name}` is there and lacks {lacks}: something else made it; see what it \
             holds, drop or rename it, and run this again"
        ),
    ))
}

fn bad(layout: &Layout, reason: &str) -> MigrateError {
    MigrateError::BadShard {
        table: layout.table.clone(),
        reason: reason.to_owned(),
    }
}
