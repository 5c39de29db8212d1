//! Just enough of a database URL to choose the driver, find the host, and name the place.

use std::fmt;
use std::path::PathBuf;

use super::DatabaseError;
use crate::config::Secret;

/// The three kinds of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// SQLite, a file or memory.
    Sqlite,
    /// MySQL or MariaDB.
    Mysql,
    /// PostgreSQL.
    Postgres,
}

impl Driver {
    /// Whether the driver was compiled in.
    #[must_use]
    pub const fn is_compiled_in(self) -> bool {
        match self {
            Self::Sqlite => cfg!(feature = "sqlite"),
            Self::Mysql => cfg!(feature = "mysql"),
            Self::Postgres => cfg!(feature = "postgres"),
        }
    }
}

/// The name of the driver, which is also that of the cargo feature.
impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
            Self::Postgres => "postgres",
        })
    }
}

/// A database URL, understood as far as needed. Displays without user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseUrl {
    /// The driver that the scheme asks for.
    pub driver: Driver,
    /// Host and port of a server; absent for SQLite and for sockets in the file system.
    pub server: Option<(String, u16)>,
    /// Name of the database, or the path of the SQLite file.
    pub database: String,
}

impl DatabaseUrl {
    /// Understands a URL.
    ///
    /// # Errors
    /// The URL is empty, has an unknown scheme, no database name, or a port that is not a number.
    pub fn parse(url: &Secret) -> Result<Self, DatabaseError> {
        let bad = |reason: &str| Err(DatabaseError::BadUrl(reason.to_owned()));
        let text = url.expose();
        let Some((scheme, rest)) = text.split_once(':') else {
            return bad(if text.is_empty() {
                "is empty"
            } else {
                "has no scheme"
            });
        };
        let driver = match scheme {
            "sqlite" => return Self::parse_sqlite(rest),
            "mysql" => Driver::Mysql,
            "postgres" | "postgresql" => Driver::Postgres,
            "mariadb" => return bad("has the scheme `mariadb`; MariaDB is reached with `mysql`"),
            other if other.chars().all(|c| c.is_ascii_alphanumeric()) => {
                return bad(&format!("has the unknown scheme `{other}`"));
            }
            _ => return bad("has no scheme"),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            return bad("has no `//` after its scheme");
        };
        let location = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, database) = location.split_once('/').unwrap_or((location, ""));
        if !authority.contains('@')
            && rest
                .split('?')
                .next()
                .is_some_and(|rest| rest.contains('@'))
        {
            return bad("has a character in its password that must be percent-encoded");
        }
        // An `@` must be encoded too, but people forget: the host follows the last one.
        let host_port = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        if database.is_empty() {
            return bad("names no database after its host");
        }
        let server = match parse_host(host_port, driver) {
            Ok(server) => server,
            Err(()) => return bad("has a port that is not a number"),
        };
        Ok(Self {
            driver,
            server,
            database: database.to_owned(),
        })
    }

    fn parse_sqlite(rest: &str) -> Result<Self, DatabaseError> {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() {
            return Err(DatabaseError::BadUrl("names no file".to_owned()));
        }
        Ok(Self {
            driver: Driver::Sqlite,
            server: None,
            database: path.to_owned(),
        })
    }

    /// Whether this is an SQLite database that lives in memory only.
    #[must_use]
    pub fn is_memory(&self) -> bool {
        self.driver == Driver::Sqlite && self.database == ":memory:"
    }

    /// The folder of an SQLite file.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        if self.driver != Driver::Sqlite || self.is_memory() {
            return None;
        }
        let folder = PathBuf::from(&self.database).parent()?.to_path_buf();
        (!folder.as_os_str().is_empty()).then_some(folder)
    }
}

fn parse_host(text: &str, driver: Driver) -> Result<Option<(String, u16)>, ()> {
    let default_port = if driver == Driver::Mysql { 3306 } else { 5432 };
    // `[::1]:3306`: the colons inside the brackets belong to the host.
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| ())?),
        _ => (text, default_port),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // No host, or an encoded path: a socket in the file system.
    let is_socket = host.is_empty() || host.starts_with('%');
    Ok((!is_socket).then(|| (host.to_owned(), port)))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some((host, port)) => write!(f, "{}://{host}:{port}/{}", self.driver, self.database),
            None if self.driver == Driver::Sqlite => write!(f, "sqlite:{}", self.database),
            None => write!(f, "{}:///{}", self.driver, self.database),
        }
    }
}
