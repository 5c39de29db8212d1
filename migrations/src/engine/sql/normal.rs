//! One spelling per statement: what checksums are taken over and what `repair` shows.

use sea_orm::DbBackend;
use sha2::{Digest, Sha256};

use super::lexer::{Kind, Token, tokens};

/// The statement with comments gone, runs of white space made one blank, line ends made `\n`
/// (inside of literals too), and no `;` at the end.
pub(crate) fn normalise(sql: &str, backend: DbBackend) -> String {
    let mut text = String::with_capacity(sql.len());
    for token in tokens(sql, backend) {
        if token.kind != Kind::Blank {
            text.push_str(&token.text.replace("\r\n", "\n"));
        } else if !text.ends_with(' ') {
            text.push(' ');
        }
    }
    text.trim_matches(|c: char| c.is_whitespace() || c == ';')
        .to_owned()
}

/// SHA-256, in hexadecimal, over normalised statements. Each is preceded by its length, so that no
/// two lists share a checksum by moving text from one statement to the next.
pub(crate) fn checksum<'a>(statements: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for statement in statements {
        hash.update((statement.len() as u64).to_be_bytes());
        hash.update(statement.as_bytes());
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The statement with each item of its outermost parentheses on a line of its own, for diffs.
pub(crate) fn pretty(sql: &str, backend: DbBackend) -> String {
    let text = normalise(sql, backend);
    let mut lines = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut fresh_line = false;
    for token in tokens(&text, backend) {
        if token.is_mark(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                lines.truncate(lines.trim_end_matches(' ').len());
                lines.push('\n');
                fresh_line = false;
            }
        }
        if !(fresh_line && token.kind == Kind::Blank) {
            lines.push_str(token.text);
            fresh_line = false;
        }
        let opens = token.is_mark("(");
        depth += usize::from(opens);
        if depth == 1 && (opens || token.is_mark(",")) {
            lines.push_str("\n  ");
            fresh_line = true;
        }
    }
    lines
}

/// Whether `sql` holds a second statement, which could not be journalled on its own.
/// Bodies of routines and triggers may hold `;`.
pub(crate) fn is_several(sql: &str, backend: DbBackend) -> bool {
    let all: Vec<Token<'_>> = tokens(sql, backend)
        .into_iter()
        .filter(|token| token.kind != Kind::Blank)
        .collect();
    let routine = all.iter().take(12).any(|token| {
        ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"]
            .iter()
            .any(|word| token.is(word))
    });
    let defines = all.first().is_some_and(|token| token.is("CREATE"));
    if defines && routine {
        return false;
    }
    all.iter()
        .skip_while(|token| !token.is_mark(";"))
        .any(|token| !token.is_mark(";"))
}
