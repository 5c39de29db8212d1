//! The sections of the configuration, with their defaults.
//!
//! A new key needs its field, its default and a line of documentation here, and nothing else.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::{
    AlarmConfig, AssetConfig, CacheConfig, Environment, GuardConfig, IpRange, JobConfig,
    LeaderboardConfig, PersonalConfig, ScheduleConfig, Secret, ShardConfig, StatConfig, TaskConfig,
};
use crate::error::Language;

/// Everything that can be configured. See the sections for the meaning and default of each key.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the application runs; not a key of the files, set by `CLOUDAPP_ENV`.
    #[serde(skip_deserializing)]
    pub environment: Environment,
    /// The listening socket and its limits.
    pub server: ServerConfig,
    /// How requests are read and answered.
    pub http: HttpConfig,
    /// Database connections.
    pub database: DatabaseConfig,
    /// Redis; needs the feature `redis`.
    pub redis: RedisConfig,
    /// The cache of hot reads.
    pub cache: CacheConfig,
    /// Sessions and log-in.
    pub auth: AuthConfig,
    /// The `/metrics` endpoint.
    pub metrics: MetricsConfig,
    /// Logging.
    pub log: LogConfig,
    /// Tenants.
    pub tenant: TenantConfig,
    /// The points ledger.
    pub asset: AssetConfig,
    /// Tasks of players.
    pub task: TaskConfig,
    /// Personal data.
    pub personal: PersonalConfig,
    /// Locks, limits, bans.
    pub guard: GuardConfig,
    /// Background work.
    pub job: JobConfig,
    /// Where leaderboards are.
    pub leaderboard: LeaderboardConfig,
    /// Statistics.
    pub stat: StatConfig,
    /// Schedules of jobs by name, e.g. `[schedule."asset.expire"]`.
    pub schedule: BTreeMap<String, ScheduleConfig>,
    /// Who is told when background work is in trouble.
    pub alarm: AlarmConfig,
    /// Sharded tables, by logical name, e.g. `[shard.user_asset_tb]`.
    pub shard: BTreeMap<String, ShardConfig>,
    /// The application's own settings: read them with `Context::settings`.
    pub app: AppSection,
}

/// `[app]`: keys of the application's choice. Any of them may be a secret, so that `Debug` and
/// `Serialize` show their names only.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct AppSection(pub toml::Table);

impl fmt::Debug for AppSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Serialize for AppSection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.keys().map(|key| (key, Secret::default())))
    }
}

/// `[server]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address to listen on. Default `127.0.0.1`.
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one. Default 3000.
    pub port: u16,
    /// Seconds until a request is given up with `timeout`. Default 30.
    pub request_timeout_s: u64,
    /// Largest request body in bytes. Default 1 MiB.
    pub body_limit_bytes: usize,
    /// Seconds that running requests may take to end after SIGTERM. Default 20.
    pub shutdown_grace_s: u64,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Answer in the nested envelope of the original framework, always with status 200. Default
    /// false.
    pub compat_envelope: bool,
    /// Language of the messages of error codes: `en` or `zh`. Default `en`.
    pub language: Language,
    /// Addresses and networks (`10.0.0.0/8`) of proxies whose `x-forwarded-for` is believed.
    /// Default none.
    pub trusted_proxies: Vec<IpRange>,
    /// Whether `/docs` and `/openapi.json` are served. Default true.
    pub docs: bool,
    /// Seconds for which the answer to a request with an `Idempotency-Key` is kept. Default one day.
    pub idempotency_ttl_s: u64,
}

/// `[database]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Where the data is: `sqlite://data/app.db`, `mysql://…` or `postgres://…`. No default.
    pub url: Secret,
    /// Most connections per group and process. Default 10.
    pub max_connections: u32,
    /// Seconds until connecting, or waiting for a free connection, is given up. Default 5.
    pub connect_timeout_s: u64,
    /// Statements slower than this many milliseconds are logged. Default 500.
    pub slow_query_ms: u64,
    /// Copies of the database that follow it, for reads that may be a moment old. Default none.
    pub replicas: Vec<Secret>,
    /// Other databases for single table groups, by group name, e.g. `[database.groups.asset]`.
    pub groups: BTreeMap<crate::db::Group, GroupConfig>,
}

/// `[database.groups.<group>]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupConfig {
    /// Where the tables of this group are.
    pub url: Secret,
    /// Copies of it, as `database.replicas`; for a group with a URL of its own.
    pub replicas: Vec<Secret>,
    /// Most connections of this group; that of `[database]` when absent.
    pub max_connections: Option<u32>,
}

/// `[redis]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://host:port/database`; empty = not used. Default empty.
    pub url: Secret,
}

/// `[auth]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Key under which session tokens are hashed, at least 32 bytes. No default in production.
    pub token_key: Secret,
    /// Seconds that a session lives. Default 30 days.
    pub session_ttl_s: u64,
    /// Whether the platform `dev` (log in as anybody) exists. Default false; refused in production.
    pub dev_login: bool,
    /// How often operators may try to log in from one address (of IPv6, one network) in a minute; 0
    /// for any number. Default 300.
    pub login_per_minute: u32,
}

/// `[metrics]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// Whether `/metrics` is served. Default true.
    pub enabled: bool,
    /// Bearer token that `/metrics` asks for; empty = none (not in production). Default empty.
    pub token: Secret,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`, or a list `info,sqlx=warn`. Default `info`.
    pub level: String,
    /// `pretty` or `json`. Default `pretty`.
    pub format: LogFormat,
}

/// Shape of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For eyes.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// `[tenant]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantConfig {
    /// Time zone of the days and weeks of campaigns. Default `Asia/Shanghai`.
    pub time_zone: String,
    /// Tenant of `admin create` and `seed demo` when none is given. Default `demo`.
    pub default_app_id: String,
}

impl ServerConfig {
    /// How long a request may take.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    /// How long running requests may take to end at shutdown.
    #[must_use]
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_s)
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 3000,
            request_timeout_s: 30,
            body_limit_bytes: 1024 * 1024,
            shutdown_grace_s: 20,
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            compat_envelope: false,
            language: Language::English,
            trusted_proxies: Vec::new(),
            docs: true,
            idempotency_ttl_s: 24 * 3600,
        }
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: Secret::default(),
            max_connections: 10,
            connect_timeout_s: 5,
            slow_query_ms: 500,
            replicas: Vec::new(),
            groups: BTreeMap::new(),
        }
    }
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            token_key: Secret::default(),
            session_ttl_s: 30 * 24 * 3600,
            dev_login: false,
            login_per_minute: 300,
        }
    }
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            token: Secret::default(),
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::Pretty,
        }
    }
}

impl Default for TenantConfig {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
            default_app_id: "demo".to_owned(),
        }
    }
}
