//! What can be wrong with a configuration. Every message names the place and, where there is one,
//! the way out.

use std::fmt;
use std::path::PathBuf;

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// `CLOUDAPP_ENV` names no environment.
    #[error("CLOUDAPP_ENV is `{given}`; it must be `development`, `test` or `production`")]
    UnknownEnvironment {
        /// What the variable holds.
        given: String,
    },
    /// `CLOUDAPP_CONFIG_DIR` names no folder.
    #[error("CLOUDAPP_CONFIG_DIR is `{}`, which is not a folder", path.display())]
    NoDirectory {
        /// What the variable holds.
        path: PathBuf,
    },
    /// A file is there but cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not TOML, or has an unknown key or a wrong value.
    #[error("{}:{line}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key and what is wrong with it.
        problem: Problem,
    },
    /// A variable names an unknown key or has a wrong value.
    #[error("environment variable {name}: {problem}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A value is of the right type but makes no sense.
    #[error("`{key}` {reason} (or set {})", super::variables::variable_of(key))]
    Invalid {
        /// The key, e.g. `server.request_timeout_s`.
        key: &'static str,
        /// What it must be.
        reason: String,
    },
    /// A section `[shard.<table>]` makes no sense.
    #[error("[shard.{table}]: {reason}")]
    Shard {
        /// The table.
        table: String,
        /// The key and what it must be.
        reason: String,
    },
    /// A section `[schedule."<name>"]` makes no sense.
    #[error("[schedule.\"{name}\"]: {reason}")]
    Schedule {
        /// The schedule.
        name: String,
        /// The key and what it must be.
        reason: String,
    },
    /// Secrets are missing or unfit for the environment. All of them, so that one round mends it.
    #[error("{}", missing_secrets(.environment, .missing))]
    Secrets {
        /// The environment that asks for them.
        environment: super::Environment,
        /// Each secret with its problem.
        missing: Vec<MissingSecret>,
    },
    /// The section `[app]` does not fit the application's type.
    #[error("section [app]: {0}")]
    Settings(String),
}

/// A key and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such key.
    UnknownKey {
        /// The key as given.
        key: String,
        /// The nearest existing one.
        suggestion: Option<String>,
    },
    /// The value is not acceptable.
    BadValue {
        /// The key.
        key: String,
        /// What the reader of the value said.
        reason: String,
    },
    /// The text is not TOML.
    Syntax {
        /// What the parser said.
        reason: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey {
                key,
                suggestion: Some(suggestion),
            } => {
                write!(f, "unknown key `{key}`; did you mean `{suggestion}`?")
            }
            Self::UnknownKey {
                key,
                suggestion: None,
            } => write!(f, "unknown key `{key}`"),
            Self::BadValue { key, reason } => write!(f, "`{key}`: {reason}"),
            Self::Syntax { reason } => f.write_str(reason),
        }
    }
}

/// A secret that is missing or unfit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSecret {
    /// The key, e.g. `auth.token_key`.
    pub key: &'static str,
    /// The variable that sets it.
    pub variable: String,
    /// What is wrong, e.g. `is not set`.
    pub problem: &'static str,
    /// What would be right.
    pub remedy: &'static str,
}

fn missing_secrets(environment: &super::Environment, missing: &[MissingSecret]) -> String {
    let mut text = format!("the configuration for {environment} is not complete:");
    for MissingSecret {
        key,
        variable,
        problem,
        remedy,
    } in missing
    {
        text.push_str(&format!("\n  `{key}` {problem}: set {variable} {remedy}"));
    }
    text
}
