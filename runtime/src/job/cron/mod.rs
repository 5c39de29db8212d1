//! Scheduled jobs: every tick is a durable job, made once whoever leads.
//!
//! The leader turns a tick that is due into a job under the key `<schedule>:<tick>`, and moves the
//! schedule's row on, in one transaction that ends with its number. So a tick runs once, with the
//! retries, rescue and dead letters of any job; ticks of one schedule run one after the other.
//!
//! | file | holds |
//! |---|---|
//! | `schedule` | what code says: [`Schedule`] |
//! | `plan`, `zone` | the rule by which it ticks: pure |
//! | `table` | the row of each schedule |
//! | `pump` | what the leader does |
//! | `run` | the job that a tick becomes |
//! | `builtin` | the framework's own schedules |

mod builtin;
mod plan;
mod pump;
mod run;
mod schedule;
mod table;
mod zone;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{JobContext, JobKind, Registered};
use crate::app::StartError;
use crate::config::{Config, ConfigError};
use crate::error::AppResult;

pub(crate) use builtin::builtin;
pub use plan::{Due, Plan as SchedulePlan};
pub(crate) use pump::round;
pub(crate) use run::run_now;
pub use schedule::{Schedule, Tick};
pub(crate) use table::all as rows;

/// Longest name of a schedule.
const NAME_MAX: usize = 64;

/// A job that runs by the clock: once for each tick, wherever a worker is up.
///
/// ```
/// use cloudapp_runtime::async_trait;
/// use cloudapp_runtime::error::AppResult;
/// use cloudapp_runtime::job::{JobContext, Schedule, ScheduledJob, Tick};
///
/// struct CloseOrders;
///
/// #[async_trait]
/// impl ScheduledJob for CloseOrders {
///     const NAME: &'static str = "order.close";
///
///     fn schedule() -> Schedule {
///         Schedule::cron("0 */10 * * * *").hours("8-22")
///     }
///
///     async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()> {
///         tracing::info!(job = %ctx.job_id(), "orders before {} are closed", tick.at);
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait ScheduledJob: Send + Sync + 'static {
    /// Unique in the app; the section `[schedule."<name>"]` is about it.
    const NAME: &'static str;

    /// When it runs, where the configuration says nothing else.
    fn schedule() -> Schedule;

    /// Does the work of a tick. It may be done again after a failure or a crash.
    ///
    /// # Errors
    /// It is tried again, as often as the schedule's `attempts` say.
    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()>;
}

/// A [`ScheduledJob`] of any type.
#[async_trait]
pub(crate) trait AnySchedule: fmt::Debug + Send + Sync {
    fn kind(&self) -> JobKind;
    fn schedule(&self) -> Schedule;
    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()>;
}

struct Of<S>(S);

impl<S: ScheduledJob> fmt::Debug for Of<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScheduledJob").field(&S::NAME).finish()
    }
}

#[async_trait]
impl<S: ScheduledJob> AnySchedule for Of<S> {
    fn kind(&self) -> JobKind {
        run::kind::<S>()
    }

    fn schedule(&self) -> Schedule {
        S::schedule()
    }

    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()> {
        self.0.run(ctx, tick).await
    }
}

impl Registered {
    pub(crate) fn schedule(&mut self, job: impl ScheduledJob) {
        let job: Arc<dyn AnySchedule> = Arc::new(Of(job));
        self.kinds.push(job.kind());
        self.schedules.push(job);
    }
}

/// A schedule of the app, as it is configured.
#[derive(Clone)]
pub(crate) struct Entry {
    job: Arc<dyn AnySchedule>,
    kind: JobKind,
    pub(crate) plan: SchedulePlan,
}

/// The schedules of an app by name.
#[derive(Clone, Default)]
pub(crate) struct Schedules(BTreeMap<&'static str, Entry>);

impl Schedules {
    /// # Errors
    /// A name is taken twice or is none; an expression, zone or window makes no sense; the
    /// configuration has a schedule that the app has not.
    pub(crate) fn new<'a>(
        registered: impl Iterator<Item = &'a Registered>,
        config: &Config,
    ) -> Result<Self, StartError> {
        let mut schedules = BTreeMap::new();
        for job in registered.flat_map(|one| &one.schedules) {
            let kind = job.kind();
            let name = kind.name();
            let wrong = |reason: String| {
                StartError::Config(ConfigError::Schedule {
                    name: name.to_owned(),
                    reason,
                })
            };
            let is_word = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            if !(1..=NAME_MAX).contains(&name.len()) || !name.bytes().all(is_word) {
                let reason = format!("a name is 1 to {NAME_MAX} letters, digits and `-_.`");
                return Err(wrong(reason));
            }
            let section = config.schedule.get(name);
            let plan = SchedulePlan::new(&job.schedule(), section, &config.tenant.time_zone);
            let entry = Entry {
                job: Arc::clone(job),
                kind,
                plan: plan.map_err(wrong)?,
            };
            if schedules.insert(name, entry).is_some() {
                return Err(wrong("two schedules have this name".to_owned()));
            }
        }
        for name in config.schedule.keys() {
            if !schedules.contains_key(name.as_str()) {
                let known: Vec<&str> = schedules.keys().copied().collect();
                return Err(StartError::UnknownSchedule {
                    name: name.clone(),
                    known: known.join(", "),
                });
            }
        }
        Ok(Self(schedules))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
        self.0.iter().map(|(name, entry)| (*name, entry))
    }
}
