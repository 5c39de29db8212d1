//! Derives `down`: the statements that undo one statement.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Alias, ForeignKey, Index, IntoTableRef, Table, TableRef};

use super::render::{build, escape};
use super::sql::{Effect, Name, read};

/// What undoes `sql`, in the order to run it; `None` if that cannot be told from the statement.
pub(crate) fn inverse(sql: &str, backend: DbBackend) -> Option<Vec<String>> {
    let reading = read(sql, backend);
    if !reading.complete {
        return None;
    }
    let undo = |effect| inverse_of(effect, backend);
    reading.effects.iter().rev().map(undo).collect()
}

fn inverse_of(effect: &Effect, backend: DbBackend) -> Option<String> {
    let built = match effect {
        Effect::CreateTable { table, .. } => {
            build(&Table::drop().table(reference(table)).to_owned(), backend)
        }
        Effect::RenameTable { from, to } => {
            let back = Table::rename()
                .table(reference(to), reference(from))
                .to_owned();
            build(&back, backend)
        }
        Effect::AddColumn { table, column } => {
            let drop = Table::alter()
                .table(reference(table))
                .drop_column(Alias::new(column))
                .to_owned();
            build(&drop, backend)
        }
        Effect::RenameColumn { table, from, to } => {
            let back = Table::alter()
                .table(reference(table))
                .rename_column(Alias::new(to), Alias::new(from))
                .to_owned();
            build(&back, backend)
        }
        Effect::CreateIndex { table, index, .. } => {
            let drop = Index::drop()
                .name(escape(index, backend))
                .table(reference(table))
                .to_owned();
            build(&drop, backend)
        }
        Effect::AddConstraint {
            table,
            constraint,
            foreign: true,
        } => {
            let drop = ForeignKey::drop()
                .name(escape(constraint, backend))
                .table(reference(table))
                .to_owned();
            build(&drop, backend)
        }
        Effect::AddConstraint { .. }
        | Effect::DropTable { .. }
        | Effect::DropColumn { .. }
        | Effect::DropIndex { .. }
        | Effect::DropConstraint { .. } => return None,
    };
    built.ok()
}

fn reference(name: &Name) -> TableRef {
    match &name.schema {
        Some(schema) => (Alias::new(schema), Alias::new(&name.name)).into_table_ref(),
        None => Alias::new(&name.name).into_table_ref(),
    }
}
