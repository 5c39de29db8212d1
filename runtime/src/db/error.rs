//! Why a database cannot be used. No message holds a password.

use std::path::PathBuf;

use super::Driver;

/// A database cannot be connected to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The URL is not one.
    #[error(
        "the database URL {0}; it must look like {expected}",
        expected = "`sqlite://data/app.db`, `mysql://user:password@host:3306/name` or `postgres://user:password@host:5432/name`"
    )]
    BadUrl(String),
    /// The driver was left out when the application was built.
    #[error(
        "the driver for {driver} is not compiled in: in Cargo.toml, add `\"{driver}\"` to the \
         `features` of the line `cloudapp-runtime = …`, then build again"
    )]
    DriverMissing {
        /// The driver, named like its feature.
        driver: Driver,
    },
    /// The folder of an SQLite file cannot be made.
    #[error("cannot create the folder `{}` for the database: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nobody answers, or the server refuses.
    #[error("cannot connect to {place}: {reason}")]
    Unreachable {
        /// Scheme, host, port and database name.
        place: String,
        /// What the system or the server said.
        reason: String,
    },
}
