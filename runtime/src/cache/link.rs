//! The connection to Redis that is also the circuit breaker: while there is none, reads do without.
//!
//! It ends at the first command that fails or is not answered in time, and a task of the process
//! makes another one. Such a connection never outlives the server process it leads to, so what was
//! asked of that process once, its *run id*, holds for all of its answers: versions that were read
//! from different runs are never taken for equal, whatever a server that starts again remembers.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// The first pause between two attempts to connect; it doubles up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_millis(800);
/// A connection that held as long was a good one, and the pauses begin anew.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// One connection, to one run of the server.
pub(super) struct Link {
    pub(super) conn: MultiplexedConnection,
    /// The run of the server: 128 random bits of its own choice.
    pub(super) run: u128,
    since: Instant,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error(transparent)]
    Redis(#[from] RedisError),
    #[error("no answer in time")]
    Timeout,
    #[error(
        "`INFO server` tells no run_id; the cache needs it to know a server that was restarted"
    )]
    NoRunId,
}

/// The present connection, and what makes the next one.
pub(super) struct Links {
    client: Client,
    timeout: Duration,
    present: RwLock<Option<Arc<Link>>>,
    broken: Notify,
}

impl Links {
    pub(super) fn new(url: &str, timeout: Duration) -> Result<Self, RedisError> {
        Ok(Self {
            client: Client::open(url)?,
            timeout,
            present: RwLock::new(None),
            broken: Notify::new(),
        })
    }

    /// The connection; `None` while the breaker is open.
    pub(super) fn present(&self) -> Option<Arc<Link>> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        present.clone()
    }

    fn set(&self, link: Option<Arc<Link>>) {
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = link;
    }

    /// Opens the breaker, unless the connection that failed has been replaced already. A server
    /// that is full takes no writes, and answers reads as before: then it stays closed.
    pub(super) fn fail(&self, failed: &Arc<Link>, error: &RedisError) {
        if error.code() == Some("OOM") {
            tracing::warn!(%error, "Redis is full: nothing new is kept in it");
            return;
        }
        let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
        if present
            .as_ref()
            .is_some_and(|link| Arc::ptr_eq(link, failed))
        {
            *present = None;
            drop(present);
            tracing::warn!(%error, "Redis fails: reads go to the database");
            self.broken.notify_one();
        }
    }

    /// Connects once; for the start.
    pub(super) async fn connect(&self) -> Result<(), LinkError> {
        let whole = self.connect_now();
        let link = tokio::time::timeout(self.timeout * 2, whole).await;
        self.set(Some(Arc::new(link.map_err(|_| LinkError::Timeout)??)));
        Ok(())
    }

    async fn connect_now(&self) -> Result<Link, LinkError> {
        let options = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let opened = self
            .client
            .get_multiplexed_async_connection_with_config(&options);
        let mut conn = opened.await?;
        let mut info = redis::cmd("INFO");
        let info: String = info.arg("server").query_async(&mut conn).await?;
        let line = info.lines().find_map(|line| line.strip_prefix("run_id:"));
        let run = line.and_then(|id| u128::from_str_radix(id.trim().get(..32)?, 16).ok());
        Ok(Link {
            conn,
            run: run.ok_or(LinkError::NoRunId)?,
            since: Instant::now(),
        })
    }

    /// Waits until there is no connection, and after a pause tries once to make one.
    pub(super) async fn keep(&self, pause: &mut Duration) {
        while let Some(link) = self.present() {
            self.broken.notified().await;
            if link.since.elapsed() >= GOOD_AFTER {
                *pause = PAUSE_MIN;
            }
        }
        sleep(*pause).await;
        *pause = (*pause * 2).min(PAUSE_MAX);
        match self.connect().await {
            Ok(()) => tracing::info!("Redis answers: reads go by the cache again"),
            Err(error) => tracing::debug!(%error, "Redis cannot be reached"),
        }
    }

    /// The first pause for [`Links::keep`].
    pub(super) fn first_pause() -> Duration {
        PAUSE_MIN
    }
}
