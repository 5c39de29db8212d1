//! The connection to Redis (feature `redis`).

use std::fmt;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError};

use crate::config::RedisConfig;

/// How long one attempt to connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long one command may take.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Attempts to connect before a command fails.
const RETRIES_MAX: usize = 2;

/// A connection to Redis that opens itself at the first command and again after a break. Cloning
/// gives another handle on the same connection.
#[derive(Clone)]
pub struct Redis(ConnectionManager);

impl Redis {
    /// Prepares the connection; `None` when no URL is configured. Nothing is sent yet.
    ///
    /// # Errors
    /// The URL is malformed.
    pub fn new(config: &RedisConfig) -> Result<Option<Self>, RedisError> {
        if config.url.is_empty() {
            return Ok(None);
        }
        let client = Client::open(config.url.expose())?;
        let options = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(RETRIES_MAX);
        ConnectionManager::new_lazy_with_config(client, options).map(|manager| Some(Self(manager)))
    }

    /// The connection, for commands of the crate `redis`.
    #[must_use]
    pub fn connection(&self) -> ConnectionManager {
        self.0.clone()
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// None came in time.
    pub async fn ping(&self) -> Result<(), RedisError> {
        redis::cmd("PING").query_async(&mut self.0.clone()).await
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redis")
    }
}
