//! Puts physical names in the place of logical ones in a finished statement.
//!
//! SeaORM quotes every identifier, so a sharded table is found as a quoted identifier equal to its
//! logical name; hand-written SQL may also leave it bare. What stands in string literals and in
//! comments is left alone, and so are identifiers that merely contain the name.

use sea_orm::DbBackend;

/// What the scanner looks up: an identifier, and what to put in its place.
pub(crate) trait Names {
    /// Whether an identifier of this many bytes can be a name at all.
    fn may_be(&self, length: usize) -> bool;
    /// The physical name for this identifier; `Ok(None)` when it is not the name of a sharded
    /// table.
    fn physical(&mut self, identifier: &str) -> Result<Option<&str>, sea_orm::DbErr>;
}

/// The statement with physical names, or `None` when it names no sharded table.
///
/// # Errors
/// What [`Names::physical`] says.
pub(crate) fn rewrite(
    sql: &str,
    backend: DbBackend,
    names: &mut impl Names,
) -> Result<Option<String>, sea_orm::DbErr> {
    let mut scanner = Scanner::new(sql, backend);
    let mut rewritten: Option<String> = None;
    let mut copied = 0;
    while let Some((start, end)) = scanner.next_identifier() {
        if !names.may_be(end - start) {
            continue;
        }
        let Some(physical) = names.physical(&sql[start..end])? else {
            continue;
        };
        let text = rewritten.get_or_insert_with(|| String::with_capacity(sql.len() + 32));
        text.push_str(&sql[copied..start]);
        text.push_str(physical);
        copied = end;
    }
    if let Some(text) = &mut rewritten {
        text.push_str(&sql[copied..]);
    }
    Ok(rewritten)
}

/// Gives the numbered placeholders of PostgreSQL (`$1`) numbers that are higher by `offset`.
pub(crate) fn renumber(sql: &str, offset: usize) -> String {
    let mut scanner = Scanner::new(sql, DbBackend::Postgres);
    let mut text = String::with_capacity(sql.len() + 16);
    let mut copied = 0;
    while let Some((start, end)) = scanner.next_placeholder() {
        let Ok(number) = sql[start..end].parse::<usize>() else {
            continue;
        };
        text.push_str(&sql[copied..start]);
        text.push_str(&(number + offset).to_string());
        copied = end;
    }
    text.push_str(&sql[copied..]);
    text
}

/// Walks over a statement, past literals and comments.
pub(crate) struct Scanner<'a> {
    sql: &'a str,
    bytes: &'a [u8],
    at: usize,
    backend: DbBackend,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(sql: &'a str, backend: DbBackend) -> Self {
        Self {
            sql,
            bytes: sql.as_bytes(),
            at: 0,
            backend,
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Begin and end of the next identifier, without its quotes.
    pub(crate) fn next_identifier(&mut self) -> Option<(usize, usize)> {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            match byte {
                b'"' | b'`' => {
                    // In MySQL a double quote is a literal unless ANSI_QUOTES is set.
                    let start = self.at + 1;
                    self.skip_quoted(byte, byte == b'"' && self.is_mysql());
                    if byte == b'`' || !self.is_mysql() {
                        return Some((start, self.at.saturating_sub(1).max(start)));
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    let start = self.at;
                    self.skip_word();
                    if self.is_escape_prefix(start) {
                        self.skip_quoted(b'\'', true);
                        continue;
                    }
                    return Some((start, self.at));
                }
                _ => self.skip(byte),
            }
        }
        None
    }

    /// Begin and end of the number in the next `$1`.
    fn next_placeholder(&mut self) -> Option<(usize, usize)> {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if byte == b'$' && self.byte(self.at + 1).is_ascii_digit() {
                let start = self.at + 1;
                self.at = start;
                while self.byte(self.at).is_ascii_digit() {
                    self.at += 1;
                }
                return Some((start, self.at));
            }
            match byte {
                b'"' => self.skip_quoted(byte, false),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    let start = self.at;
                    self.skip_word();
                    if self.is_escape_prefix(start) {
                        self.skip_quoted(b'\'', true);
                    }
                }
                _ => self.skip(byte),
            }
        }
        None
    }

    /// The first word of the statement.
    pub(crate) fn first_word(&mut self) -> &'a str {
        self.next_identifier()
            .map_or("", |(start, end)| &self.sql[start..end])
    }

    fn is_mysql(&self) -> bool {
        self.backend == DbBackend::MySql
    }

    /// Whether the word that began at `start` is the E of PostgreSQL's `E'…'`.
    fn is_escape_prefix(&self, start: usize) -> bool {
        self.backend == DbBackend::Postgres
            && self.at == start + 1
            && self.byte(start).eq_ignore_ascii_case(&b'e')
            && self.byte(self.at) == b'\''
    }

    fn skip_word(&mut self) {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80) {
                return;
            }
            self.at += 1;
        }
    }

    /// Passes over one thing that is no identifier: a literal, a comment, a number, a mark.
    fn skip(&mut self, byte: u8) {
        match byte {
            b'\'' => self.skip_quoted(byte, self.is_mysql()),
            b'-' if self.byte(self.at + 1) == b'-' => self.skip_line(),
            b'#' if self.is_mysql() => self.skip_line(),
            b'/' if self.byte(self.at + 1) == b'*' => self.skip_comment(),
            b'$' if self.backend == DbBackend::Postgres => self.skip_dollar(),
            b'0'..=b'9' => self.skip_word(),
            0x80.. => self.skip_word(),
            _ => self.at += 1,
        }
    }

    /// From the opening quote to behind the closing one. A doubled quote is part of the text.
    fn skip_quoted(&mut self, quote: u8, backslashes: bool) {
        self.at += 1;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            self.at += 1;
            if byte == b'\\' && backslashes {
                self.at += 1;
            } else if byte == quote {
                if self.byte(self.at) != quote {
                    return;
                }
                self.at += 1;
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_line(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            self.at += 1;
        }
    }

    /// PostgreSQL's comments nest, those of the others do not.
    fn skip_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.byte(self.at + 1)) {
                (b'/', b'*') if depth == 0 || self.backend == DbBackend::Postgres => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// `$tag$ … $tag$`, or a lone dollar.
    fn skip_dollar(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.byte(self.at).is_ascii_digit() {
            return;
        }
        self.skip_tag();
        if self.byte(self.at) != b'$' {
            return;
        }
        self.at += 1;
        let tag = &self.sql[start..self.at];
        self.at = self.sql[self.at..]
            .find(tag)
            .map_or(self.bytes.len(), |found| self.at + found + tag.len());
    }

    fn skip_tag(&mut self) {
        while self.byte(self.at).is_ascii_alphanumeric() || self.byte(self.at) == b'_' {
            self.at += 1;
        }
    }
}
