//! Tells from the text of a statement what it does to the schema.
//!
//! Knows what sea-query renders and the usual hand-written forms. Anything else is
//! [`Class::Opaque`]: the engine then asks instead of guessing.

use sea_orm::DbBackend;

use super::effect::{Class, Effect, Name, Reading};
use super::lexer::{Kind, Token, tokens};

/// Reads one statement.
pub(crate) fn read(sql: &str, backend: DbBackend) -> Reading {
    let significant = tokens(sql, backend)
        .into_iter()
        .filter(|token| token.kind != Kind::Blank)
        .collect();
    let mut cursor = Cursor {
        tokens: significant,
        at: 0,
        backend,
    };
    let outside = backend == DbBackend::Postgres
        && (cursor
            .tokens
            .iter()
            .take(6)
            .any(|token| token.is("CONCURRENTLY"))
            || cursor.peek().is_some_and(|token| token.is("VACUUM")));
    let mut reading = statement(&mut cursor);
    reading.outside_transaction = outside;
    reading
}

pub(super) fn of_class(class: Class) -> Reading {
    Reading {
        class,
        effects: Vec::new(),
        complete: false,
        guarded: false,
        outside_transaction: false,
        parts: 1,
    }
}

pub(super) fn schema(effects: Vec<Effect>, guarded: bool) -> Reading {
    Reading {
        effects,
        complete: true,
        guarded,
        ..of_class(Class::Schema)
    }
}

fn statement(cursor: &mut Cursor<'_>) -> Reading {
    let Some(verb) = cursor.next() else {
        return of_class(Class::Repeatable);
    };
    let word = verb.text.to_ascii_uppercase();
    match word.as_str() {
        "CREATE" => create(cursor),
        "DROP" => drop(cursor),
        "ALTER" if cursor.skip("TABLE") => super::alter::table(cursor),
        "RENAME" if cursor.skip("TABLE") => rename_tables(cursor),
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" | "WITH" | "SELECT" => {
            of_class(Class::Rows)
        }
        "TRUNCATE" | "SET" | "ANALYZE" | "OPTIMIZE" | "VACUUM" | "REINDEX" | "COMMENT"
        | "GRANT" | "REVOKE" | "PRAGMA" => of_class(Class::Repeatable),
        _ => of_class(Class::Opaque),
    }
}

fn create(cursor: &mut Cursor<'_>) -> Reading {
    if cursor.skip("OR") {
        return of_class(Class::Repeatable);
    }
    while ["UNIQUE", "FULLTEXT", "SPATIAL"]
        .iter()
        .any(|word| cursor.skip(word))
    {}
    if cursor.skip("TABLE") {
        return create_table(cursor).unwrap_or_else(|| of_class(Class::Opaque));
    }
    if cursor.skip("INDEX") {
        return create_index(cursor).unwrap_or_else(|| of_class(Class::Opaque));
    }
    of_class(Class::Opaque)
}

fn create_table(cursor: &mut Cursor<'_>) -> Option<Reading> {
    let guarded = cursor.skip_all(&["IF", "NOT", "EXISTS"]);
    let table = cursor.name()?;
    let mut columns = Vec::new();
    let mut indexes = Vec::new();
    if cursor.peek()?.is_mark("(") {
        for mut item in cursor.list() {
            item_of_table(&mut item, &mut columns, &mut indexes);
        }
    }
    Some(schema(
        vec![Effect::CreateTable {
            table,
            columns,
            indexes,
        }],
        guarded,
    ))
}

/// A column, or an inner index or constraint, of a `CREATE TABLE`.
fn item_of_table(
    item: &mut Cursor<'_>,
    columns: &mut Vec<String>,
    indexes: &mut Vec<(String, Vec<String>)>,
) {
    const NOT_COLUMNS: [&str; 12] = [
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "KEY",
        "INDEX",
        "FOREIGN",
        "CHECK",
        "FULLTEXT",
        "SPATIAL",
        "LIKE",
        "EXCLUDE",
        "PERIOD",
    ];
    let Some(first) = item.peek() else { return };
    if !NOT_COLUMNS.iter().any(|word| first.is(word)) {
        columns.extend(item.identifier());
        return;
    }
    // Only MySQL names inner keys so that they appear as indexes under that name.
    if item.backend != DbBackend::MySql || item.peek().is_some_and(|token| token.is("PRIMARY")) {
        return;
    }
    let named = item.skip("CONSTRAINT").then(|| item.identifier()).flatten();
    while ["UNIQUE", "FULLTEXT", "SPATIAL"]
        .iter()
        .any(|word| item.skip(word))
    {}
    let key = item.skip("KEY") || item.skip("INDEX");
    let inner = match item.peek() {
        Some(token) if token.is_mark("(") || token.is("USING") => None,
        Some(_) if key => item.identifier(),
        _ => return,
    };
    if let Some(index) = inner.or(named) {
        indexes.push((index, item.column_list()));
    }
}

fn create_index(cursor: &mut Cursor<'_>) -> Option<Reading> {
    cursor.skip("CONCURRENTLY");
    let guarded = cursor.skip_all(&["IF", "NOT", "EXISTS"]);
    let index = cursor.name()?.name;
    if !cursor.skip("ON") {
        return None;
    }
    cursor.skip("ONLY");
    let table = cursor.name()?;
    let columns = cursor.column_list();
    Some(schema(
        vec![Effect::CreateIndex {
            table,
            index,
            columns,
        }],
        guarded,
    ))
}

fn drop(cursor: &mut Cursor<'_>) -> Reading {
    let table = cursor.skip("TABLE");
    if !table && !cursor.skip("INDEX") {
        let guarded = cursor.tokens.iter().take(5).any(|token| token.is("EXISTS"));
        return of_class(if guarded {
            Class::Repeatable
        } else {
            Class::Opaque
        });
    }
    let read = if table {
        drop_tables(cursor)
    } else {
        drop_index(cursor)
    };
    read.unwrap_or_else(|| of_class(Class::Opaque))
}

fn drop_tables(cursor: &mut Cursor<'_>) -> Option<Reading> {
    let guarded = cursor.skip_all(&["IF", "EXISTS"]);
    let mut effects = Vec::new();
    loop {
        effects.push(Effect::DropTable {
            table: cursor.name()?,
        });
        if !cursor.skip_mark(",") {
            break;
        }
    }
    Some(Reading {
        parts: effects.len(),
        ..schema(effects, guarded)
    })
}

fn drop_index(cursor: &mut Cursor<'_>) -> Option<Reading> {
    cursor.skip("CONCURRENTLY");
    let guarded = cursor.skip_all(&["IF", "EXISTS"]);
    let index = cursor.name()?.name;
    let table = if cursor.skip("ON") {
        Some(cursor.name()?)
    } else {
        None
    };
    Some(schema(vec![Effect::DropIndex { table, index }], guarded))
}

fn rename_tables(cursor: &mut Cursor<'_>) -> Reading {
    let mut effects = Vec::new();
    loop {
        let from = cursor.name();
        let renamed = cursor.skip("TO");
        match (from, cursor.name()) {
            (Some(from), Some(to)) if renamed => effects.push(Effect::RenameTable { from, to }),
            _ => return of_class(Class::Opaque),
        }
        if !cursor.skip_mark(",") {
            return schema(effects, false);
        }
    }
}

/// A place in the tokens of a statement, blanks left out.
pub(super) struct Cursor<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    backend: DbBackend,
}

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    pub(super) fn skip(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word));
        self.at += usize::from(found);
        found
    }

    fn skip_mark(&mut self, mark: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_mark(mark));
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_all(&mut self, words: &[&str]) -> bool {
        let found = words
            .iter()
            .zip(self.tokens.iter().skip(self.at))
            .filter(|(word, token)| token.is(word))
            .count()
            == words.len();
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// A name without a schema.
    pub(super) fn identifier(&mut self) -> Option<String> {
        let name = self.peek()?.name(self.backend)?;
        self.at += 1;
        Some(name)
    }

    /// A name, with a schema or without.
    pub(super) fn name(&mut self) -> Option<Name> {
        let name = self.identifier()?;
        if self.skip_mark(".") {
            return Some(Name {
                schema: Some(name),
                name: self.identifier()?,
            });
        }
        Some(Name { schema: None, name })
    }

    /// The items of the parentheses that start here, or of the rest of the statement if none do.
    pub(super) fn list(&mut self) -> Vec<Cursor<'a>> {
        let inside = usize::from(self.skip_mark("("));
        let mut depth = inside;
        let mut items = vec![Vec::new()];
        while let Some(token) = self.next() {
            depth += usize::from(token.is_mark("("));
            if token.is_mark(")") {
                depth = depth.saturating_sub(1);
                if inside == 1 && depth == 0 {
                    break;
                }
            }
            if depth == inside && token.is_mark(",") {
                items.push(Vec::new());
            } else if let Some(item) = items.last_mut() {
                item.push(token);
            }
        }
        let backend = self.backend;
        let start = |tokens| Cursor {
            tokens,
            at: 0,
            backend,
        };
        items.into_iter().map(start).collect()
    }

    /// The plain columns of the next parentheses; expressions are left out.
    pub(super) fn column_list(&mut self) -> Vec<String> {
        while self.peek().is_some_and(|token| !token.is_mark("(")) {
            self.at += 1;
        }
        let plain = |mut item: Cursor<'a>| {
            let call = item
                .tokens
                .get(1)
                .is_some_and(|token| token.is_mark("(") && item.backend != DbBackend::MySql);
            if call { None } else { item.identifier() }
        };
        self.list().into_iter().filter_map(plain).collect()
    }
}
