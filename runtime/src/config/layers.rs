//! Where the configuration comes from, and how its layers are put over each other.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::position::{line_of, problem_of};
use super::{Config, ConfigError, Environment, production, variables};

/// The variable that names the folder of the configuration files.
const DIRECTORY_VARIABLE: &str = "CLOUDAPP_CONFIG_DIR";

/// The places that a configuration is read from. Tests make their own; a process has
/// [`Sources::of_process`].
#[derive(Clone, Debug)]
pub struct Sources {
    /// Chooses the second file, and the rules for secrets.
    pub environment: Environment,
    /// The folder with `default.toml` and `{environment}.toml`; either may be absent.
    pub directory: PathBuf,
    /// Environment variables; those that are not ours are passed over.
    pub variables: Vec<(String, String)>,
}

impl Sources {
    /// The sources of this process: `CLOUDAPP_ENV`, `CLOUDAPP_CONFIG_DIR` (default `config`), and
    /// the environment.
    ///
    /// # Errors
    /// One of the two variables has a value that makes no sense.
    pub fn of_process() -> Result<Self, ConfigError> {
        let variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name
                    .into_string()
                    .ok()
                    .filter(|name| name.starts_with("CLOUDAPP_"))?;
                Some((name, value.to_string_lossy().into_owned()))
            })
            .collect();
        let variable = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| name == wanted);
            found
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        let environment = match variable(Environment::VARIABLE) {
            Some(name) => name.parse()?,
            None => Environment::default(),
        };
        let directory = match variable(DIRECTORY_VARIABLE).map(PathBuf::from) {
            Some(path) if !path.is_dir() => return Err(ConfigError::NoDirectory { path }),
            Some(path) => path,
            None => PathBuf::from("config"),
        };
        Ok(Self {
            environment,
            directory,
            variables,
        })
    }
}

impl Config {
    /// The configuration of this process. See [`Sources::of_process`].
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn of_process() -> Result<Self, ConfigError> {
        Self::read(&Sources::of_process()?)
    }

    /// Reads all layers and checks the result.
    ///
    /// # Errors
    /// A file or variable is malformed or names an unknown key; a value makes no sense; a secret
    /// that the environment asks for is missing.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let mut merged = Table::new();
        for file in ["default", sources.environment.as_str()] {
            let path = sources.directory.join(file).with_extension("toml");
            merge(&mut merged, read_layer(&path)?);
        }
        variables::overlay(&mut merged, &sources.variables)?;
        // Each layer was accepted alone, so that the whole is.
        let mut config = Self::deserialize(merged)
            .map_err(|error| ConfigError::Settings(error.message().to_owned()))?;
        config.environment = sources.environment;
        production::check(&config)?;
        Ok(config)
    }

    /// The section `[app]` as a type of the application's choice.
    ///
    /// # Errors
    /// A key is missing, unknown or of another type.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let section = Value::Table(self.app.0.clone());
        section.try_into().map_err(|error: toml::de::Error| {
            // Unlike its message alone, the error names the key.
            ConfigError::Settings(error.to_string().trim().replace('\n', ", "))
        })
    }
}

/// One file, read into the whole configuration first: only then does an error know its line.
fn read_layer(path: &Path) -> Result<Table, ConfigError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Table::new()),
        Err(source) => {
            return Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            });
        }
    };
    let in_file = |error: toml::de::Error| ConfigError::File {
        path: path.to_owned(),
        line: line_of(&text, error.span().map_or(0, |span| span.start)),
        problem: problem_of(&text, &error),
    };
    toml::from_str::<Config>(&text).map_err(in_file)?;
    toml::from_str(&text).map_err(in_file)
}

/// Tables are merged key by key; anything else is replaced, lists too.
fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}
