//! The history table: which migrations were applied, with their SQL, and how far the last one came.

use sea_orm::sea_query::{ColumnDef, Expr, ExprTrait, Order, Query, Table, UpdateStatement};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};

use super::action::{Stored, Undo};
use super::error::{Doing, MigrateError};
use super::migration::Rendered;
use super::probe;

/// Its name.
pub(crate) const TABLE: &str = "cloudapp_migration_tb";

const COLUMNS: [&str; 12] = [
    "name",
    "stream",
    "position",
    "checksum",
    "up_sql",
    "down_sql",
    "step",
    "undone",
    "started",
    "state",
    "applied_at",
    "duration_ms",
];

/// How far a migration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Some steps up are done.
    Running,
    /// Applied.
    Done,
    /// Some steps down are done.
    Reverting,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Reverting => "reverting",
        }
    }
}

/// A row of the history.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) stream: String,
    /// Order of being applied.
    pub(crate) position: i64,
    pub(crate) checksum: String,
    pub(crate) up: Vec<Stored>,
    /// `None`: irreversible.
    pub(crate) down: Option<Vec<Stored>>,
    /// Steps up that are done.
    pub(crate) step: usize,
    /// Steps down that are done.
    pub(crate) undone: usize,
    /// The step (from 1, in the present direction) that was begun and not recorded as done; or 0.
    pub(crate) started: usize,
    pub(crate) state: State,
    /// RFC 3339, UTC, by the clock of the database.
    pub(crate) applied_at: String,
    pub(crate) duration_ms: i64,
}

/// The rows, in the order in which they were applied; none if there is no table yet.
pub(crate) async fn load(conn: &impl ConnectionTrait) -> Result<Vec<Row>, MigrateError> {
    const DOING: &str = "reading the history of migrations";
    if !probe::has_table(conn, TABLE).await.doing(DOING)? {
        return Ok(Vec::new());
    }
    let query = Query::select()
        .columns(COLUMNS)
        .from(TABLE)
        .order_by("position", Order::Asc)
        .order_by("name", Order::Asc)
        .to_owned();
    let rows = conn.query_all(&query).await.doing(DOING)?;
    rows.iter().map(parse).collect()
}

fn parse(row: &QueryResult) -> Result<Row, MigrateError> {
    const DOING: &str = "reading a row of the history of migrations";
    let text = |column| row.try_get::<String>("", column).doing(DOING);
    let number = |column| row.try_get::<i64>("", column).doing(DOING);
    let name = text("name")?;
    let bad = |reason: String| MigrateError::BadHistory {
        migration: name.clone(),
        reason,
    };
    let count = |column| -> Result<usize, MigrateError> {
        usize::try_from(number(column)?).map_err(|_| bad(format!("`{column}` is negative")))
    };
    let state = match text("state")?.as_str() {
        "running" => State::Running,
        "done" => State::Done,
        "reverting" => State::Reverting,
        other => return Err(bad(format!("unknown state `{other}`"))),
    };
    let json = |error: serde_json::Error| bad(error.to_string());
    Ok(Row {
        stream: text("stream")?,
        position: number("position")?,
        checksum: text("checksum")?,
        up: serde_json::from_str(&text("up_sql")?).map_err(json)?,
        down: serde_json::from_str(&text("down_sql")?).map_err(json)?,
        step: count("step")?,
        undone: count("undone")?,
        started: count("started")?,
        state,
        applied_at: text("applied_at")?,
        duration_ms: number("duration_ms")?,
        name: name.clone(),
    })
}

/// Makes the table if it is not there. Runs under the lock.
pub(crate) async fn create(conn: &impl ConnectionTrait) -> Result<(), MigrateError> {
    const DOING: &str = "creating the history table of migrations";
    if probe::has_table(conn, TABLE).await.doing(DOING)? {
        return Ok(());
    }
    let backend = conn.get_database_backend();
    let text =
        |name: &'static str, length| ColumnDef::new(name).string_len(length).not_null().take();
    let number = |name: &'static str| ColumnDef::new(name).big_integer().not_null().take();
    let long = |name: &'static str| {
        let mut column = ColumnDef::new(name);
        if backend == DbBackend::MySql {
            column.custom("longtext");
        } else {
            column.text();
        }
        column.not_null().take()
    };
    let mut table = Table::create();
    table
        .table(TABLE)
        .if_not_exists()
        .col(text("name", 190).primary_key())
        .col(text("stream", 190))
        .col(number("position"))
        .col(text("checksum", 64))
        .col(long("up_sql"))
        .col(long("down_sql"))
        .col(number("step"))
        .col(number("undone"))
        .col(number("started"))
        .col(text("state", 16))
        .col(text("applied_at", 32))
        .col(number("duration_ms"));
    if backend == DbBackend::MySql {
        // The journal needs transactions.
        table
            .engine("InnoDB")
            .character_set("utf8mb4")
            .collate("utf8mb4_bin");
    }
    conn.execute(&table).await.doing(DOING)?;
    Ok(())
}

/// The present time of the database, RFC 3339 in UTC.
fn now(backend: DbBackend) -> Expr {
    Expr::cust(match backend {
        DbBackend::MySql => "DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')",
        DbBackend::Postgres => {
            "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        }
        _ => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    })
}

fn json_up(code: &Rendered) -> String {
    let stored: Vec<Stored> = code.up.iter().map(|action| action.stored(None)).collect();
    serde_json::to_string(&stored).unwrap_or_default()
}

fn json_down(down: Option<&[Undo]>) -> String {
    let stored: Option<Vec<Stored>> = down.map(|down| {
        down.iter()
            .map(|undo| undo.action.stored(undo.undoes))
            .collect()
    });
    serde_json::to_string(&stored).unwrap_or_default()
}

/// Writes that `code` begins (`step` 0), or that all of it is done.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    code: &Rendered,
    state: State,
) -> Result<(), MigrateError> {
    const DOING: &str = "writing the history of migrations";
    let top = Query::select()
        .expr_as(Expr::col("position").max(), "top")
        .from(TABLE)
        .to_owned();
    let top = conn.query_one(&top).await.doing(DOING)?;
    let top: Option<i64> = top
        .map(|row| row.try_get("", "top"))
        .transpose()
        .doing(DOING)?
        .flatten();
    let step = if state == State::Done {
        code.up.len()
    } else {
        0
    };
    let insert = Query::insert()
        .into_table(TABLE)
        .columns(COLUMNS)
        .values_panic([
            Expr::val(code.name),
            Expr::val(code.stream),
            Expr::val(top.unwrap_or(0) + 1),
            Expr::val(code.checksum.as_str()),
            Expr::val(json_up(code)),
            Expr::val(json_down(code.down.as_deref().ok())),
            Expr::val(step as i64),
            Expr::val(0_i64),
            Expr::val(0_i64),
            Expr::val(state.as_str()),
            now(conn.get_database_backend()),
            Expr::val(0_i64),
        ])
        .to_owned();
    conn.execute(&insert).await.doing(DOING)?;
    Ok(())
}

/// What changes in a row of the history.
#[derive(Debug)]
pub(crate) enum Mark<'a> {
    /// Step up or down number `.0` was begun; 0: it is certain that none runs.
    Started(usize),
    /// That many steps up are done, and none runs.
    Step(usize),
    /// That many steps down are done, and none runs.
    Undone(usize),
    /// The migration has this state.
    State(State),
    /// Going down begins: from these statements, with those.
    Reverting(&'a [Stored], &'a [Undo]),
    /// Applied, after so many milliseconds.
    Done(u64),
    /// The text of the migration is now this.
    Text(&'a Rendered),
}

/// Changes the row of `name`; an error if it is gone.
pub(crate) async fn mark(
    conn: &impl ConnectionTrait,
    name: &str,
    mark: Mark<'_>,
) -> Result<(), MigrateError> {
    let mut update = UpdateStatement::new();
    update.table(TABLE).and_where(Expr::col("name").eq(name));
    match mark {
        Mark::Started(step) => update.value("started", step as i64),
        Mark::Step(step) => update.value("step", step as i64).value("started", 0_i64),
        Mark::Undone(step) => update.value("undone", step as i64).value("started", 0_i64),
        Mark::State(state) => update
            .value("state", state.as_str())
            .value("started", 0_i64),
        Mark::Reverting(up, down) => update
            .value("state", State::Reverting.as_str())
            .value("up_sql", serde_json::to_string(up).unwrap_or_default())
            .value("down_sql", json_down(Some(down)))
            .value("undone", 0_i64)
            .value("started", 0_i64),
        Mark::Done(milliseconds) => update
            .value("state", State::Done.as_str())
            .value("applied_at", now(conn.get_database_backend()))
            .value(
                "duration_ms",
                i64::try_from(milliseconds).unwrap_or(i64::MAX),
            ),
        Mark::Text(code) => update
            .value("checksum", code.checksum.as_str())
            .value("up_sql", json_up(code))
            .value("down_sql", json_down(code.down.as_deref().ok())),
    };
    changed_one(conn, &update, name).await
}

async fn changed_one(
    conn: &impl ConnectionTrait,
    update: &UpdateStatement,
    name: &str,
) -> Result<(), MigrateError> {
    let result = conn
        .execute(update)
        .await
        .doing("writing the history of migrations")?;
    if result.rows_affected() == 1 {
        return Ok(());
    }
    Err(MigrateError::ChangedMeanwhile {
        migration: name.to_owned(),
    })
}

/// Forgets `name`.
pub(crate) async fn delete(conn: &impl ConnectionTrait, name: &str) -> Result<(), MigrateError> {
    let delete = Query::delete()
        .from_table(TABLE)
        .and_where(Expr::col("name").eq(name))
        .to_owned();
    conn.execute(&delete)
        .await
        .doing("writing the history of migrations")?;
    Ok(())
}
