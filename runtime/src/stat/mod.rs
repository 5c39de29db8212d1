//! Statistics: what happened, how often, and of how many players.
//!
//! ```text
//! StatEvent ─▶ door ─▶ inbox in a database, or stream in Redis ─▶ pump: one transaction a batch
//! ```
//!
//! A *metric* says what events of its name come to: whole numbers or decimals, of each event or of
//! a player's first one of a day or of all. Code defines metrics, tenants have definitions of their
//! own. The door refuses events that fit none and writes down with each what its metric says, so
//! that counting asks nobody.
//!
//! Events wait in eight *lanes*, all of a player's in one. A process that counts takes a lane by a
//! lease, and each of its transactions holds the lane's row: no two count the same player's events
//! at the same time, and of those that count once, the first that was there wins.
//!
//! An event counts once, whoever is killed when:
//! - From the inbox beside the figures it is taken away in the transaction that counts it.
//! - From elsewhere (another database, a stream, a reporter who asks again with a key) it may come
//!   again. Events that count a player once are known by the log then; keys of all others are
//!   written down in the transaction that counts them, for `stat.applied_days`.
//!
//! | file | holds |
//! |---|---|
//! | `metric`, `event`, `value` | what is said: metrics, events, exact values |
//! | `definition`, `metrics` | what holds for a tenant; what operators change of it |
//! | `door`, `service`, `tenant` | what may come in, and the way that it takes |
//! | `inbox`, `stream` | where it waits |
//! | `lane`, `pump` | who counts; taking batches |
//! | `fold`, `apply`, `rows`, `sql` | a batch added up (pure), and written |
//! | `read`, `users`, `export` | reports |
//! | `keep`, `archive` | what goes, and what stays of it |

mod apply;
mod archive;
mod calendar;
mod definition;
mod door;
mod engine;
mod entity;
mod event;
#[cfg(feature = "xlsx")]
mod export;
mod fold;
mod inbox;
mod keep;
mod lane;
mod metric;
mod metrics;
mod pump;
mod read;
mod rows;
mod service;
mod sql;
#[cfg(feature = "redis")]
mod stream;
mod tenant;
mod users;
mod value;

pub(crate) use engine::Engine;
pub(crate) use pump::Counting;

use crate::db::Group;

/// Where the tables are.
const GROUP: Group = Group::Stat;

pub use door::STAT_EVENTS_MAX;
pub use event::StatEvent;
pub use keep::StatCleaned;
pub use metric::{Metric, Repeat, TASK_KINDS, ValueType, task_metrics};
pub use metrics::{LOGGED, MetricScope, OwnMetric};
pub use read::{StatFigure, StatFilter, StatGroup, StatPoint, StatSubGroup, StatTrend, StatUnit};
pub use service::{Prepared, STAT_CLIENT_EVENTS_MAX, Stats};
pub use tenant::TenantStats;
pub use users::{UserStat, UserStatFilter};
pub use value::{STAT_VALUE_MAX, StatValue};
