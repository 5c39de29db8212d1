//! The statements that write and remove the layout row of a sharded table.

use sea_orm::DbBackend;

use crate::shard::Layout;

/// Its first layout row; if `guarded`, unless there is one.
pub(crate) fn insert(layout: &Layout, guarded: bool, backend: DbBackend) -> String {
    let text = |value: &str| literal(value, backend);
    let values = format!(
        "{}, {}, {}, 1, 'stable', {}, {}, NULL, NULL",
        text(&layout.table),
        text(&layout.key),
        text(&layout.scheme.encode()),
        layout.count,
        text(&layout.slots.encode()),
    );
    let into = "INSERT INTO cloudapp_shard_tb (table_name, key_column, scheme, version, state, \
                count, slots, target, progress)";
    if !guarded {
        return format!("{into} VALUES ({values})");
    }
    let from = match backend {
        DbBackend::MySql => " FROM DUAL",
        _ => "",
    };
    format!(
        "{into} SELECT {values}{from} WHERE NOT EXISTS \
         (SELECT 1 FROM cloudapp_shard_tb WHERE table_name = {})",
        text(&layout.table)
    )
}

/// Forgets the layout.
pub(crate) fn delete(layout: &Layout, backend: DbBackend) -> String {
    format!(
        "DELETE FROM cloudapp_shard_tb WHERE table_name = {}",
        literal(&layout.table, backend)
    )
}

fn literal(text: &str, backend: DbBackend) -> String {
    let text = text.replace('\'', "''");
    match backend {
        DbBackend::MySql => format!("'{}'", text.replace('\\', "\\\\")),
        _ => format!("'{text}'"),
    }
}
