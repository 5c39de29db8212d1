//! What the binary carries: templates, the sources of the library crates, versions of dependencies.
//!
//! `--templates <dir>` shadows single embedded templates, and may add modules to the catalogue.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::fs;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The templates of one run: path below `templates/` → text.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    files: BTreeMap<String, String>,
}

impl Templates {
    /// The templates this binary was built with.
    #[must_use]
    pub fn embedded() -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self {
            files: TEMPLATES.iter().map(own).collect(),
        }
    }

    /// The embedded templates with the files of `folder` in front of them.
    ///
    /// # Errors
    /// The folder can't be read, or one of its files shadows nothing.
    pub fn with_overrides(folder: &Path) -> Result<Self> {
        let mut templates = Self::embedded();
        let overrides = fs::read_tree(folder)
            .with_context(|| format!("`--templates {}` can't be used", folder.display()))?;
        for (path, content) in overrides {
            if !templates.files.contains_key(&path) && !path.starts_with("modules/") {
                bail!(
                    "`{}` shadows no template: files below the folder given to `--templates` \
                     carry the name of the template they replace, e.g. `app/README.md.tera`",
                    folder.join(&path).display()
                );
            }
            let text = String::from_utf8(content)
                .with_context(|| format!("`{}` is not UTF-8", folder.join(&path).display()))?;
            templates.files.insert(path, text);
        }
        Ok(templates)
    }

    /// The templates of one unit (`app`, `custom`, `modules/<name>`): path below the unit → text.
    pub fn unit<'a>(&'a self, unit: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.files.iter().filter_map(move |(path, text)| {
            let rest = path.strip_prefix(unit)?.strip_prefix('/')?;
            Some((rest, text.as_str()))
        })
    }

    /// One template by its whole path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every path, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// Sources of `cloudapp-runtime` and `cloudapp-migrations`: path below an app's `vendor/` → text.
#[must_use]
pub fn vendor() -> &'static [(&'static str, &'static str)] {
    VENDOR
}

/// The version requirement of a dependency, as in this workspace's `Cargo.toml`.
#[must_use]
pub fn version(dependency: &str) -> Option<&'static str> {
    VERSIONS
        .iter()
        .find(|(name, _)| *name == dependency)
        .map(|(_, version)| *version)
}

/// All versions: dependency (with `_` for `-`, as templates spell it) → requirement.
#[must_use]
pub fn versions() -> BTreeMap<String, &'static str> {
    VERSIONS
        .iter()
        .map(|(name, version)| (name.replace('-', "_"), *version))
        .collect()
}
