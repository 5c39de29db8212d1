//! Splits one SQL statement into tokens, just finely enough to tell names, strings and comments
//! apart.
//!
//! Not a parser: it never fails. An unterminated quote runs to the end of the text, and the
//! database will say what is wrong with it.

use sea_orm::DbBackend;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bare word or number: keyword, unquoted name, literal.
    Word,
    /// A quoted name, with its quotes.
    Name,
    /// A string literal, with its quotes.
    Text,
    /// One character of punctuation.
    Mark,
    /// White space, or a comment that the database ignores.
    Blank,
}

/// A slice of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
}

impl Token<'_> {
    /// Whether this is the bare keyword `word` (any case).
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether this is the punctuation `mark`.
    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// The name that this token stands for: unquoted, or as the backend folds a bare word.
    pub(crate) fn name(&self, backend: DbBackend) -> Option<String> {
        match self.kind {
            Kind::Name => {
                let quote = self.text.chars().next_back()?;
                let inner = self.text.get(1..self.text.len().saturating_sub(1))?;
                let doubled: String = [quote, quote].iter().collect();
                Some(inner.replace(&doubled, &quote.to_string()))
            }
            Kind::Word if backend == DbBackend::Postgres => Some(self.text.to_ascii_lowercase()),
            Kind::Word => Some(self.text.to_owned()),
            Kind::Text | Kind::Mark | Kind::Blank => None,
        }
    }
}

/// All tokens of `sql`; their texts joined give `sql` back.
pub(crate) fn tokens(sql: &str, backend: DbBackend) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token_at(rest, first, backend);
        let (text, after) = rest.split_at(length.min(rest.len()));
        found.push(Token { kind, text });
        rest = after;
    }
    found
}

fn token_at(rest: &str, first: char, backend: DbBackend) -> (Kind, usize) {
    let mysql = backend == DbBackend::MySql;
    if first.is_whitespace() {
        let length = rest.find(|c: char| !c.is_whitespace());
        return (Kind::Blank, length.unwrap_or(rest.len()));
    }
    if let Some(length) = comment_length(rest, mysql) {
        // `/*! … */` and `/*+ … */` are instructions to the database, not comments.
        let active = rest.starts_with("/*!") || rest.starts_with("/*+");
        return (if active { Kind::Text } else { Kind::Blank }, length);
    }
    match first {
        '\'' => (Kind::Text, quoted_length(rest, '\'', mysql)),
        '"' if mysql => (Kind::Text, quoted_length(rest, '"', true)),
        '"' => (Kind::Name, quoted_length(rest, '"', false)),
        '`' => (Kind::Name, quoted_length(rest, '`', false)),
        '$' if backend == DbBackend::Postgres => dollar_quoted(rest),
        'e' | 'E' if backend == DbBackend::Postgres && rest[1..].starts_with('\'') => {
            (Kind::Text, 1 + quoted_length(&rest[1..], '\'', true))
        }
        c if is_word(c) => {
            let length = rest.find(|c: char| !is_word(c));
            (Kind::Word, length.unwrap_or(rest.len()))
        }
        c => (Kind::Mark, c.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn comment_length(rest: &str, mysql: bool) -> Option<usize> {
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |at| at + 2));
    }
    // MySQL asks for a blank after `--`, so that `1--1` stays arithmetic.
    let dashes = rest.strip_prefix("--");
    let line = dashes
        .is_some_and(|after| !mysql || after.is_empty() || after.starts_with(char::is_whitespace));
    if line || (mysql && rest.starts_with('#')) {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    None
}

/// Length of a literal that starts with `quote`; a doubled quote (and, if `escapes`, a backslash)
/// goes on.
fn quoted_length(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if escapes && c == '\\' {
            characters.next();
        } else if c == quote {
            if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + c.len_utf8();
            }
        }
    }
    rest.len()
}

/// `$tag$ … $tag$`, or the mark `$` of a placeholder.
fn dollar_quoted(rest: &str) -> (Kind, usize) {
    let Some(close) = rest[1..].find('$') else {
        return (Kind::Mark, 1);
    };
    let tag = &rest[..close + 2];
    let named = tag[1..close + 1]
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_');
    if !named || tag[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return (Kind::Mark, 1);
    }
    let end = rest[tag.len()..].find(tag);
    (Kind::Text, end.map_or(rest.len(), |at| at + 2 * tag.len()))
}
