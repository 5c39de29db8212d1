//! What an app looks like before a command: the part of its files that planning needs.

use std::collections::BTreeMap;

use crate::manifest::Manifest;
use crate::render::{lock, registry};
use crate::unit::UnitKind;

/// The files of an app that plans depend on, and its manifest.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The parsed manifest.
    pub manifest: Manifest,
    files: BTreeMap<String, Vec<u8>>,
}

impl Snapshot {
    /// The folders and files of an app that a snapshot holds.
    pub const SCOPE: [&str; 7] = [
        "cloudapp.toml",
        "Cargo.lock",
        "src",
        "tests",
        "http",
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

    /// Names of the units `src/<folder of the kind>/<name>.rs` (or `<name>/mod.rs`), sorted.
    #[must_use]
    pub fn units(&self, kind: UnitKind) -> Vec<String> {
        let folder = format!("src/{}", kind.plural());
        let name = |path: &str| {
            let name = path.strip_prefix(&folder)?.strip_prefix('/')?;
            let name = name.strip_suffix(".rs")?;
            let name = name.strip_suffix("/mod").unwrap_or(name);
            (name != "mod" && !name.contains('/')).then(|| name.to_owned())
        };
        let paths = self.below(&folder).map(|(path, _)| path);
        let mut names: Vec<String> = paths.filter_map(name).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether code outside of the registries calls the one of this kind.
    #[must_use]
    pub fn calls_registry(&self, kind: UnitKind) -> bool {
        self.calls(&format!("{}::register(", kind.plural()))
    }

    /// Whether code outside of the registries holds `call`.
    #[must_use]
    pub fn calls(&self, call: &str) -> bool {
        let is_registry = |path: &str| self.registries().iter().any(|(own, _)| *own == path);
        self.below("src")
            .filter(|(path, _)| !is_registry(path))
            .any(|(_, content)| String::from_utf8_lossy(content).contains(call))
    }

    /// Names of the crates that the app is built from.
    #[must_use]
    pub fn crates(&self) -> Vec<String> {
        let lock = self.text("Cargo.lock").unwrap_or_default();
        lock::package_names(&lock).map(str::to_owned).collect()
    }

    /// The registries as they should be for the folders that are there: path, text.
    #[must_use]
    pub fn registries(&self) -> Vec<(&'static str, String)> {
        let modules = registry::modules(&self.module_folders());
        let migrations = registry::migrations(&self.migrations());
        let mut registries = vec![
            (registry::MODULES, modules),
            (registry::MIGRATIONS, migrations),
        ];
        let units =
            UnitKind::ALL.map(|kind| (kind.registry(), registry::units(kind, &self.units(kind))));
        registries.extend(units);
        registries
    }

    /// What the manifest lists and the folders have not: a word for it, its name, where it was.
    #[must_use]
    pub fn gone(&self) -> Option<(&'static str, &str, String)> {
        let folders = self.module_folders();
        let mut modules = self.manifest.modules.iter();
        if let Some(gone) = modules.find(|module| !folders.contains(&module.name)) {
            let path = format!("src/modules/{}/", gone.name);
            return Some(("module", &gone.name, path));
        }
        UnitKind::ALL.into_iter().find_map(|kind| {
            let files = self.units(kind);
            let mut entries = self.manifest.units(kind).iter();
            let gone = entries.find(|entry| !files.contains(&entry.name))?;
            Some((kind.word(), gone.name.as_str(), kind.file(&gone.name)))
        })
    }
}

/// Bytes as text with Unix line ends.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}
