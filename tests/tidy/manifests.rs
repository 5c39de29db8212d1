//! Cargo's manifests, and the settings of the tools that judge the code.

use toml::{Table, Value};

use super::tree::{Finding, SourceFile};

/// The lists whose entries need a reason: file, table (or "" for the top), key.
const NEED_REASON: [(&str, &str, &str); 8] = [
    ("clippy.toml", "", "disallowed-methods"),
    ("clippy.toml", "", "disallowed-types"),
    ("clippy.toml", "", "disallowed-macros"),
    ("clippy.toml", "", "await-holding-invalid-types"),
    ("deny.toml", "advisories", "ignore"),
    ("deny.toml", "bans", "deny"),
    ("deny.toml", "bans", "skip"),
    ("deny.toml", "bans", "skip-tree"),
];

const MANIFESTS: [&str; 3] = ["Cargo.toml", "runtime/Cargo.toml", "migrations/Cargo.toml"];
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Who is forbidden something, or let off, is told why.
pub(crate) fn reasons(file: &SourceFile) -> Vec<Finding> {
    let lists = NEED_REASON.iter().filter(|(path, ..)| *path == file.path);
    let mut found = Vec::new();
    for (_, table, key) in lists {
        let settings = match parse(file) {
            Ok(settings) => settings,
            Err(finding) => return vec![finding],
        };
        let within = match *table {
            "" => Some(&settings),
            name => settings.get(name).and_then(Value::as_table),
        };
        let list = within
            .and_then(|table| table.get(*key))
            .and_then(Value::as_array);
        for entry in list.into_iter().flatten() {
            let reason = entry
                .get("reason")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if reason.trim().is_empty() {
                found.push(file.finding(0, format!("{key}: no reason given for {entry}")));
            }
        }
    }
    found
}

/// Members take every dependency from the workspace.
pub(crate) fn versions(file: &SourceFile) -> Vec<Finding> {
    if !MANIFESTS.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let manifest = match parse(file) {
        Ok(manifest) => manifest,
        Err(finding) => return vec![finding],
    };
    let tables = DEPENDENCIES
        .iter()
        .filter_map(|key| manifest.get(*key)?.as_table());
    tables
        .flatten()
        .filter(|(_, wanted)| wanted.get("workspace").and_then(Value::as_bool) != Some(true))
        .map(|(name, _)| file.finding(0, format!("`{name}` is not `workspace = true`")))
        .collect()
}

fn parse(file: &SourceFile) -> Result<Table, Finding> {
    file.text
        .parse::<Table>()
        .map_err(|error| file.finding(0, error.message()))
}

mod tests {
    use super::*;

    #[test]
    fn entries_without_a_reason_are_found() {
        let found = |path: &str, text: &str| reasons(&SourceFile::sample(path, text)).len();
        let entries = "[{ path = \"a\", reason = \"b\" }, { path = \"c\", reason = \" \" }, \"d\"]";
        assert_eq!(
            found("clippy.toml", &format!("disallowed-methods = {entries}")),
            2
        );
        assert_eq!(found("deny.toml", &format!("[bans]\nskip = {entries}")), 2);
        assert_eq!(found("other.toml", &format!("[bans]\nskip = {entries}")), 0);
        assert_eq!(found("clippy.toml", "broken ="), 1);
    }

    #[test]
    fn versions_of_a_members_own_are_found() {
        let text = "[dependencies]\na.workspace = true\nb = \"1\"\n\n[dev-dependencies]\n\
                    c = { workspace = true, features = [\"d\"] }\ne = { version = \"1\" }\n";
        assert_eq!(
            versions(&SourceFile::sample("runtime/Cargo.toml", text)).len(),
            2
        );
        assert_eq!(
            versions(&SourceFile::sample("templates/app/Cargo.toml", text)).len(),
            0
        );
    }
}
