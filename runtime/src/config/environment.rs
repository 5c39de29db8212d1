//! The three environments an application runs in.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::ConfigError;

/// Where the application runs; chosen by the variable `CLOUDAPP_ENV`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    /// An engineer's machine: built-in secrets, `dev` login, readable logs.
    #[default]
    Development,
    /// Automated tests.
    Test,
    /// The real thing: no built-in secrets, no `dev` login.
    Production,
}

impl Environment {
    /// The variable that chooses the environment.
    pub const VARIABLE: &'static str = "CLOUDAPP_ENV";

    /// All environments, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Development, Self::Test, Self::Production];

    /// The name, as in `CLOUDAPP_ENV` and in the name of the configuration file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// Whether this is [`Environment::Production`].
    #[must_use]
    pub const fn is_production(self) -> bool {
        matches!(self, Self::Production)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Environment {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.as_str() == text)
            .ok_or_else(|| ConfigError::UnknownEnvironment {
                given: text.to_owned(),
            })
    }
}

impl Serialize for Environment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
