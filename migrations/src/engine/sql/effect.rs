//! What a statement changes, in a form that can be looked up in a live database.

/// A name, with its schema (MySQL: database) if the statement gave one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

/// One change of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A table with its columns (none known for `AS SELECT` and `LIKE`) and named inner indexes.
    CreateTable {
        table: Name,
        columns: Vec<String>,
        indexes: Vec<(String, Vec<String>)>,
    },
    /// A table is dropped.
    DropTable { table: Name },
    /// A table is renamed inside its schema.
    RenameTable { from: Name, to: Name },
    /// A column is added.
    AddColumn { table: Name, column: String },
    /// A column is dropped.
    DropColumn { table: Name, column: String },
    /// A column is renamed.
    RenameColumn {
        table: Name,
        from: String,
        to: String,
    },
    /// An index over columns (expressions are left out).
    CreateIndex {
        table: Name,
        index: String,
        columns: Vec<String>,
    },
    /// An index is dropped; only MySQL says of which table.
    DropIndex { table: Option<Name>, index: String },
    /// A named constraint; `foreign` if it is a foreign key.
    AddConstraint {
        table: Name,
        constraint: String,
        foreign: bool,
    },
    /// A named constraint is dropped.
    DropConstraint { table: Name, constraint: String },
}

/// How a statement may be treated when it is not known whether it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Changes the schema in a way that can be looked up.
    Schema,
    /// Changes rows only: runs in a transaction with its journal entry.
    Rows,
    /// Running it twice is the same as running it once.
    Repeatable,
    /// Cannot be looked up; a person must say whether it ran.
    Opaque,
}

/// A statement as the engine understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) class: Class,
    pub(crate) effects: Vec<Effect>,
    /// Every part of the statement is among `effects`.
    pub(crate) complete: bool,
    /// Guarded by `IF [NOT] EXISTS`.
    pub(crate) guarded: bool,
    /// PostgreSQL refuses to run it in a transaction.
    pub(crate) outside_transaction: bool,
    /// Number of clauses of an `ALTER TABLE`, of tables in a `DROP TABLE`; otherwise 1.
    pub(crate) parts: usize,
}
