//! What an app looks like before a command: the part of its files that planning needs.

use std::collections::BTreeMap;

use crate::manifest::Manifest;
use crate::render::{lock, registry};

/// The files of an app that plans depend on, and its manifest.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The parsed manifest.
    pub manifest: Manifest,
    files: BTreeMap<String, Vec<u8>>,
}

impl Snapshot {
    /// The folders and files of an app that a snapshot holds.
    pub const SCOPE: [&str; 6] = [
        "cloudapp.toml",
        "Cargo.lock",
        "src",
        "tests",
        ".cloudapp/pristine",
        "Cargo.toml",
    ];

    /// A snapshot of `files` (path relative to the app → content).
    #[must_use]
    pub fn new(manifest: Manifest, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { manifest, files }
    }

    /// Content of a file.
    #[must_use]
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Content of a file as text with Unix line ends: a checkout may have changed those.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        self.bytes(path).map(text)
    }

    /// Every file below `folder`: path relative to the app, content.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a [u8])> + 'a {
        let start = format!("{folder}/");
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(&start))
            .map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// Names of the folders below `src/modules/` that hold a `mod.rs`, sorted.
    #[must_use]
    pub fn module_folders(&self) -> Vec<String> {
        let name = |path: &str| {
            let name = path.strip_prefix("src/modules/")?.strip_suffix("/mod.rs")?;
            (!name.contains('/')).then(|| name.to_owned())
        };
        self.files.keys().filter_map(|path| name(path)).collect()
    }

    /// Names of the migrations `src/migrations/m*.rs`, sorted, which is by time.
    #[must_use]
    pub fn migrations(&self) -> Vec<String> {
        let name = |path: &str| {
            let name = path.strip_prefix("src/migrations/")?.strip_suffix(".rs")?;
            (name.starts_with('m') && name != "mod" && !name.contains('/')).then(|| name.to_owned())
        };
        self.files.keys().filter_map(|path| name(path)).collect()
    }

    /// Names of the crates that the app is built from.
    #[must_use]
    pub fn crates(&self) -> Vec<String> {
        let lock = self.text("Cargo.lock").unwrap_or_default();
        lock::package_names(&lock).map(str::to_owned).collect()
    }

    /// The registries as they should be for the folders that are there: path, text.
    #[must_use]
    pub fn registries(&self) -> [(&'static str, String); 2] {
        [
            (registry::MODULES, registry::modules(&self.module_folders())),
            (
                registry::MIGRATIONS,
                registry::migrations(&self.migrations()),
            ),
        ]
    }
}

/// Bytes as text with Unix line ends.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}
