//! Every file below `templates/` belongs to one unit: a folder with a manifest of its own.

use super::tree::{Finding, SourceFile};

const ROOT: &str = "templates/";
const MANIFESTS: [&str; 2] = ["template.toml", "module.toml"];

/// Files without a unit, and units inside units.
pub(crate) fn ownership(files: &[SourceFile]) -> Vec<Finding> {
    let below = || files.iter().filter(|file| file.path.starts_with(ROOT));
    let units: Vec<&str> = below()
        .filter_map(|file| {
            let (folder, name) = file.path.rsplit_once('/')?;
            MANIFESTS.contains(&name).then_some(folder)
        })
        .collect();
    below()
        .filter_map(|file| {
            let owns = |unit: &&&str| {
                file.path
                    .strip_prefix(**unit)
                    .is_some_and(|rest| rest.starts_with('/'))
            };
            match units.iter().filter(owns).count() {
                1 => None,
                0 => Some(file.finding(0, format!("no {} above it", MANIFESTS.join(" or ")))),
                count => Some(file.finding(0, format!("belongs to {count} manifests"))),
            }
        })
        .collect()
}

mod tests {
    use super::*;

    fn found(paths: &[&str]) -> usize {
        let files: Vec<_> = paths
            .iter()
            .map(|path| SourceFile::sample(path, ""))
            .collect();
        ownership(&files).len()
    }

    #[test]
    fn each_file_has_one_owner() {
        let fine = [
            "src/a.rs",
            "templates/app/template.toml",
            "templates/app/src/main.rs",
        ];
        assert_eq!(found(&fine), 0);
        assert_eq!(
            found(&["templates/app/a", "templates/a/module.toml"]),
            1,
            "no owner"
        );
        assert_eq!(
            found(&["templates/a/module.toml", "templates/a/template.toml"]),
            2,
            "two"
        );
        let nested = [
            "templates/a/module.toml",
            "templates/a/b/module.toml",
            "templates/a/b/c",
        ];
        assert_eq!(found(&nested), 2, "one unit inside another");
        assert_eq!(
            found(&["templates/a/module.toml", "templates/ab/c"]),
            1,
            "a longer name"
        );
    }
}
