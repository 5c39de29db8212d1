//! What an app says about its jobs: the trait, the policy, and both without their types.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::JobContext;
use super::cron::AnySchedule;
use crate::app::BoxFuture;
use crate::error::{AppError, AppResult};
use crate::random;

/// Something to be done in the background. Its fields are what is stored, as JSON.
///
/// A job may run more than once: it should find out what it has done already, or finish in the
/// transaction of its effect with [`JobContext::settle_in`].
#[async_trait]
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the database, e.g. `order.ship`: unique in the app, at most 64 characters.
    /// Jobs that wait are found by it after the next deployment.
    const NAME: &'static str;

    /// The queue that it waits in: `[job.queues]` says how many of one run at once.
    const QUEUE: &'static str = "default";

    /// How often and how long it is tried.
    #[must_use]
    fn policy() -> Policy {
        Policy::default()
    }

    /// Does it.
    ///
    /// # Errors
    /// It is tried again later, not before [`AppError::retry_after`] if the error has that; with
    /// [`JobContext::discard`] it becomes a dead letter at once.
    async fn run(&self, ctx: &JobContext) -> AppResult<()>;
}

/// How often and how long a job is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often at most. Default 0: as `job.attempts` says.
    pub attempts: u32,
    /// How long one attempt may take; then it is dropped where it waits. Default 5 minutes.
    pub time_limit: Duration,
    /// The pauses between attempts.
    pub backoff: Backoff,
}

/// Pauses that double with each attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Longest pause after the first attempt. Default 1 second.
    pub base: Duration,
    /// Longest pause at all. Default 10 minutes.
    pub cap: Duration,
    /// Whether a pause is of any length up to the longest, by chance, so that what failed together
    /// does not come back together. Default true.
    pub jitter: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 0,
            time_limit: Duration::from_secs(300),
            backoff: Backoff::default(),
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(600),
            jitter: true,
        }
    }
}

impl Backoff {
    /// The longest pause after this many attempts, 1 for the first.
    #[must_use]
    pub fn longest(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }

    /// A pause after this many attempts.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn pause(&self, attempts: u32) -> AppResult<Duration> {
        let longest = self.longest(attempts);
        if !self.jitter {
            return Ok(longest);
        }
        let longest_ms = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX - 1);
        Ok(Duration::from_millis(random::below(longest_ms + 1)?))
    }
}

type RunFn = for<'a> fn(&'a str, &'a JobContext) -> BoxFuture<'a, AppResult<()>>;

/// A type of jobs, without the type.
#[derive(Clone, Copy)]
pub struct JobKind {
    name: &'static str,
    queue: &'static str,
    policy: Policy,
    type_id: TypeId,
    run: RunFn,
}

impl JobKind {
    /// The kind of a type.
    #[must_use]
    pub fn of<J: Job>() -> Self {
        Self {
            name: J::NAME,
            queue: J::QUEUE,
            policy: J::policy(),
            type_id: TypeId::of::<J>(),
            run: |payload, ctx| {
                Box::pin(async move {
                    // It may be from a later version of the app, which then gets it at another
                    // attempt: no reason to give it up at once.
                    let job: J = serde_json::from_str(payload).map_err(AppError::internal)?;
                    job.run(ctx).await
                })
            },
        }
    }

    /// The kind of what is no [`Job`] of its own: a schedule.
    pub(super) fn new(
        name: &'static str,
        queue: &'static str,
        policy: Policy,
        type_id: TypeId,
        run: RunFn,
    ) -> Self {
        Self {
            name,
            queue,
            policy,
            type_id,
            run,
        }
    }

    /// The name in the database.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The queue of jobs that are not given another.
    #[must_use]
    pub fn queue(&self) -> &'static str {
        self.queue
    }

    /// How often and how long it is tried.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(super) fn is_same_type(&self, other: &Self) -> bool {
        self.type_id == other.type_id
    }

    pub(super) fn run<'a>(
        &self,
        payload: &'a str,
        ctx: &'a JobContext,
    ) -> BoxFuture<'a, AppResult<()>> {
        (self.run)(payload, ctx)
    }
}

impl fmt::Debug for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobKind")
            .field("name", &self.name)
            .field("queue", &self.queue)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// Events of a topic that become jobs of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    /// The topic of the outbox.
    pub topic: &'static str,
    /// What each event becomes.
    pub kind: JobKind,
}

/// What an app, or one of its modules, was told about jobs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registered {
    pub(crate) kinds: Vec<JobKind>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(super) schedules: Vec<Arc<dyn AnySchedule>>,
}

impl Registered {
    pub(crate) fn job<J: Job>(&mut self) {
        self.kinds.push(JobKind::of::<J>());
    }

    pub(crate) fn on_event<J: Job>(&mut self, topic: &'static str) {
        let kind = JobKind::of::<J>();
        self.kinds.push(kind);
        self.subscriptions.push(Subscription { topic, kind });
    }
}
