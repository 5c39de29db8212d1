//! The change log keeps the shape that its readers know (keepachangelog.com).

use super::tree::{Finding, SourceFile};

const SECTIONS: [&str; 6] = [
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
];

/// Title first, then what is unreleased, then releases with their dates, newest first.
pub(crate) fn shape(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut releases: Vec<(usize, &str)> = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        if at == 0 && line != "# Changelog" {
            found.push(file.finding(1, "does not open with `# Changelog`"));
        }
        if let Some(title) = line.strip_prefix("## ") {
            releases.push((at + 1, title));
        } else if let Some(section) = line.strip_prefix("### ")
            && !SECTIONS.contains(&section)
        {
            let one_of = SECTIONS.join(", ");
            found.push(file.finding(at + 1, format!("`{section}` is none of {one_of}")));
        }
    }
    if releases
        .first()
        .is_none_or(|(_, title)| *title != "[Unreleased]")
    {
        found.push(file.finding(0, "the first release is not `## [Unreleased]`"));
    }
    let mut newer: Option<[u64; 3]> = None;
    for (line, title) in releases.into_iter().skip(1) {
        match released(title) {
            None => found.push(file.finding(line, "not `## [1.2.3] - 2001-02-03`")),
            Some(version) if newer.is_some_and(|newer| newer <= version) => {
                found.push(file.finding(line, "releases are not newest first"));
            }
            version => newer = version,
        }
    }
    found
}

/// The version of `[1.2.3] - 2001-02-03`.
fn released(title: &str) -> Option<[u64; 3]> {
    let (version, date) = title.strip_prefix('[')?.split_once("] - ")?;
    let date = numbers(date, '-')?;
    let is_date = (1..=12).contains(&date[1]) && (1..=31).contains(&date[2]);
    numbers(version, '.').filter(|_| is_date)
}

fn numbers(text: &str, between: char) -> Option<[u64; 3]> {
    let parts: Result<Vec<u64>, _> = text.split(between).map(str::parse).collect();
    parts.ok()?.try_into().ok()
}

mod tests {
    use super::*;

    fn found(body: &str) -> usize {
        shape(&SourceFile::sample(
            "CHANGELOG.md",
            &format!("# Changelog\n{body}"),
        ))
        .len()
    }

    #[test]
    fn a_good_one_passes() {
        assert_eq!(found("## [Unreleased]\n### Added\n- A\n"), 0);
        assert_eq!(
            found(
                "## [Unreleased]\n## [0.10.0] - 2026-01-31\n### Fixed\n## [0.9.0] - 2025-12-01\n"
            ),
            0
        );
    }

    #[test]
    fn a_bad_one_is_found() {
        assert_eq!(
            shape(&SourceFile::sample(
                "CHANGELOG.md",
                "# Log\n## [Unreleased]\n"
            ))
            .len(),
            1
        );
        assert_eq!(found("## [0.1.0] - 2026-01-31\n"), 1, "nothing unreleased");
        assert_eq!(
            found("## [Unreleased]\n### News\n"),
            1,
            "an unknown section"
        );
        assert_eq!(found("## [Unreleased]\n## 0.1.0\n"), 1, "no date");
        assert_eq!(
            found("## [Unreleased]\n## [0.1.0] - 2026-13-01\n"),
            1,
            "no such month"
        );
        let order = "## [Unreleased]\n## [0.1.0] - 2026-01-02\n## [0.2.0] - 2026-01-01\n";
        assert_eq!(found(order), 1, "oldest first");
    }
}
