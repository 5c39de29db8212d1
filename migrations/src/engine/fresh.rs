//! `fresh`: empties the database, then `up`. Whoever calls this has asked the user.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::error::{Doing, MigrateError};
use super::history;
use super::migrator::Migrator;
use super::report::{Event, Options, Report};
use super::session::Session;
use super::shards::Shards;

const DOING: &str = "dropping everything";

impl Migrator {
    /// Drops every table and view of the database (PostgreSQL: of the present schema, with its
    /// types, sequences and functions; what extensions own stays), **with all data**, then
    /// [`Self::up`]. The caller refuses this in production.
    ///
    /// # Errors
    /// As [`Self::up`]. Killed in the middle on MySQL, it must be called again: `up` then fails on
    /// the tables that are left.
    pub async fn fresh(
        &self,
        conn: &DatabaseConnection,
        options: &Options,
    ) -> Result<Report, MigrateError> {
        // What cannot be rendered is told before anything is lost.
        let backend = conn.get_database_backend();
        let shards = Shards::new(self.specs(), Vec::new(), backend)?;
        self.rendered(backend, &shards, &[])?;
        let mut session = Session::open(conn, options).await?;
        let outcome = match session.backend {
            DbBackend::MySql => drop_mysql(&mut session).await,
            DbBackend::Postgres => drop_postgres(&mut session).await,
            _ => drop_sqlite(&mut session).await,
        };
        let closed = session.close().await;
        outcome.and(closed)?;
        self.up(conn, options).await
    }
}

async fn drop_mysql(session: &mut Session<'_>) -> Result<(), MigrateError> {
    // The history goes first: were this interrupted, it must not claim that dropped tables are
    // there.
    let sql = format!(
        "SELECT CONCAT('DROP ', CASE TABLE_TYPE WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN \
         'SEQUENCE' ELSE 'TABLE' END, \
         ' `', REPLACE(TABLE_NAME, '`', '``'), '`') AS statement, TABLE_NAME AS object \
         FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
         UNION ALL SELECT CONCAT('DROP ', ROUTINE_TYPE, ' `', REPLACE(ROUTINE_NAME, '`', '``'), \
         '`'), ROUTINE_NAME \
         FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() \
         UNION ALL SELECT CONCAT('DROP EVENT `', REPLACE(EVENT_NAME, '`', '``'), '`'), EVENT_NAME \
         FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY object <> '{}', \
         object",
        history::TABLE
    );
    let handle = session.handle()?;
    handle
        .execute_unprepared("SET FOREIGN_KEY_CHECKS = 0")
        .await
        .doing(DOING)?;
    drop_listed(session, &sql).await?;
    session
        .handle()?
        .execute_unprepared("SET FOREIGN_KEY_CHECKS = 1")
        .await
        .doing(DOING)?;
    Ok(())
}

async fn drop_postgres(session: &mut Session<'_>) -> Result<(), MigrateError> {
    // Each kind is listed anew, as CASCADE takes some of the next with it.
    const OWNED: &str = "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = o.oid \
        AND d.deptype = 'e')";
    let relation = |kinds: &str, word: &str| {
        format!(
            "SELECT format('DROP {word} %I.%I CASCADE', s.nspname, o.relname) AS statement, \
             o.relname::text AS object \
             FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace s ON s.oid = o.relnamespace \
             WHERE s.nspname = current_schema() AND o.relkind IN ({kinds}) AND {OWNED} ORDER BY 2"
        )
    };
    let lists = [
        relation("'v'", "VIEW"),
        relation("'m'", "MATERIALIZED VIEW"),
        relation("'f'", "FOREIGN TABLE"),
        relation("'r', 'p'", "TABLE"),
        relation("'S'", "SEQUENCE"),
        format!(
            "SELECT format('DROP ROUTINE %s CASCADE', o.oid::regprocedure) AS statement, \
             o.proname::text AS object \
             FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace s ON s.oid = o.pronamespace \
             WHERE s.nspname = current_schema() AND o.prokind <> 'a' AND {OWNED} ORDER BY 2"
        ),
        format!(
            "SELECT format('DROP TYPE %I.%I CASCADE', s.nspname, o.typname) AS statement, \
             o.typname::text AS object \
             FROM pg_catalog.pg_type o JOIN pg_catalog.pg_namespace s ON s.oid = o.typnamespace \
             LEFT JOIN pg_catalog.pg_class c ON c.oid = o.typrelid WHERE s.nspname = \
             current_schema() \
             AND (o.typtype IN ('e', 'd', 'r') OR (o.typtype = 'c' AND c.relkind = 'c')) AND \
             {OWNED} ORDER BY 2"
        ),
    ];
    session.begin().await?;
    for list in lists {
        // One at a time: what CASCADE took is not in the next list.
        while drop_first(session, &list).await? {}
    }
    session.commit().await
}

async fn drop_sqlite(session: &mut Session<'_>) -> Result<(), MigrateError> {
    // Virtual tables before the tables that they keep their data in.
    let list = "SELECT 'DROP ' || type || ' \"' || REPLACE(name, '\"', '\"\"') || '\"' AS \
                statement, name AS object \
                FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
                ESCAPE '\\' \
                ORDER BY type <> 'view', sql NOT LIKE 'CREATE VIRTUAL%', name LIMIT 1";
    session.begin().await?;
    let defer = session
        .handle()?
        .execute_unprepared("PRAGMA defer_foreign_keys = ON")
        .await;
    defer.doing(DOING)?;
    while drop_first(session, list).await? {}
    session.commit().await
}

async fn listed(session: &Session<'_>, list: &str) -> Result<Vec<(String, String)>, MigrateError> {
    let statement = Statement::from_string(session.backend, list);
    let rows = session
        .handle()?
        .query_all_raw(statement)
        .await
        .doing(DOING)?;
    let pair = |row: &sea_orm::QueryResult| {
        Ok((row.try_get("", "statement")?, row.try_get("", "object")?))
    };
    rows.iter()
        .map(pair)
        .collect::<Result<_, DbErr>>()
        .doing(DOING)
}

async fn drop_listed(session: &Session<'_>, list: &str) -> Result<(), MigrateError> {
    for (statement, object) in listed(session, list).await? {
        session.options.emit(&Event::Dropping { object: &object });
        session
            .handle()?
            .execute_unprepared(&statement)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

/// Drops the first of the list; whether there was one.
async fn drop_first(session: &Session<'_>, list: &str) -> Result<bool, MigrateError> {
    let Some((statement, object)) = listed(session, list).await?.into_iter().next() else {
        return Ok(false);
    };
    session.options.emit(&Event::Dropping { object: &object });
    session
        .handle()?
        .execute_unprepared(&statement)
        .await
        .doing(DOING)?;
    Ok(true)
}
