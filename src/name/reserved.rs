//! Words that Rust, cargo, Windows or the generated app keep for themselves.

use super::sql_words::SQL_WORDS;

/// Rust's strict and reserved keywords of every edition up to 2024, sorted.
const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates that the compiler brings along.
const STANDARD_CRATES: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// Names of the libraries behind every app, and of the generator.
const OWN_CRATES: &[&str] = &["cloudapp", "cloudapp_migrations", "cloudapp_runtime"];

/// Folders that cargo makes beside the binary.
const CARGO_FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// Device files that Windows finds in every folder, whatever the extension.
const WINDOWS_DEVICES: &[&str] = &["aux", "con", "nul", "prn"];

/// What a generated app names its own files in `src/`.
const APP_MODULES: &[&str] = &[
    "app",
    "jobs",
    "lib",
    "main",
    "migrations",
    "mod",
    "modules",
    "tasks",
];

/// Paths below `/client` and `/admin` that the runtime answers itself.
const FRAMEWORK_ROUTES: &[&str] = &["login", "logout", "me"];

/// Types of the runtime that stand beside a job or a kind of task in its tests.
const RUNTIME_TYPES: &[&str] = &["NewJob", "ScheduledJob"];

/// Columns that every generated table has.
const BASE_COLUMNS: &[&str] = &["app_id", "created_at", "id", "updated_at", "user_id"];

pub(super) fn is_rust_keyword(word: &str) -> bool {
    RUST_KEYWORDS.contains(&word)
}

/// `word` with `-` read as `_`.
pub(super) fn is_standard_crate(word: &str) -> bool {
    STANDARD_CRATES.iter().any(|name| same_crate(name, word))
}

/// `word` with `-` read as `_`.
pub(super) fn is_own_crate(word: &str) -> bool {
    OWN_CRATES.iter().any(|name| same_crate(name, word))
}

pub(super) fn is_cargo_folder(word: &str) -> bool {
    CARGO_FOLDERS.contains(&word)
}

pub(super) fn is_windows_device(word: &str) -> bool {
    let numbered = |prefix: &str| {
        word.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    WINDOWS_DEVICES.contains(&word) || numbered("com") || numbered("lpt")
}

pub(super) fn is_app_module(word: &str) -> bool {
    APP_MODULES.contains(&word)
}

pub(super) fn is_framework_route(word: &str) -> bool {
    FRAMEWORK_ROUTES.contains(&word)
}

pub(super) fn is_runtime_type(name: &str) -> bool {
    RUNTIME_TYPES.contains(&name)
}

pub(super) fn is_base_column(word: &str) -> bool {
    BASE_COLUMNS.contains(&word)
}

pub(super) fn is_sql_word(word: &str) -> bool {
    SQL_WORDS.split(' ').any(|reserved| reserved == word)
}

/// Whether two crate names are one to the compiler: it reads `-` as `_`.
pub(super) fn same_crate(left: &str, right: &str) -> bool {
    let unify = |byte: u8| if byte == b'-' { b'_' } else { byte };
    left.len() == right.len() && left.bytes().map(unify).eq(right.bytes().map(unify))
}
