//! Background work: jobs that are kept in the database until they are done.
//!
//! A [`Job`] is a type of the app's that is stored as JSON and run by a [`Worker`], in this process
//! or another one. It is added in the transaction of what it belongs to, or alone, and run at least
//! once: again after an error, with growing pauses, or when its worker died; after its last attempt
//! it is a dead letter that an operator drives again or discards. A job that finishes inside its
//! own transaction ([`JobContext::settle_in`]) has its effect exactly once.
//!
//! ```
//! use cloudapp_runtime::async_trait;
//! use cloudapp_runtime::app::{App, Context};
//! use cloudapp_runtime::error::AppResult;
//! use cloudapp_runtime::job::{Job, JobContext, NewJob};
//! use cloudapp_runtime::types::Id;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct ShipOrder {
//!     order_id: Id,
//! }
//!
//! #[async_trait]
//! impl Job for ShipOrder {
//!     const NAME: &'static str = "order.ship";
//!
//!     async fn run(&self, ctx: &JobContext) -> AppResult<()> {
//!         tracing::info!(order = %self.order_id, attempt = ctx.attempt(), "shipping");
//!         Ok(())
//!     }
//! }
//!
//! fn app() -> App {
//!     let mut app = App::new("shop", "0.1.0");
//!     app.job::<ShipOrder>();
//!     app
//! }
//!
//! async fn paid(ctx: &Context, order_id: Id) -> AppResult<Id> {
//!     let job = NewJob::of(&ShipOrder { order_id })?.unique(order_id.to_string());
//!     ctx.jobs().enqueue(job).await
//! }
//! ```
//!
//! ## Order
//! A queue gives out what has the highest priority first, then what was added first; several run at
//! once. Jobs of one *lane* run one after the other, in the order in which they were added: one
//! that waits for its next attempt holds up those behind it, a dead or cancelled one does not.
//!
//! ## How a worker learns of a job
//! In the same process at once; otherwise it looks every `job.poll_ms`. `LISTEN`/`NOTIFY` of
//! PostgreSQL would need a connection of its own for each process, works through no pooler that
//! shares connections between transactions, and has no counterpart on the other databases, where
//! polling is needed anyway: a look at an empty queue is one statement on an index.

mod alarm;
mod claim;
mod context;
mod cron;
mod duty;
mod engine;
mod enqueue;
mod entity;
mod gauges;
mod health;
mod jobs;
mod kind;
mod lane;
mod leader;
mod new_job;
mod operate;
mod relay;
mod rescue;
mod settle;
mod sql;
mod stats;
mod stop;
mod watch;
mod worker;

pub use alarm::{Alarm, AlarmKind, AlarmSink};
pub use context::{JobContext, JobRun};
pub use cron::{Due, Schedule, SchedulePlan, ScheduledJob, Tick};
pub use duty::lead;
pub use entity::{JobState, Model as JobRow};
pub use health::{JobHealth, JobProblem, QueueHealth, ScheduleHealth, WorkerHealth, health};
pub use jobs::{JobFilter, Jobs};
pub use kind::{Backoff, Job, JobKind, Policy, Subscription};
pub use new_job::NewJob;
pub use stop::{Stop, StopReason};
pub use worker::Worker;

pub use crate::config::Missed;
pub(crate) use alarm::{Alarms, OwnSink};
pub(crate) use cron::{Schedules, builtin, run_now};
pub(crate) use duty::Leading;
pub(crate) use engine::Engine;
pub(crate) use gauges::Gauges;
pub(crate) use health::look as look_at_health;
pub(crate) use kind::Registered;

/// The seat of who turns ticks and events into jobs.
const LEADER: &str = "jobs";
