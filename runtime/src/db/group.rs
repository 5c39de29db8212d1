//! The groups of tables that may live on different servers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A group of tables. Each may be given its own database in `[database.groups.<name>]`; those that
/// are not share that of `[database]`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Everything that has no group of its own, and the framework's tables.
    #[default]
    Default,
    /// Balances and their journal.
    Asset,
    /// Missions.
    Task,
    /// Prizes and orders.
    Order,
    /// User profiles.
    User,
    /// Statistics.
    Stat,
    /// Content.
    Cms,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 7] = [
        Self::Default,
        Self::Asset,
        Self::Task,
        Self::Order,
        Self::User,
        Self::Stat,
        Self::Cms,
    ];

    /// The name in configuration and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Asset => "asset",
            Self::Task => "task",
            Self::Order => "order",
            Self::User => "user",
            Self::Stat => "stat",
            Self::Cms => "cms",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
