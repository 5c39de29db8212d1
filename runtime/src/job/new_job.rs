//! A job that is to be added.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Job, JobKind};
use crate::config::is_queue_name;
use crate::error::{AppError, AppResult};

/// Longest name of a lane, and longest key.
const KEY_MAX_CHARS: usize = 190;
/// Longest tenant.
const APP_ID_MAX_CHARS: usize = 64;

/// When a job may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Now,
    After(Duration),
    At(DateTime<Utc>),
}

/// A job that is to be added, with what is said about this one.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub(super) name: &'static str,
    pub(super) queue: String,
    pub(super) payload: String,
    pub(super) attempts: u32,
    pub(super) start: Start,
    pub(super) priority: i32,
    pub(super) unique: Option<String>,
    pub(super) lane: Option<String>,
    pub(super) app_id: String,
}

impl NewJob {
    /// A job to be run as soon as possible.
    ///
    /// # Errors
    /// `internal` when its fields cannot be written as JSON.
    pub fn of<J: Job>(job: &J) -> AppResult<Self> {
        let payload = serde_json::to_string(job).map_err(AppError::internal)?;
        Ok(Self::of_kind(&JobKind::of::<J>(), payload))
    }

    /// As [`NewJob::of`], of a kind that is known at run time only; `payload` is its JSON.
    #[must_use]
    pub fn of_kind(kind: &JobKind, payload: String) -> Self {
        Self {
            name: kind.name(),
            queue: kind.queue().to_owned(),
            payload,
            attempts: kind.policy().attempts,
            start: Start::Now,
            priority: 0,
            unique: None,
            lane: None,
            app_id: String::new(),
        }
    }

    /// Not before this time has passed.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.start = Start::After(delay);
        self
    }

    /// Not before this instant.
    #[must_use]
    pub fn at(mut self, at: DateTime<Utc>) -> Self {
        self.start = Start::At(at);
        self
    }

    /// Before those of its queue with a lower priority. Default 0.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Once only: as long as a job of this name with this key is in the table, adding another
    /// answers with the id of the first and adds nothing. A finished one is kept for
    /// `job.retention_s`. At most 190 characters.
    #[must_use]
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique = Some(key.into());
        self
    }

    /// After all jobs that were added to this lane before are finished. At most 190 characters; a
    /// transaction that adds to a lane keeps others from adding to it until it ends.
    #[must_use]
    pub fn lane(mut self, lane: impl Into<String>) -> Self {
        self.lane = Some(lane.into());
        self
    }

    /// The tenant. Default none.
    #[must_use]
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app_id = app_id.into();
        self
    }

    /// Another queue than its type's.
    #[must_use]
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = queue.into();
        self
    }

    /// How often it is tried at most, instead of what its policy says.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Refuses what would not fit into the table.
    pub(super) fn check(&self, payload_limit: usize) -> AppResult<()> {
        let refuse = |reason: String| Err(AppError::param(format!("job {}: {reason}", self.name)));
        if !is_queue_name(&self.queue) {
            return refuse(format!("`{}` cannot be the name of a queue", self.queue));
        }
        for (what, text) in [("lane", &self.lane), ("unique key", &self.unique)] {
            let Some(text) = text else { continue };
            let length = text.chars().count();
            // Databases disagree on whether spaces at the end count.
            if length == 0 || length > KEY_MAX_CHARS || text.trim() != text {
                return refuse(format!(
                    "a {what} is 1 to {KEY_MAX_CHARS} characters, the last of them no space"
                ));
            }
        }
        if self.app_id.chars().count() > APP_ID_MAX_CHARS {
            return refuse(format!(
                "a tenant has at most {APP_ID_MAX_CHARS} characters"
            ));
        }
        if self.payload.len() > payload_limit {
            return refuse(format!(
                "{} bytes are more than `job.payload_limit_kb` allows",
                self.payload.len()
            ));
        }
        Ok(())
    }
}
