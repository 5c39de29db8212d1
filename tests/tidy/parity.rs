//! The table of parity says of each row of the original's changelog how far it is, and names tests
//! that exist.

use super::tree::{Finding, SourceFile};

/// Where the table stands.
pub(crate) const FILE: &str = "docs/parity.md";
const ROWS: usize = 47;

/// Rows that are not as they should be.
pub(crate) fn check(file: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut count = 0;
    for (at, line) in file.text.lines().enumerate() {
        let Some(row) = line.strip_prefix("| S") else {
            continue;
        };
        count += 1;
        let cells: Vec<&str> = row.trim_end_matches('|').split(" | ").collect();
        let mut wrong = |what: String| found.push(file.finding(at + 1, what));
        let [number, _, state, tests, missing] = cells[..] else {
            wrong(format!("{} cells instead of 5", cells.len()));
            continue;
        };
        if number != format!("{count:02}") {
            wrong(format!("S{number} where S{count:02} should be"));
        }
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        let is_whole = missing.trim().is_empty();
        let fits = match state {
            "done" => !tests.is_empty() && is_whole,
            "partly" => !tests.is_empty() && !is_whole,
            "missing" => tests.is_empty() && !is_whole,
            _ => false,
        };
        if !fits {
            let shown = tests.len();
            wrong(format!(
                "`{state}` with {shown} tests, missing: `{missing}`"
            ));
        }
        for test in tests {
            if !exists(test, files) {
                wrong(format!("there is no test `{test}`"));
            }
        }
    }
    if count != ROWS {
        found.push(file.finding(0, format!("{count} rows instead of {ROWS}")));
    }
    found
}

/// Whether a file has a test of this name, `path::name`; it may be made by a macro.
fn exists(test: &str, files: &[SourceFile]) -> bool {
    let Some((path, name)) = test.split_once("::") else {
        return false;
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let file = files.iter().find(|file| file.path == path);
    file.is_some_and(|file| {
        let has_tests = file.text.contains("#[test]") || file.text.contains("#[tokio::test");
        has_tests && file.text.split(|c| !is_word(c)).any(|word| word == name)
    })
}

mod tests {
    use super::*;

    fn found(rows: &[&str]) -> usize {
        let mut text = "# Parity\n\n".to_owned();
        for row in rows {
            text.push_str(row);
            text.push('\n');
        }
        for number in rows.len() + 1..=ROWS {
            text.push_str(&format!("| S{number:02} | what | missing |  | all |\n"));
        }
        let tests = "#[test]\nfn it_works() {}\n";
        let files = [SourceFile::sample("tests/a.rs", tests)];
        check(&SourceFile::sample(FILE, &text), &files).len()
    }

    #[test]
    fn rows_are_complete_and_their_tests_exist() {
        assert_eq!(found(&[]), 0);
        assert_eq!(
            found(&["| S01 | w | done | `tests/a.rs::it_works` |  |"]),
            0
        );
        assert_eq!(
            found(&["| S01 | w | partly | `tests/a.rs::it_works` | b |"]),
            0
        );
        for wrong in [
            "| S02 | w | missing |  | all |",
            "| S01 | w | done |  |  |",
            "| S01 | w | done | `tests/a.rs::it_works` | b |",
            "| S01 | w | partly | `tests/a.rs::it_works` |  |",
            "| S01 | w | missing | `tests/a.rs::it_works` | b |",
            "| S01 | w | half | `tests/a.rs::it_works` | b |",
            "| S01 | w | done | `tests/a.rs::it_work` |  |",
            "| S01 | w | done | `tests/b.rs::it_works` |  |",
            "| S01 | w | missing | all |",
        ] {
            assert_eq!(found(&[wrong]), 1, "{wrong}");
        }
        let short = SourceFile::sample(FILE, "| S01 | w | missing |  | all |\n");
        assert_eq!(check(&short, &[]).len(), 1);
    }
}
