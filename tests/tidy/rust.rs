//! House style of Rust files, beyond what rustfmt and clippy see to.

use super::code::{blank, line_of, words};
use super::tree::{Finding, SourceFile};

const LINE_CHARACTERS: usize = 100;
/// Their sources are copied into every generated app, where tests of ours have no place.
const VENDORED: [&str; 2] = ["runtime/src/", "migrations/src/"];

/// A module says what it is for before anything else.
pub(crate) fn opens_with_module_docs(file: &SourceFile) -> Vec<Finding> {
    if !file.becomes_rust() || file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![file.finding(1, "a module opens with `//!` and what it is for")]
}

/// rustfmt leaves long lines alone where it can't break them. So do we where a string is in it.
pub(crate) fn line_length(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let numbered = file.text.lines().enumerate();
    numbered
        .filter(|(_, line)| line.chars().count() > LINE_CHARACTERS)
        .filter(|(_, line)| !line.contains(['"', '`']) && !line.contains("://"))
        .map(|(at, _)| file.finding(at + 1, format!("longer than {LINE_CHARACTERS} characters")))
        .collect()
}

/// No lint is switched off in silence: `expect` with a reason, which says when it has become
/// needless.
pub(crate) fn exceptions_carry_reasons(file: &SourceFile) -> Vec<Finding> {
    if !file.becomes_rust() {
        return Vec::new();
    }
    let code = blank(&file.text);
    let mut found = Vec::new();
    for attribute in attributes(&code) {
        let line = line_of(&code, attribute.as_ptr() as usize - code.as_ptr() as usize);
        let names = |name: &str| words(attribute).any(|(_, word)| word == name);
        if names("allow") {
            found.push(file.finding(line, "`allow`; use `expect` with a reason"));
        } else if names("expect") && !names("reason") {
            found.push(file.finding(line, "`expect` without a reason"));
        }
    }
    found
}

/// Every `#[…]` and `#![…]` of blanked code.
fn attributes(code: &str) -> impl Iterator<Item = &str> {
    let starts = code.match_indices('#').map(|(at, _)| at);
    starts.filter_map(|at| {
        let rest = &code[at..];
        if !rest.starts_with("#[") && !rest.starts_with("#![") {
            return None;
        }
        let mut depth = 0_usize;
        let end = rest.find(|c| {
            depth += usize::from(c == '[');
            depth -= usize::from(c == ']');
            c == ']' && depth == 0
        })?;
        Some(&rest[..end])
    })
}

/// The libraries' tests live beside their sources, not inside.
pub(crate) fn libraries_hold_no_tests(file: &SourceFile) -> Vec<Finding> {
    if !VENDORED.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let code = blank(&file.text);
    attributes(&code)
        .filter(|attribute| words(attribute).any(|(_, word)| word == "test"))
        .map(|attribute| {
            let at = attribute.as_ptr() as usize - code.as_ptr() as usize;
            file.finding(
                line_of(&code, at),
                "a test in a vendored source; move it to tests/it/",
            )
        })
        .collect()
}

mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::sample("runtime/src/a.rs", text)
    }

    #[test]
    fn a_module_without_docs_is_found() {
        assert_eq!(opens_with_module_docs(&file("use a;\n")).len(), 1);
        assert_eq!(opens_with_module_docs(&file("/// A\n")).len(), 1);
        assert_eq!(opens_with_module_docs(&file("")).len(), 1);
        assert_eq!(opens_with_module_docs(&file("//! A\n")).len(), 0);
        let template = SourceFile::sample("templates/a/b.rs.tera", "use c;\n");
        assert_eq!(opens_with_module_docs(&template).len(), 1);
    }

    #[test]
    fn long_lines_are_found() {
        let found = |line: &str| line_length(&file(&format!("//! A\n{line}\n"))).len();
        assert_eq!(found(&"é".repeat(LINE_CHARACTERS)), 0);
        assert_eq!(found(&"é".repeat(LINE_CHARACTERS + 1)), 1);
        assert_eq!(found(&format!("\"{}\"", "a".repeat(LINE_CHARACTERS))), 0);
    }

    #[test]
    fn silent_exceptions_are_found() {
        let found = |text: &str| exceptions_carry_reasons(&file(text)).len();
        assert_eq!(found("#![allow(dead_code)]"), 1);
        assert_eq!(found("#[cfg_attr(a, allow(dead_code, reason = \"b\"))]"), 1);
        assert_eq!(found("#[expect(dead_code)]"), 1);
        assert_eq!(
            found("#[expect(\n    dead_code,\n    reason = \"[x]\"\n)]"),
            0
        );
        assert_eq!(found("a.expect(\"b\"); // #[allow(c)]"), 0);
        let template = SourceFile::sample("templates/a/b.rs.tera", "#[allow(c)]");
        assert_eq!(exceptions_carry_reasons(&template).len(), 1);
    }

    #[test]
    fn tests_in_libraries_are_found() {
        let found = |text: &str| libraries_hold_no_tests(&file(text)).len();
        assert_eq!(found("#[cfg(test)]\nmod tests {}"), 1);
        assert_eq!(found("#[tokio::test]\nasync fn a() {}"), 1);
        assert_eq!(
            found("/// #[test]\n#[cfg(feature = \"test\")]\nfn test() {}"),
            0
        );
        assert!(libraries_hold_no_tests(&SourceFile::sample("src/a.rs", "#[test]")).is_empty());
    }
}
