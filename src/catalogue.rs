//! The catalogue: the built-in modules, each described by its `module.toml`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::embed::Templates;

/// What `templates/modules/<name>/module.toml` says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueModule {
    /// One line for lists.
    pub title: String,
    /// A paragraph for `list modules --json` and the docs.
    pub description: String,
    /// Modules that must be there too.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Tables it creates.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Routes it adds: `GET /client/…`.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Permissions its admin routes ask for.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Whether it is in the preset `campaign`, which `cloudapp new` takes unless told otherwise.
    #[serde(default)]
    pub default: bool,
    /// Whether it is in the preset `minimal`: what no campaign can do without.
    #[serde(default)]
    pub minimal: bool,
}

/// A named set of modules. What is in it, each module says itself, in its `module.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// No module.
    None,
    /// What no campaign can do without.
    Minimal,
    /// What campaigns usually have.
    Campaign,
    /// The whole catalogue.
    All,
}

impl Preset {
    /// Every preset, the smallest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Minimal, Self::Campaign, Self::All];

    /// The word for it in `--modules`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Campaign => "campaign",
            Self::All => "all",
        }
    }

    /// Whether a module is in it.
    #[must_use]
    pub fn has(self, module: &CatalogueModule) -> bool {
        match self {
            Self::None => false,
            Self::Minimal => module.minimal,
            Self::Campaign => module.default || module.minimal,
            Self::All => true,
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.word() == word)
    }
}

/// All built-in modules, by name.
#[derive(Clone, Debug)]
pub struct Catalogue {
    modules: BTreeMap<String, CatalogueModule>,
}

impl Catalogue {
    /// Reads the catalogue from the templates.
    ///
    /// # Errors
    /// A `module.toml` is not of the expected shape, or needs a module that does not exist.
    pub fn read(templates: &Templates) -> Result<Self> {
        let mut modules = BTreeMap::new();
        for (path, text) in templates.unit("modules") {
            if let Some((name, "module.toml")) = path.split_once('/') {
                let module: CatalogueModule = toml::from_str(text)
                    .with_context(|| format!("`templates/modules/{path}` can't be read"))?;
                modules.insert(name.to_owned(), module);
            }
        }
        let catalogue = Self { modules };
        if let Some(preset) = Preset::ALL
            .iter()
            .find(|p| catalogue.get(p.word()).is_some())
        {
            bail!(
                "a module can't be called `{}`: that is a preset",
                preset.word()
            );
        }
        for (name, module) in &catalogue.modules {
            if let Some(missing) = module
                .needs
                .iter()
                .find(|need| catalogue.get(need).is_none())
            {
                bail!("module `{name}` needs `{missing}`, which the catalogue does not have");
            }
        }
        Ok(catalogue)
    }

    /// A module by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CatalogueModule> {
        self.modules.get(name)
    }

    /// All modules, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CatalogueModule)> {
        self.modules
            .iter()
            .map(|(name, module)| (name.as_str(), module))
    }

    /// The modules that `words` name, each a module or a [`Preset`], and everything they need.
    ///
    /// # Errors
    /// As [`Catalogue::with_needs`].
    pub fn chosen<S: AsRef<str>>(&self, words: &[S]) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for word in words {
            match Preset::of(word.as_ref()) {
                Some(preset) => names.extend(self.of_preset(preset)),
                None => names.push(word.as_ref().to_owned()),
            }
        }
        self.with_needs(&names)
    }

    fn of_preset(&self, preset: Preset) -> impl Iterator<Item = String> {
        let modules = self.iter().filter(move |(_, module)| preset.has(module));
        modules.map(|(name, _)| name.to_owned())
    }

    /// `names` and everything they need, each once, what is needed before what needs it.
    ///
    /// # Errors
    /// A name that the catalogue does not have, or modules that need each other.
    pub fn with_needs<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<String>> {
        let mut ordered = Vec::new();
        for name in names {
            self.visit(name.as_ref(), &mut Vec::new(), &mut ordered)?;
        }
        Ok(ordered)
    }

    fn visit(&self, name: &str, path: &mut Vec<String>, ordered: &mut Vec<String>) -> Result<()> {
        if ordered.iter().any(|done| done == name) {
            return Ok(());
        }
        if path.iter().any(|open| open == name) {
            bail!("modules need each other: {} → {name}", path.join(" → "));
        }
        let Some(module) = self.get(name) else {
            let known: Vec<&str> = self.modules.keys().map(String::as_str).collect();
            let shown = crate::name::shown(name);
            bail!(
                "the catalogue has no module `{shown}`; it has: {}",
                known.join(", ")
            );
        };
        path.push(name.to_owned());
        for need in &module.needs {
            self.visit(need, path, ordered)?;
        }
        path.pop();
        ordered.push(name.to_owned());
        Ok(())
    }
}
