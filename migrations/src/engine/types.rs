//! Column types that mean the same on every database, where sea-query's own do not.
//!
//! An instant is `datetime(6)` on MySQL (its `timestamp` ends in 2038 and, on older MariaDB,
//! changes by itself on update; the driver still binds instants as `timestamp`, so MariaDB before
//! 11.5 refuses later ones), `timestamp with time zone` on PostgreSQL, text on SQLite: each of them
//! is read and written as `DateTime<Utc>`. These functions take the place of sea-orm-migration's of
//! the same name.
//!
//! A decimal is exact everywhere: `decimal(p, s)` on MySQL and PostgreSQL, and text on SQLite,
//! whose numeric columns are binary doubles. So on SQLite decimals do not sort or add up by value
//! in SQL.
//!
//! A long text is `mediumtext` on MySQL, whose `text` ends at 64 KiB, and `text` elsewhere.
//!
//! A column definition does not know its database, so it carries a placeholder, which rendering
//! replaces.

use sea_orm::DbBackend;
use sea_orm::sea_query::{ColumnDef, IntoIden};

use super::sql::lexer::{Kind, tokens};

/// Type of an instant.
const INSTANT: &str = "cloudapp_instant";
/// Type of an exact decimal.
const DECIMAL: &str = "cloudapp_decimal";
/// Type of a long text.
const LONG_TEXT: &str = "cloudapp_long_text";
/// The present instant, as a default.
const NOW: &str = "cloudapp_now";

/// An instant (UTC, microseconds), not null.
pub fn date_time<T: IntoIden>(name: T) -> ColumnDef {
    ColumnDef::new(name).custom(INSTANT).not_null().take()
}

/// An instant (UTC, microseconds), nullable.
pub fn date_time_null<T: IntoIden>(name: T) -> ColumnDef {
    ColumnDef::new(name).custom(INSTANT).null().take()
}

/// An instant (UTC, microseconds), not null, unique.
pub fn date_time_uniq<T: IntoIden>(name: T) -> ColumnDef {
    date_time(name).unique_key().take()
}

/// An instant (UTC, microseconds), not null, set by the database when a row is inserted without it.
pub fn date_time_default_now<T: IntoIden>(name: T) -> ColumnDef {
    date_time(name).extra(format!("DEFAULT {NOW}")).take()
}

/// An exact decimal of `precision` digits, `scale` of them behind the point, not null.
pub fn decimal_len<T: IntoIden>(name: T, precision: u32, scale: u32) -> ColumnDef {
    decimal(name, precision, scale).not_null().take()
}

/// An exact decimal of `precision` digits, `scale` of them behind the point, nullable.
pub fn decimal_len_null<T: IntoIden>(name: T, precision: u32, scale: u32) -> ColumnDef {
    decimal(name, precision, scale).null().take()
}

/// An exact decimal of `precision` digits, `scale` of them behind the point, not null, unique.
pub fn decimal_len_uniq<T: IntoIden>(name: T, precision: u32, scale: u32) -> ColumnDef {
    decimal_len(name, precision, scale).unique_key().take()
}

/// A text of up to 16 MiB, not null.
pub fn long_text<T: IntoIden>(name: T) -> ColumnDef {
    ColumnDef::new(name).custom(LONG_TEXT).not_null().take()
}

/// A text of up to 16 MiB, nullable.
pub fn long_text_null<T: IntoIden>(name: T) -> ColumnDef {
    ColumnDef::new(name).custom(LONG_TEXT).null().take()
}

fn decimal<T: IntoIden>(name: T, precision: u32, scale: u32) -> ColumnDef {
    let kind = format!("{DECIMAL}({precision}, {scale})");
    ColumnDef::new(name).custom(kind).take()
}

/// Puts the database's own types in place of the placeholders.
pub(crate) fn substitute(sql: &str, backend: DbBackend) -> String {
    if ![INSTANT, DECIMAL, LONG_TEXT, NOW]
        .iter()
        .any(|name| sql.contains(name))
    {
        return sql.to_owned();
    }
    let long_text = match backend {
        DbBackend::MySql => "mediumtext",
        _ => "text",
    };
    let (instant, decimal, now) = match backend {
        DbBackend::MySql => ("datetime(6)", "decimal", "(UTC_TIMESTAMP(6))"),
        DbBackend::Postgres => ("timestamp with time zone", "decimal", "CURRENT_TIMESTAMP"),
        _ => (
            "datetime_text",
            "decimal_text",
            "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '+00:00')",
        ),
    };
    let replace = |kind: Kind, text| match text {
        INSTANT if kind == Kind::Word => instant,
        DECIMAL if kind == Kind::Word => decimal,
        LONG_TEXT if kind == Kind::Word => long_text,
        NOW if kind == Kind::Word => now,
        other => other,
    };
    let replaced = tokens(sql, backend)
        .into_iter()
        .map(|token| replace(token.kind, token.text));
    replaced.collect()
}
