//! Database connections, one pool per table group, and transactions that are retried when the
//! database asks for it.
//!
//! ## Invariants
//! - Groups with the same URL share one pool.
//! - Sessions run in UTC on every database.
//! - No message shows a password: a database is named by its scheme, host and name.
//! - SQLite writes are durable at commit (WAL, `synchronous = FULL`), and a transaction takes the
//!   write lock at its begin, so that two of them cannot deadlock.

mod connect;
mod error;
mod group;
mod retry;
pub(crate) mod statement;
mod transaction;
mod url;

use std::time::Duration;

use sea_orm::DatabaseConnection;
use tokio::time::timeout;

use crate::config::{DatabaseConfig, Secret};

pub use connect::connect;
pub use error::DatabaseError;
pub use group::Group;
pub use retry::{is_retryable, is_unavailable};
pub use transaction::{Begin, Transaction, transaction};
pub(crate) use transaction::{Busy, Work, run_transaction, transaction_options};
pub use url::{DatabaseUrl, Driver};

/// How long closing a pool may take. At the end of a process nothing is lost by giving up.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// What one pool needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// Where the database is.
    pub url: Secret,
    /// Most connections.
    pub max_connections: u32,
    /// How long connecting, or waiting for a free connection, may take.
    pub connect_timeout: Duration,
    /// Statements slower than this are logged.
    pub slow_query: Duration,
}

/// The databases of an application: one pool for each distinct URL.
#[derive(Clone, Debug)]
pub struct Databases {
    pools: Vec<(PoolOptions, DatabaseConnection)>,
    /// Those of each pool's database.
    replicas: Vec<Vec<DatabaseConnection>>,
    pool_of_group: [usize; Group::ALL.len()],
}

impl Databases {
    /// Connects to each distinct database.
    ///
    /// # Errors
    /// The first database that is misconfigured or does not answer in time.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        let mut databases = Self {
            pools: Vec::new(),
            replicas: Vec::new(),
            pool_of_group: [0; Group::ALL.len()],
        };
        for group in Group::ALL {
            let options = config.pool_options(group);
            let known = databases
                .pools
                .iter()
                .position(|(known, _)| *known == options);
            databases.pool_of_group[group as usize] = match known {
                Some(index) => index,
                None => {
                    let mut replicas = Vec::new();
                    for url in config.replicas_of(group) {
                        let options = PoolOptions {
                            url: url.clone(),
                            ..options.clone()
                        };
                        replicas.push(connect(&options).await?);
                    }
                    let connection = connect(&options).await?;
                    databases.pools.push((options, connection));
                    databases.replicas.push(replicas);
                    databases.pools.len() - 1
                }
            };
        }
        Ok(databases)
    }

    /// The database of a group.
    #[must_use]
    pub fn of(&self, group: Group) -> &DatabaseConnection {
        &self.pools[self.pool_of_group[group as usize]].1
    }

    /// The copies of a group's database.
    #[must_use]
    pub fn replicas_of(&self, group: Group) -> &[DatabaseConnection] {
        &self.replicas[self.pool_of_group[group as usize]]
    }

    /// Which of [`Databases::distinct`] is the group's.
    pub(crate) fn index_of(&self, group: Group) -> usize {
        self.pool_of_group[group as usize]
    }

    /// Each pool once, with the first group that uses it.
    pub fn distinct(&self) -> impl Iterator<Item = (Group, &DatabaseConnection)> {
        self.pools
            .iter()
            .enumerate()
            .filter_map(|(index, (_, connection))| {
                let group = Group::ALL
                    .into_iter()
                    .find(|group| self.pool_of_group[*group as usize] == index);
                group.map(|group| (group, connection))
            })
    }

    /// Asks every database for a sign of life.
    ///
    /// # Errors
    /// The group whose database gave none, and why.
    pub async fn ping(&self) -> Result<(), (Group, sea_orm::DbErr)> {
        for (group, connection) in self.distinct() {
            connection.ping().await.map_err(|error| (group, error))?;
        }
        Ok(())
    }

    /// Closes all pools, waiting a while for connections in use.
    pub async fn close(&self) {
        let own = self.pools.iter().map(|(_, connection)| connection);
        for connection in own.chain(self.replicas.iter().flatten()) {
            match timeout(CLOSE_TIMEOUT, connection.close_by_ref()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "closing a database failed"),
                Err(_) => tracing::warn!("a database connection is in use and was not closed"),
            }
        }
    }
}

impl DatabaseConfig {
    /// One group for each distinct database, the default one first.
    #[must_use]
    pub fn distinct_groups(&self) -> Vec<Group> {
        let mut distinct: Vec<Group> = Vec::new();
        for group in Group::ALL {
            if !distinct
                .iter()
                .any(|known| self.share_a_database(*known, group))
            {
                distinct.push(group);
            }
        }
        distinct
    }

    /// Whether two groups are in the same database.
    #[must_use]
    pub fn share_a_database(&self, one: Group, other: Group) -> bool {
        self.pool_options(one).url == self.pool_options(other).url
    }

    /// The copies of a group's database.
    fn replicas_of(&self, group: Group) -> &[Secret] {
        match self.groups.get(&group) {
            Some(own) if !own.url.is_empty() => &own.replicas,
            _ => &self.replicas,
        }
    }

    /// What the pool of a group needs to know.
    #[must_use]
    pub fn pool_options(&self, group: Group) -> PoolOptions {
        let own = self.groups.get(&group);
        let url = own
            .map(|own| &own.url)
            .filter(|url| !url.is_empty())
            .unwrap_or(&self.url);
        PoolOptions {
            url: url.clone(),
            max_connections: own
                .and_then(|own| own.max_connections)
                .unwrap_or(self.max_connections),
            connect_timeout: Duration::from_secs(self.connect_timeout_s),
            slow_query: Duration::from_millis(self.slow_query_ms),
        }
    }
}
