//! `[guard]`: locks, limits, bans.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// Longest lease and longest wait of a lock: beyond that it is no lock but a state of the data.
const LOCK_MAX_MS: u64 = 3_600_000;
/// Longest window of a limit, so that its figures stay exact in Redis, whose numbers are doubles.
pub(crate) const WINDOW_MAX_S: u64 = 3_600;
/// Largest count of a limit.
pub(crate) const COUNT_MAX: u32 = 1_000_000;
/// Longest ban: ten years.
const BAN_MAX_S: u64 = 3_650 * 24 * 3_600;

/// `[guard]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardConfig {
    /// Where guards keep what they know: `auto`, `memory`, `sql` or `redis`. Default `auto`: Redis
    /// if one is configured; else the database for what must hold over all processes (locks, bans,
    /// repeats, visitors) and each process for itself for rate limits, which would cost a
    /// transaction per request otherwise.
    pub backend: GuardBackend,
    /// Whether no more than one process of the application runs at any time: only then production
    /// accepts the backend `memory`. Default false.
    pub single_process: bool,
    /// Whether requests pass a rate limit or the limit of visitors while its backend can't be
    /// asked. Locks, repeats and bans refuse then in any case. Default true.
    pub limits_fail_open: bool,
    /// Milliseconds for which a lock outlives its holder. Default 10000.
    pub lock_lease_ms: u64,
    /// Milliseconds that are waited for a lock. Default 5000.
    pub lock_wait_ms: u64,
    /// Rate limits by name, e.g. `[guard.limits.draw]`.
    pub limits: BTreeMap<String, LimitConfig>,
    /// Bans of whoever sends too much, by name, e.g. `[guard.bans.draw]`.
    pub bans: BTreeMap<String, BanConfig>,
    /// How many different players may come in a minute.
    pub visitors: VisitorConfig,
}

/// Where guards keep what they know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GuardBackend {
    /// As it fits, see `guard.backend`.
    #[default]
    Auto,
    /// In this process, for this process alone.
    Memory,
    /// In the default database.
    Sql,
    /// In Redis.
    Redis,
}

/// `[guard.limits.<name>]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitConfig {
    /// Which routes it is for: `POST /client/draws`, `/client/draws` (any method), `/client/*`.
    /// None = only where a service asks for it. Default none.
    pub routes: Vec<String>,
    /// Who has a limit of his own: each `user`, each `ip`, each `tenant`, or each `route` as a
    /// whole. Default `user`.
    pub by: LimitBy,
    /// How many requests. Default 10.
    pub count: u32,
    /// In how many seconds. Default 1.
    pub per_s: u64,
    /// How many may come at once after a pause. Default: `count`.
    pub burst: Option<u32>,
}

/// Who has a limit of his own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitBy {
    /// The player or operator; who has no session counts by his address.
    #[default]
    User,
    /// The client's address; of IPv6 the network of 64 bits.
    Ip,
    /// The tenant of the session; who has none counts by his address.
    Tenant,
    /// Everybody together.
    Route,
}

/// `[guard.bans.<name>]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BanConfig {
    /// Which routes it is for, as in `[guard.limits.<name>]`. Default none.
    pub routes: Vec<String>,
    /// Requests of a user in a window; the next one bans him. 0 = users are not banned. Default 30.
    pub user_limit: u32,
    /// As `user_limit`, of an address. Default 30.
    pub ip_limit: u32,
    /// Seconds of a window. Default 60.
    pub window_s: u64,
    /// Seconds of a ban. Default one day.
    pub ban_s: u64,
}

/// `[guard.visitors]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct VisitorConfig {
    /// Which routes count, as in `[guard.limits.<name>]`. Default none.
    pub routes: Vec<String>,
    /// Different players of a tenant in a minute. Default 500.
    pub per_minute: u32,
    /// Other figures for single tenants, by `app_id`. Default none.
    pub tenants: BTreeMap<String, u32>,
    /// User ids that always pass and are not counted. Default none.
    pub white_list: BTreeSet<i64>,
}

impl Default for GuardConfig {
    fn default() -> Self {
        Self {
            backend: GuardBackend::Auto,
            single_process: false,
            limits_fail_open: true,
            lock_lease_ms: 10_000,
            lock_wait_ms: 5_000,
            limits: BTreeMap::new(),
            bans: BTreeMap::new(),
            visitors: VisitorConfig::default(),
        }
    }
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            by: LimitBy::User,
            count: 10,
            per_s: 1,
            burst: None,
        }
    }
}

impl Default for BanConfig {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            user_limit: 30,
            ip_limit: 30,
            window_s: 60,
            ban_s: 24 * 3_600,
        }
    }
}

impl Default for VisitorConfig {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            per_minute: 500,
            tenants: BTreeMap::new(),
            white_list: BTreeSet::new(),
        }
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let guard = &config.guard;
    let invalid = |key, reason: String| Err(ConfigError::Invalid { key, reason });
    let is_production = config.environment.is_production();
    if guard.backend == GuardBackend::Memory && is_production && !guard.single_process {
        let reason = "is `memory`, which holds in one process only: use `auto`, or set \
                      guard.single_process = true if never more than one runs";
        return invalid("guard.backend", reason.to_owned());
    }
    if guard.backend == GuardBackend::Redis && config.redis.url.is_empty() {
        let reason = "is `redis`, but `redis.url` is empty: set it, or use `auto`";
        return invalid("guard.backend", reason.to_owned());
    }
    if !(100..=LOCK_MAX_MS).contains(&guard.lock_lease_ms) {
        let reason = format!("must be 100 to {LOCK_MAX_MS}");
        return invalid("guard.lock_lease_ms", reason);
    }
    if guard.lock_wait_ms > LOCK_MAX_MS {
        let reason = format!("must be 0 to {LOCK_MAX_MS}");
        return invalid("guard.lock_wait_ms", reason);
    }
    for (name, limit) in &guard.limits {
        let key = "guard.limits";
        check_name(key, name)?;
        check_routes(key, name, &limit.routes)?;
        let counts = [Some(limit.count), limit.burst];
        if counts
            .iter()
            .flatten()
            .any(|n| !(1..=COUNT_MAX).contains(n))
        {
            let reason = format!("`{name}`: `count` and `burst` must be 1 to {COUNT_MAX}");
            return invalid(key, reason);
        }
        if !(1..=WINDOW_MAX_S).contains(&limit.per_s) {
            return invalid(
                key,
                format!("`{name}`: `per_s` must be 1 to {WINDOW_MAX_S}"),
            );
        }
    }
    for (name, ban) in &guard.bans {
        let key = "guard.bans";
        check_name(key, name)?;
        check_routes(key, name, &ban.routes)?;
        if ban.user_limit.max(ban.ip_limit) > COUNT_MAX {
            let reason = format!("`{name}`: limits must be 0 to {COUNT_MAX}");
            return invalid(key, reason);
        }
        if !(1..=24 * 3_600).contains(&ban.window_s) {
            return invalid(key, format!("`{name}`: `window_s` must be 1 to 86400"));
        }
        if !(1..=BAN_MAX_S).contains(&ban.ban_s) {
            return invalid(key, format!("`{name}`: `ban_s` must be 1 to {BAN_MAX_S}"));
        }
    }
    check_routes("guard.visitors", "routes", &guard.visitors.routes)
}

fn check_name(key: &'static str, name: &str) -> Result<(), ConfigError> {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if (1..=64).contains(&name.len()) && name.bytes().all(is_word) {
        return Ok(());
    }
    let reason = format!("has a section `{name}`; a name is 1 to 64 of a-z, 0-9 and `_`");
    Err(ConfigError::Invalid { key, reason })
}

fn check_routes(key: &'static str, name: &str, routes: &[String]) -> Result<(), ConfigError> {
    let is_route = |route: &String| {
        let path = route
            .split_once(' ')
            .map_or(route.as_str(), |(method, path)| {
                let is_method =
                    !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
                if is_method { path } else { "" }
            });
        let stars = path.matches('*').count();
        path.starts_with('/') && (stars == 0 || stars == 1 && path.ends_with("/*"))
    };
    match routes.iter().find(|route| !is_route(route)) {
        None => Ok(()),
        Some(route) => Err(ConfigError::Invalid {
            key,
            reason: format!(
                "`{name}`: the route `{route}` must be like `POST /client/draws`, \
                 `/client/draws` or `/client/*`"
            ),
        }),
    }
}
