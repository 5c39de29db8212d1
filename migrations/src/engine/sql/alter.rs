//! `ALTER TABLE`: its clauses, one by one.

use super::effect::{Class, Effect, Name, Reading};
use super::reader::{Cursor, of_class, schema};

/// Reads what follows `ALTER TABLE`.
pub(super) fn table(cursor: &mut Cursor<'_>) -> Reading {
    let mut guarded = cursor.skip_all(&["IF", "EXISTS"]);
    cursor.skip("ONLY");
    let Some(table) = cursor.name() else {
        return of_class(Class::Opaque);
    };
    let mut effects = Vec::new();
    let mut opaque = false;
    let mut complete = true;
    let clauses = cursor.list();
    let parts = clauses.len();
    for mut clause in clauses {
        match read_clause(&mut clause, &table) {
            Clause::Changes(effect, if_exists) => {
                guarded |= if_exists;
                effects.push(effect);
            }
            Clause::Repeatable => complete = false,
            Clause::Unknown => {
                complete = false;
                opaque = true;
            }
        }
    }
    let class = match (effects.is_empty(), opaque) {
        (false, _) => Class::Schema,
        (true, true) => Class::Opaque,
        (true, false) => Class::Repeatable,
    };
    Reading {
        class,
        complete,
        parts,
        ..schema(effects, guarded)
    }
}

enum Clause {
    /// With whether `IF [NOT] EXISTS` guards it.
    Changes(Effect, bool),
    Repeatable,
    Unknown,
}

fn read_clause(clause: &mut Cursor<'_>, table: &Name) -> Clause {
    let read = if clause.skip("ADD") {
        add(clause, table)
    } else if clause.skip("DROP") {
        drop(clause, table)
    } else if clause.skip("RENAME") {
        rename(clause, table)
    } else if clause.skip("CHANGE") {
        change(clause, table)
    } else {
        const REPEATABLE: [&str; 11] = [
            "MODIFY",
            "ALTER",
            "ENGINE",
            "COMMENT",
            "CONVERT",
            "DEFAULT",
            "CHARACTER",
            "CHARSET",
            "COLLATE",
            "SET",
            "OWNER",
        ];
        let repeatable = REPEATABLE.iter().any(|word| clause.skip(word));
        Some(if repeatable {
            Clause::Repeatable
        } else {
            Clause::Unknown
        })
    };
    read.unwrap_or(Clause::Unknown)
}

fn add(clause: &mut Cursor<'_>, table: &Name) -> Option<Clause> {
    let table = table.clone();
    if clause.skip("CONSTRAINT") {
        let constraint = clause.identifier()?;
        let foreign = clause.peek().is_some_and(|token| token.is("FOREIGN"));
        return Some(Clause::Changes(
            Effect::AddConstraint {
                table,
                constraint,
                foreign,
            },
            false,
        ));
    }
    const UNNAMED: [&str; 6] = [
        "PRIMARY",
        "FOREIGN",
        "CHECK",
        "PARTITION",
        "PERIOD",
        "EXCLUDE",
    ];
    if UNNAMED.iter().any(|word| clause.skip(word)) {
        return None;
    }
    let mut key = false;
    while ["UNIQUE", "FULLTEXT", "SPATIAL", "INDEX", "KEY"]
        .iter()
        .any(|word| clause.skip(word))
    {
        key = true;
    }
    if key {
        let guarded = clause.skip_all(&["IF", "NOT", "EXISTS"]);
        let index = clause.identifier()?;
        let columns = clause.column_list();
        return Some(Clause::Changes(
            Effect::CreateIndex {
                table,
                index,
                columns,
            },
            guarded,
        ));
    }
    clause.skip("COLUMN");
    let guarded = clause.skip_all(&["IF", "NOT", "EXISTS"]);
    let column = clause.identifier()?;
    Some(Clause::Changes(
        Effect::AddColumn { table, column },
        guarded,
    ))
}

fn drop(clause: &mut Cursor<'_>, table: &Name) -> Option<Clause> {
    let table = table.clone();
    let key =
        clause.skip_all(&["FOREIGN", "KEY"]) || clause.skip("CONSTRAINT") || clause.skip("CHECK");
    let index = !key && (clause.skip("INDEX") || clause.skip("KEY"));
    if clause.skip("PRIMARY") || clause.skip("PARTITION") || clause.skip("PERIOD") {
        return None;
    }
    clause.skip("COLUMN");
    let guarded = clause.skip_all(&["IF", "EXISTS"]);
    let name = clause.identifier()?;
    let effect = if key {
        Effect::DropConstraint {
            table,
            constraint: name,
        }
    } else if index {
        Effect::DropIndex {
            table: Some(table),
            index: name,
        }
    } else {
        Effect::DropColumn {
            table,
            column: name,
        }
    };
    Some(Clause::Changes(effect, guarded))
}

fn rename(clause: &mut Cursor<'_>, table: &Name) -> Option<Clause> {
    if clause.skip("TO") || clause.skip("AS") {
        let name = clause.name()?;
        let to = Name {
            schema: name.schema.or_else(|| table.schema.clone()),
            name: name.name,
        };
        return Some(Clause::Changes(
            Effect::RenameTable {
                from: table.clone(),
                to,
            },
            false,
        ));
    }
    if ["INDEX", "KEY", "CONSTRAINT"]
        .iter()
        .any(|word| clause.skip(word))
    {
        return None;
    }
    clause.skip("COLUMN");
    let from = clause.identifier()?;
    if !clause.skip("TO") {
        return None;
    }
    let to = clause.identifier()?;
    let table = table.clone();
    Some(Clause::Changes(
        Effect::RenameColumn { table, from, to },
        false,
    ))
}

/// MySQL's `CHANGE old new type`.
fn change(clause: &mut Cursor<'_>, table: &Name) -> Option<Clause> {
    clause.skip("COLUMN");
    clause.skip_all(&["IF", "EXISTS"]);
    let from = clause.identifier()?;
    let to = clause.identifier()?;
    if from == to {
        return Some(Clause::Repeatable);
    }
    let table = table.clone();
    // The new type is not among the effects, so the change cannot be undone from them.
    Some(Clause::Changes(
        Effect::RenameColumn { table, from, to },
        false,
    ))
}
