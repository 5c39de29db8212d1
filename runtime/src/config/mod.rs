//! Configuration: built-in defaults, then `default.toml`, then `{environment}.toml`, then variables
//! `CLOUDAPP__SECTION__KEY`. An unknown key anywhere is an error that names its place; secrets
//! never show in logs; production starts with secrets of its own or not at all.

mod alarm;
mod asset;
mod cache;
mod environment;
mod error;
mod guard;
mod ip_range;
mod job;
mod layers;
mod leaderboard;
mod model;
mod personal;
mod position;
mod production;
mod schedule;
mod secret;
mod shard;
mod stat;
mod suggest;
mod task;
mod tenant;
mod variables;

pub use alarm::AlarmConfig;
pub use asset::{AssetConfig, AssetTypeConfig, CHAIN_KEY_MIN_BYTES};
pub use cache::CacheConfig;
pub use environment::Environment;
pub use error::{ConfigError, MissingSecret, Problem};
pub use guard::{BanConfig, GuardBackend, GuardConfig, LimitBy, LimitConfig, VisitorConfig};
pub(crate) use guard::{COUNT_MAX, WINDOW_MAX_S};
pub use ip_range::IpRange;
pub(crate) use ip_range::masked;
pub use job::JobConfig;
pub(crate) use job::{CONCURRENCY_MAX, is_queue_name};
pub use layers::Sources;
pub use leaderboard::{LeaderboardBackend, LeaderboardConfig};
pub use model::{
    AppSection, AuthConfig, Config, DatabaseConfig, GroupConfig, HttpConfig, LogConfig, LogFormat,
    MetricsConfig, RedisConfig, ServerConfig, TenantConfig,
};
pub use personal::{PERSONAL_KEY_MIN_BYTES, PersonalConfig};
pub use production::{METRICS_TOKEN_MIN_BYTES, TOKEN_KEY_MIN_BYTES};
pub use schedule::{Missed, ScheduleConfig};
pub use secret::Secret;
pub use shard::{SHARD_COUNT_MAX, ShardConfig, ShardScheme};
pub use stat::{StatConfig, StatPath};
pub(crate) use suggest::nearest;
pub use task::TaskConfig;
