//! What the database says of a physical table: its columns and its primary key.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::ReshardError;

/// The columns of a physical table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) all: Vec<String>,
    pub(super) primary: Vec<String>,
    /// What the key column holds.
    pub(super) key: KeyKind,
}

/// What a key column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Integer,
    Text,
    /// Sixteen bytes; a key names it by its text.
    Uuid,
}

impl KeyKind {
    /// By the name of the column's type.
    fn of(kind: &str) -> Self {
        let kind = kind.to_ascii_lowercase();
        if kind.contains("int") {
            Self::Integer
        } else if ["uuid", "binary", "blob"]
            .iter()
            .any(|part| kind.contains(part))
        {
            Self::Uuid
        } else {
            Self::Text
        }
    }
}

impl Columns {
    pub(super) async fn read(
        conn: &impl ConnectionTrait,
        physical: &str,
        key: &str,
    ) -> Result<Self, ReshardError> {
        let backend = conn.get_database_backend();
        let sql = match backend {
            DbBackend::MySql => {
                "SELECT COLUMN_NAME AS name, DATA_TYPE AS kind, \
                 IF(COLUMN_KEY = 'PRI', 1, 0) AS is_pk \
                 FROM information_schema.COLUMNS \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? \
                 ORDER BY ORDINAL_POSITION"
            }
            DbBackend::Postgres => {
                "SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS kind, \
                 CASE WHEN a.attnum = ANY(i.indkey) THEN 1 ELSE 0 END AS is_pk \
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                 JOIN pg_namespace n ON n.oid = c.relnamespace \
                 LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
                 WHERE n.nspname = current_schema() AND c.relname = $1 AND a.attnum > 0 \
                 AND NOT a.attisdropped ORDER BY a.attnum"
            }
            _ => {
                "SELECT name, type AS kind, CASE WHEN pk > 0 THEN 1 ELSE 0 END AS is_pk \
                 FROM pragma_table_info(?) ORDER BY cid"
            }
        };
        let statement = Statement::from_sql_and_values(backend, sql, [physical.into()]);
        let mut columns = Self {
            all: Vec::new(),
            primary: Vec::new(),
            key: KeyKind::Text,
        };
        for row in conn.query_all_raw(statement).await? {
            let name: String = row.try_get("", "name")?;
            let kind: String = row.try_get("", "kind")?;
            let is_primary = match backend {
                DbBackend::MySql => row
                    .try_get::<i64>("", "is_pk")
                    .or_else(|_| row.try_get::<i32>("", "is_pk").map(i64::from))?,
                DbBackend::Postgres => i64::from(row.try_get::<i32>("", "is_pk")?),
                _ => row.try_get::<i64>("", "is_pk")?,
            };
            if is_primary == 1 {
                columns.primary.push(name.clone());
            }
            if name == key {
                columns.key = KeyKind::of(&kind);
            }
            columns.all.push(name);
        }
        let missing = |what: &str| ReshardError::Shape {
            physical: physical.to_owned(),
            what: what.to_owned(),
        };
        if columns.all.is_empty() {
            return Err(missing("columns: it does not exist"));
        }
        if !columns.all.iter().any(|name| name == key) {
            return Err(missing(&format!("column `{key}`")));
        }
        if columns.primary.is_empty() {
            return Err(missing("primary key"));
        }
        Ok(columns)
    }
}

/// An identifier in quotes.
pub(super) fn quoted(name: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::MySql => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
