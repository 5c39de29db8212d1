//! What the user asked for, as plain data: names are parsed, answers are typed, nothing is looked
//! up yet.

use std::collections::BTreeMap;

use crate::field::Field;
use crate::manifest::{Answers, Database, ModuleEntry, ModuleSource, RuntimeSource};
use crate::name::{ModuleName, ProjectName};
use crate::shard::ShardBy;

/// A new app.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Package and binary name.
    pub name: ProjectName,
    /// Database of the default configuration.
    pub database: Database,
    /// Where the runtime crates come from.
    pub runtime: RuntimeSource,
    /// Which modules of the catalogue: names, and words of presets.
    pub modules: Vec<String>,
    /// Sharded tables of the framework, with their number of physical tables.
    pub shard: BTreeMap<String, u16>,
}

impl NewApp {
    /// The answers, as the manifest keeps them.
    #[must_use]
    pub fn answers(&self) -> Answers {
        Answers {
            name: self.name.to_string(),
            database: self.database,
            runtime: self.runtime.clone(),
            shard: self.shard.clone(),
        }
    }
}

/// A module to be added to an app.
#[derive(Clone, Debug)]
pub struct NewModule {
    /// Its name.
    pub name: ModuleName,
    /// The fields of a custom module; `None` takes the module from the catalogue.
    pub fields: Option<Vec<Field>>,
    /// What its table is sharded by.
    pub shard_by: Option<ShardBy>,
}

impl NewModule {
    /// The entry in the manifest.
    #[must_use]
    pub fn entry(&self) -> ModuleEntry {
        let fields = self
            .fields
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        let source = match self.fields {
            Some(_) => ModuleSource::Custom,
            None => ModuleSource::Catalogue,
        };
        ModuleEntry {
            name: self.name.to_string(),
            source,
            fields,
            shard_by: self.shard_by.as_ref().map(|by| by.column().to_owned()),
        }
    }
}
