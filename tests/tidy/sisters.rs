//! A text in English and its sister in Chinese show the same commands, and lead to each other.

use super::tree::{Finding, SourceFile};

/// Endings of sisters' names.
const ENDINGS: [(&str, &str); 2] = [(".md", ".zh-CN.md"), (".md.tera", ".zh-CN.md.tera")];
/// What a command begins with.
const PROGRAMS: [&str; 5] = ["cloudapp", "cargo", "bash", "docker", "curl"];

/// Every text that has a sister, compared with it.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for sister in files {
        let Some((name, ending)) = ENDINGS.iter().find_map(|(english, chinese)| {
            let stem = sister.path.strip_suffix(chinese)?;
            Some((stem, english))
        }) else {
            continue;
        };
        let english = format!("{name}{ending}");
        match files.iter().find(|file| file.path == english) {
            Some(file) => found.extend(compare(file, sister)),
            None => found.push(sister.finding(0, format!("there is no {english}"))),
        }
    }
    found
}

fn compare(english: &SourceFile, chinese: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, other) in [(english, chinese), (chinese, english)] {
        let name = other.path.rsplit('/').next().unwrap_or_default();
        let link = format!("]({})", name.trim_end_matches(".tera"));
        if !file.text.lines().take(5).any(|line| line.contains(&link)) {
            found.push(file.finding(1, format!("does not lead to {name}")));
        }
    }
    let (mine, theirs) = (commands(&english.text), commands(&chinese.text));
    let differs = mine.iter().zip(&theirs).find(|(left, right)| left != right);
    if let Some((left, right)) = differs {
        found.push(chinese.finding(0, format!("`{right}` where `{left}` should be")));
    } else if mine.len() != theirs.len() {
        let (has, wanted) = (theirs.len(), mine.len());
        found.push(chinese.finding(0, format!("{has} commands instead of {wanted}")));
    }
    found
}

/// Lines of code, without their comments, and commands within the text, in their order.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            let code = line.split("# ").next().unwrap_or_default().trim_end();
            if !code.is_empty() {
                found.push(code.to_owned());
            }
        } else {
            let spans = line.split('`').skip(1).step_by(2);
            let is_command = |span: &&str| {
                let first = span.split(' ').next().unwrap_or_default();
                PROGRAMS.contains(&first)
            };
            found.extend(spans.filter(is_command).map(str::to_owned));
        }
    }
    found
}

mod tests {
    use super::*;

    fn found(english: &str, chinese: &str) -> usize {
        let files = [
            SourceFile::sample("a/README.md", english),
            SourceFile::sample("a/README.zh-CN.md", chinese),
        ];
        check(&files).len()
    }

    #[test]
    fn sisters_show_the_same_commands() {
        let english =
            "[中文](README.zh-CN.md)\n\n```sh\nls    # lists\n```\n`cargo test`, `other`\n";
        let chinese = "[English](README.md)\n\n```sh\nls  # 列出\n```\n用 `cargo test`\n";
        assert_eq!(found(english, chinese), 0);
        assert_eq!(found(english, &chinese.replace("ls ", "ps ")), 1);
        assert_eq!(
            found(english, &chinese.replace("cargo test", "cargo run")),
            1
        );
        assert_eq!(found(english, &chinese.replace("`cargo test`", "")), 1);
        assert_eq!(found(english, &chinese.replace("README.md", "other.md")), 1);
        assert_eq!(found(&english.replace("zh-CN", "zh"), chinese), 1);
        let alone = [SourceFile::sample("b.zh-CN.md.tera", "")];
        assert_eq!(check(&alone).len(), 1);
    }
}
