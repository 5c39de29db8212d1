//! `cloudapp.toml`: what was generated into an app, by which version, from which answers.
//!
//! The tool owns the file and writes it in one canonical form, so that it can tell a hand edit.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::unit::UnitKind;

/// File name at the root of an app.
pub const FILE: &str = "cloudapp.toml";

const HEADER: &str = "\
# What cloudapp generated here, and from which answers. Commit this file.
# The tool writes it: change it with `cloudapp add` and `cloudapp remove`.

";

/// The manifest of one app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Who wrote the app.
    pub generator: Generator,
    /// The answers given to `cloudapp new`.
    pub app: Answers,
    /// The modules, sorted by name.
    #[serde(default, rename = "module", skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<ModuleEntry>,
    /// The jobs, sorted by name.
    #[serde(default, rename = "job", skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<UnitEntry>,
    /// The kinds of tasks, sorted by name.
    #[serde(default, rename = "task", skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<UnitEntry>,
}

/// Who wrote the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// Version of the generator whose templates the app was made from.
    pub version: String,
}

/// The answers given to `cloudapp new`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Name of the package and the binary.
    pub name: String,
    /// Database of the default configuration.
    pub database: Database,
    /// Where the runtime crates come from.
    pub runtime: RuntimeSource,
    /// Sharded tables of the framework, with their number of physical tables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shard: BTreeMap<String, u16>,
}

/// One generated module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleEntry {
    /// Its name: the folder below `src/modules/`.
    pub name: String,
    /// Where its templates come from.
    pub source: ModuleSource,
    /// Fields of a custom module, in the grammar of `--field`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The column that its table is sharded by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_by: Option<String>,
}

/// One generated job, or kind of task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitEntry {
    /// Its name: the file below `src/jobs/` or `src/tasks/`.
    pub name: String,
}

/// Where a module's templates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleSource {
    /// `cloudapp list modules` lists it.
    Catalogue,
    /// Made from `--field` values.
    Custom,
}

/// A database that an app can be generated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// Embedded; nothing to install.
    Sqlite,
    /// MySQL 8 or MariaDB 10.6 and later.
    Mysql,
    /// PostgreSQL 13 and later.
    Postgres,
}

impl Database {
    /// The name in commands, in the manifest and as a Cargo feature.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
            Self::Postgres => "postgres",
        }
    }
}

/// Where an app's runtime crates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuntimeSource {
    /// A copy in the app's own `vendor/`.
    Vendored,
    /// A checkout of this repository, relative to the app or absolute.
    Path(String),
    /// A git repository, with an optional `#revision`.
    Git(String),
    /// The crate registry.
    Registry,
}

impl fmt::Display for RuntimeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vendored => f.write_str("vendored"),
            Self::Path(path) => write!(f, "path={path}"),
            Self::Git(url) => write!(f, "git={url}"),
            Self::Registry => f.write_str("registry"),
        }
    }
}

impl FromStr for RuntimeSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |value: &str| !value.is_empty() && !value.chars().any(char::is_control);
        match text.split_once('=') {
            None if text == "vendored" => Ok(Self::Vendored),
            None if text == "registry" => Ok(Self::Registry),
            Some(("path", path)) if plain(path) => Ok(Self::Path(path.to_owned())),
            Some(("git", url)) if plain(url) => Ok(Self::Git(url.to_owned())),
            _ => {
                Err("use `vendored`, `registry`, `path=<folder>` or `git=<url>[#revision]`".into())
            }
        }
    }
}

impl Serialize for RuntimeSource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RuntimeSource {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a manifest can't be used.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// Not TOML, or not of this shape.
    #[error("`{FILE}` can't be read: {0}\nrestore it from version control")]
    Shape(#[from] toml::de::Error),
    /// Written by a newer generator.
    #[error(
        "`{FILE}` was written by cloudapp {version}, and this is {}: install that version or a later one",
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The version in the file.
        version: String,
    },
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        if version_key(&manifest.generator.version) > version_key(env!("CARGO_PKG_VERSION")) {
            return Err(ManifestError::Newer {
                version: manifest.generator.version,
            });
        }
        Ok(manifest)
    }

    /// The canonical text.
    ///
    /// # Errors
    /// Never for a manifest of this crate's making.
    pub fn render(&self) -> anyhow::Result<String> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }

    /// The entry of a module.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&ModuleEntry> {
        self.modules.iter().find(|module| module.name == name)
    }

    /// Adds a module, keeping the order by name.
    pub fn insert(&mut self, entry: ModuleEntry) {
        self.modules.push(entry);
        self.modules.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// The units of a kind, sorted by name.
    #[must_use]
    pub fn units(&self, kind: UnitKind) -> &[UnitEntry] {
        match kind {
            UnitKind::Job => &self.jobs,
            UnitKind::Task => &self.tasks,
        }
    }

    /// Adds a unit, keeping the order by name.
    pub fn insert_unit(&mut self, kind: UnitKind, name: String) {
        let units = self.units_mut(kind);
        units.push(UnitEntry { name });
        units.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Keeps the units of a kind whose names pass `keep`.
    pub fn retain_units(&mut self, kind: UnitKind, keep: impl Fn(&str) -> bool) {
        self.units_mut(kind).retain(|unit| keep(&unit.name));
    }

    fn units_mut(&mut self, kind: UnitKind) -> &mut Vec<UnitEntry> {
        match kind {
            UnitKind::Job => &mut self.jobs,
            UnitKind::Task => &mut self.tasks,
        }
    }
}

fn version_key(version: &str) -> Vec<u64> {
    version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .collect()
}
