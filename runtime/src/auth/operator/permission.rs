//! Permissions and the patterns that grant them.

/// Whether `pattern` grants `permission`: `*` grants all, `note.*` all that begin with `note.`,
/// anything else itself.
pub(crate) fn covers(pattern: &str, permission: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => prefix.ends_with('.') && permission.starts_with(prefix),
        None => pattern == permission,
    }
}

/// Whether a text is a pattern: words of small letters, digits and `_`, joined by dots, the last of
/// which may be `*`.
pub(crate) fn is_pattern(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let (words, last) = match text.rsplit_once('.') {
        Some((words, last)) => (Some(words), last),
        None => (None, text),
    };
    (last == "*" || is_word(last)) && words.is_none_or(|words| words.split('.').all(is_word))
}
