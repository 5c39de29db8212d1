//! Rules for every text file.

use super::tree::{Finding, SourceFile, has_extension};

/// Lines end where their text ends, and files with a line end.
pub(crate) fn white_space(file: &SourceFile) -> Vec<Finding> {
    // Snapshots and patches hold what some program said, to the letter.
    if ["snap", "patch", "diff"]
        .iter()
        .any(|kind| has_extension(&file.path, kind))
    {
        return Vec::new();
    }
    let mut found = lines_where(file, "trailing white space", |line| line.trim_end() != line);
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        found.push(file.finding(0, "no line end at the end"));
    }
    if file.text.ends_with("\n\n") {
        found.push(file.finding(0, "empty lines at the end"));
    }
    found
}

/// What is not done is an issue, not a remark in a file.
pub(crate) fn open_ends(file: &SourceFile) -> Vec<Finding> {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    lines_where(file, "an open end; do it or file an issue", |line| {
        let mut in_line = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        in_line.any(|word| words.contains(&word))
    })
}

/// Nothing depends on where it was written. Tests may name such paths: as bad input, say.
pub(crate) fn machine_paths(file: &SourceFile) -> Vec<Finding> {
    if file.path.starts_with("tests/") || file.path.contains("/tests/") {
        return Vec::new();
    }
    let roots = [
        concat!("/wo", "rk/"),
        concat!("/tm", "p/"),
        concat!("/ro", "ot/"),
    ];
    lines_where(file, "a path of some machine", |line| {
        roots.iter().any(|root| {
            let mut found = line.match_indices(root);
            found.any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.'))
        })
    })
}

/// A shell script stops at the first failure.
pub(crate) fn shell_is_strict(file: &SourceFile) -> Vec<Finding> {
    let first = file.text.lines().next().unwrap_or_default();
    let is_shell = first.starts_with("#!") && first.ends_with("sh");
    if !is_shell || file.text.lines().any(|line| line == "set -euo pipefail") {
        return Vec::new();
    }
    vec![file.finding(1, "a script without `set -euo pipefail`")]
}

fn lines_where(file: &SourceFile, what: &str, wrong: impl Fn(&str) -> bool) -> Vec<Finding> {
    let numbered = file.text.split('\n').enumerate();
    numbered
        .filter(|(_, line)| wrong(line))
        .map(|(at, _)| file.finding(at + 1, what))
        .collect()
}

mod tests {
    use super::*;

    #[test]
    fn white_space_at_ends_is_found() {
        let found = |text| white_space(&SourceFile::sample("a.md", text)).len();
        assert_eq!(found("a\n\n  b\n"), 0);
        assert_eq!(found(""), 0);
        assert_eq!(found("a \nb\t\nc\r\n"), 3);
        assert_eq!(found("a"), 1);
        assert_eq!(found("a\n\n"), 1);
        assert!(white_space(&SourceFile::sample("a.snap", "b ")).is_empty());
    }

    #[test]
    fn open_ends_are_found() {
        let found = |text: &str| open_ends(&SourceFile::sample("a.rs", text)).len();
        assert_eq!(
            found(concat!("// TO", "DO: later\n// (FIX", "ME)\n# XX", "X\n")),
            3
        );
        assert_eq!(found("mktemp a.XXXXXX\nlet todo = todos();\n"), 0);
    }

    #[test]
    fn machine_paths_are_found() {
        let text = concat!(
            "cd /wo",
            "rk/a\nls \"/tm",
            "p/b\"\n~/wo",
            "rk/c /var/tm",
            "p/d\n"
        );
        let found = machine_paths(&SourceFile::sample("docs/a.md", text));
        assert_eq!(found.len(), 3, "{found:?}");
        let fine = concat!("home/wo", "rk/a ./tm", "p/b target/tm", "p/c\n");
        assert!(machine_paths(&SourceFile::sample("a.md", fine)).is_empty());
        assert!(machine_paths(&SourceFile::sample("tests/a.rs", text)).is_empty());
    }

    #[test]
    fn lax_scripts_are_found() {
        let found = |text| shell_is_strict(&SourceFile::sample("a", text)).len();
        assert_eq!(found("#!/usr/bin/env bash\nset -e\n"), 1);
        assert_eq!(found("#!/usr/bin/env bash\nset -euo pipefail\n"), 0);
        assert_eq!(found("plain text\n"), 0);
    }
}
