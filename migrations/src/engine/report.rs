//! What the engine tells while and after it works.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

/// Told of every event of a run.
pub type Listener = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// How to run.
#[derive(Clone)]
pub struct Options {
    /// How long to wait for another process that migrates the same database. Default: 60 s.
    /// (On SQLite never less than the connection's own `busy_timeout`.)
    pub lock_timeout: Duration,
    /// Called for everything that happens, on the migrating task: it must not block for long.
    pub on_event: Option<Listener>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(60),
            on_event: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("lock_timeout", &self.lock_timeout)
            .field("on_event", &self.on_event.is_some())
            .finish()
    }
}

impl Options {
    /// Calls `listener` for each event.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(listener));
        self
    }

    /// Waits at most `timeout` for another process.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    pub(crate) fn emit(&self, event: &Event<'_>) {
        if let Event::Warning { message } = event {
            tracing::warn!("{message}");
        }
        if let Some(listener) = &self.on_event {
            listener(event);
        }
    }
}

/// Which way a migration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Being applied.
    Up,
    /// Being undone.
    Down,
}

/// Where a step stands. A process that dies at any of them can be followed by another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Next to run.
    Announced,
    /// The journal says that it runs (only where the schema is not transactional).
    Journalled,
    /// It has run; the journal does not say so yet.
    Executed,
    /// The journal says that it has run.
    Recorded,
}

/// Progress.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another process is migrating this database.
    WaitingForLock {
        /// Who, if the database tells.
        holder: Option<&'a str>,
    },
    /// The wait is over: this process may migrate now.
    LockAcquired {
        /// How long that took.
        waited: Duration,
    },
    /// A migration begins, or goes on after an interruption.
    Started {
        /// The migration.
        migration: &'a str,
        /// Which way.
        direction: Direction,
        /// Steps done by an earlier run.
        done: usize,
        /// All steps.
        steps: usize,
    },
    /// A step advanced.
    Step {
        /// The migration.
        migration: &'a str,
        /// Which way.
        direction: Direction,
        /// The step, counted from 1.
        step: usize,
        /// All steps.
        steps: usize,
        /// Where it stands.
        phase: Phase,
        /// The statement, or the label of a Rust step.
        sql: &'a str,
    },
    /// All steps ran; the transaction is about to be committed (where there is one).
    Committing {
        /// The migration.
        migration: &'a str,
    },
    /// A migration is done.
    Finished {
        /// The migration.
        migration: &'a str,
        /// Which way.
        direction: Direction,
        /// How long this run of it took.
        took: Duration,
    },
    /// A table or other object is dropped by `fresh`.
    Dropping {
        /// Its name.
        object: &'a str,
    },
    /// Something to know.
    Warning {
        /// One sentence.
        message: &'a str,
    },
}

/// One migration that a run applied or undid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The migration.
    pub migration: String,
    /// Its stream.
    pub stream: String,
    /// Which way it went.
    pub direction: Direction,
    /// Number of its steps.
    pub steps: usize,
    /// Whether an earlier run had begun it.
    pub resumed: bool,
    /// Milliseconds of this run.
    pub duration_ms: u64,
}

/// What a run did. Empty if there was nothing to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What changed, in order.
    pub changes: Vec<Change>,
    /// What to know.
    pub warnings: Vec<String>,
}

impl Report {
    /// Whether nothing was done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
