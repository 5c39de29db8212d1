//! The whole schema as text, as the database itself describes it, and how far the history is.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

pub(crate) async fn dump(conn: &DatabaseConnection) -> String {
    let mut parts = match conn.get_database_backend() {
        DbBackend::MySql => mysql(conn).await,
        DbBackend::Postgres => postgres(conn).await,
        _ => {
            let sql = "SELECT COALESCE(sql, type || ' ' || name) FROM sqlite_master WHERE \
                       tbl_name NOT LIKE 'cloudapp\\_%' ESCAPE '\\' AND name <> 'sqlite_sequence' ORDER BY 1";
            texts(conn, sql).await
        }
    };
    parts.sort();
    parts.extend(history(conn).await);
    parts.join("\n")
}

async fn history(conn: &DatabaseConnection) -> Vec<String> {
    let concat = match conn.get_database_backend() {
        DbBackend::MySql => "CONCAT_WS(' ', name, stream, state, step, undone, started, checksum)",
        _ => {
            "name || ' ' || stream || ' ' || state || ' ' || step || ' ' || undone || ' ' || \
             started || ' ' || checksum"
        }
    };
    let sql = format!("SELECT {concat} FROM cloudapp_migration_tb ORDER BY position");
    match conn
        .query_all_raw(Statement::from_string(conn.get_database_backend(), sql))
        .await
    {
        Ok(rows) => rows
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect(),
        Err(_) => Vec::new(),
    }
}

async fn mysql(conn: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT TABLE_NAME FROM information_schema.TABLES \
               WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> 'cloudapp_migration_tb'";
    let mut parts = Vec::new();
    for table in texts(conn, sql).await {
        let show = format!("SHOW CREATE TABLE `{}`", table.replace('`', "``"));
        let row = conn
            .query_one_raw(Statement::from_string(DbBackend::MySql, show))
            .await
            .unwrap()
            .unwrap();
        parts.push(row.try_get_by_index::<String>(1).unwrap());
    }
    parts
}

async fn postgres(conn: &DatabaseConnection) -> Vec<String> {
    const OTHERS: &str = "NOT LIKE 'cloudapp\\_%'";
    let columns = format!(
        "SELECT table_name || '.' || column_name || ' ' || udt_name || COALESCE('(' || \
         character_maximum_length || ')', '') \
         || ' ' || is_nullable || ' ' || COALESCE(column_default, '-') FROM \
         information_schema.columns \
         WHERE table_schema = current_schema() AND table_name {OTHERS}"
    );
    let indexes = format!(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename {OTHERS}"
    );
    let constraints = format!(
        "SELECT c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) FROM \
         pg_constraint k \
         JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = \
         current_schema()::regnamespace AND c.relname {OTHERS}"
    );
    let mut parts = texts(conn, &columns).await;
    parts.extend(texts(conn, &indexes).await);
    parts.extend(texts(conn, &constraints).await);
    parts
}

async fn texts(conn: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = conn
        .query_all_raw(Statement::from_string(conn.get_database_backend(), sql))
        .await;
    let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}
