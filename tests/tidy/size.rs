//! How big things may be.

use super::code;
use super::tree::{Finding, SourceFile, has_extension};

const FILE_BYTES: usize = 256 * 1024;
const FILE_LINES: usize = 500;
const MEDIAN_LINES: usize = 120;
const FUNCTION_LINES: usize = 70;
/// So many of the longest files are named when the median is too high.
const NAMED: usize = 15;

/// No file but a lock file is huge.
pub(crate) fn bytes(file: &SourceFile) -> Vec<Finding> {
    if file.bytes <= FILE_BYTES || has_extension(&file.path, "lock") {
        return Vec::new();
    }
    vec![file.finding(0, format!("{} bytes, at most {FILE_BYTES}", file.bytes))]
}

/// No Rust file has more lines than one can keep in mind; inline tests don't count.
pub(crate) fn lines(file: &SourceFile) -> Vec<Finding> {
    let count = plain_lines(file);
    if !file.is_rust() || count <= FILE_LINES {
        return Vec::new();
    }
    vec![file.finding(
        0,
        format!("{count} lines without tests, at most {FILE_LINES}"),
    )]
}

/// The median of the product's files is short.
pub(crate) fn median(files: &[SourceFile]) -> Vec<Finding> {
    let mut sizes: Vec<(usize, &SourceFile)> = files
        .iter()
        .filter(|file| file.is_product())
        .map(|file| (plain_lines(file), file))
        .collect();
    sizes.sort_unstable_by_key(|(count, file)| (*count, &file.path));
    let median = sizes.get(sizes.len() / 2).map_or(0, |(count, _)| *count);
    if median <= MEDIAN_LINES {
        return Vec::new();
    }
    let why = format!("the median file has {median} lines, at most {MEDIAN_LINES}");
    let longest = sizes.iter().rev().take(NAMED);
    longest
        .map(|(count, file)| file.finding(0, format!("{count} lines; {why}")))
        .collect()
}

/// No function is longer than a screen.
pub(crate) fn functions(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let length = |f: &code::Function| f.last_line - f.first_line + 1;
    code::functions(&code::blank(&file.text))
        .iter()
        .filter(|f| length(f) > FUNCTION_LINES)
        .map(|f| {
            let what = format!(
                "`{}` has {} lines, at most {FUNCTION_LINES}",
                f.name,
                length(f)
            );
            file.finding(f.first_line, what)
        })
        .collect()
}

/// Lines up to the inline tests, and after them.
fn plain_lines(file: &SourceFile) -> usize {
    let total = file.text.lines().count();
    let code = code::blank(&file.text);
    let Some(tests) = code::inline_tests(&code) else {
        return total;
    };
    let in_tests = code[tests].matches('\n').count() + 1;
    total - in_tests
}

mod tests {
    use super::*;

    fn lines_long(path: &str, count: usize) -> SourceFile {
        SourceFile::sample(path, &"//\n".repeat(count))
    }

    #[test]
    fn huge_files_are_found() {
        let found = |path, size| bytes(&SourceFile::sample(path, &"a".repeat(size))).len();
        assert_eq!(found("a.json", FILE_BYTES), 0);
        assert_eq!(found("a.json", FILE_BYTES + 1), 1);
        assert_eq!(found("Cargo.lock", FILE_BYTES + 1), 0);
    }

    #[test]
    fn long_files_are_found() {
        assert_eq!(lines(&lines_long("src/a.rs", FILE_LINES)).len(), 0);
        assert_eq!(lines(&lines_long("src/a.rs", FILE_LINES + 1)).len(), 1);
        assert_eq!(lines(&lines_long("a.md", FILE_LINES + 1)).len(), 0);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "//\n".repeat(100));
        let text = format!("{}{tests}", "//\n".repeat(FILE_LINES));
        assert_eq!(lines(&SourceFile::sample("src/a.rs", &text)).len(), 0);
    }

    #[test]
    fn a_high_median_is_found() {
        let sizes = |sizes: [usize; 3]| sizes.map(|count| lines_long("src/a.rs", count));
        assert!(median(&sizes([1, MEDIAN_LINES, 400])).is_empty());
        assert_eq!(median(&sizes([1, MEDIAN_LINES + 1, 400])).len(), 3);
        assert!(median(&[lines_long("tests/a.rs", 400)]).is_empty());
        assert!(median(&[]).is_empty());
    }

    #[test]
    fn long_functions_are_found() {
        let function = |lines: usize| {
            let body = "    a();\n".repeat(lines - 2);
            SourceFile::sample("src/a.rs", &format!("//! A\n\npub fn b() {{\n{body}}}\n"))
        };
        assert!(functions(&function(FUNCTION_LINES)).is_empty());
        let long = function(FUNCTION_LINES + 1);
        assert_eq!(
            functions(&long),
            [long.finding(3, "`b` has 71 lines, at most 70")]
        );
    }
}
