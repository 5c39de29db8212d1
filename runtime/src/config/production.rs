//! What a complete configuration must hold: sensible numbers anywhere, real secrets in production.

use super::variables::variable_of;
use super::{Config, ConfigError, MissingSecret, Secret};

/// Fewest bytes of `auth.token_key`.
pub const TOKEN_KEY_MIN_BYTES: usize = 32;
/// Fewest bytes of `metrics.token` in production.
pub const METRICS_TOKEN_MIN_BYTES: usize = 16;

/// Parts of values that people put in place of a secret, and of the secrets in `development.toml`.
const PLACEHOLDERS: [&str; 10] = [
    "change-me",
    "change_me",
    "changeme",
    "development",
    "insecure",
    "not-for-production",
    "placeholder",
    "replace-me",
    "replace_me",
    "your-",
];

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let missing = secrets(config);
    if !missing.is_empty() {
        return Err(ConfigError::Secrets {
            environment: config.environment,
            missing,
        });
    }
    let at_least_one = [
        ("server.request_timeout_s", config.server.request_timeout_s),
        (
            "server.body_limit_bytes",
            config.server.body_limit_bytes as u64,
        ),
        (
            "database.max_connections",
            u64::from(config.database.max_connections),
        ),
        (
            "database.connect_timeout_s",
            config.database.connect_timeout_s,
        ),
        ("auth.session_ttl_s", config.auth.session_ttl_s),
        ("http.idempotency_ttl_s", config.http.idempotency_ttl_s),
    ];
    for (key, value) in at_least_one {
        if value == 0 {
            return Err(ConfigError::Invalid {
                key,
                reason: "must be at least 1".to_owned(),
            });
        }
    }
    super::shard::check(config)?;
    super::asset::check(config)?;
    super::task::check(config)?;
    super::personal::check(config)?;
    super::guard::check(config)?;
    super::job::check(config)?;
    super::leaderboard::check(config)?;
    super::stat::check(config)?;
    super::cache::check(config)?;
    super::alarm::check(config)?;
    config.tenant.offset()?;
    crate::telemetry::check_level(&config.log.level)
}

fn secrets(config: &Config) -> Vec<MissingSecret> {
    let production = config.environment.is_production();
    let mut missing = Vec::new();
    let mut report = |key, problem: Option<&'static str>, remedy| {
        if let Some(problem) = problem {
            missing.push(MissingSecret {
                key,
                variable: variable_of(key),
                problem,
                remedy,
            });
        }
    };
    report(
        "database.url",
        unfit(&config.database.url, 1, "", production),
        "to sqlite://…, mysql://… or postgres://…",
    );
    report(
        "auth.token_key",
        unfit(
            &config.auth.token_key,
            TOKEN_KEY_MIN_BYTES,
            "is shorter than 32 bytes",
            production,
        ),
        "to at least 32 random bytes, e.g. from `openssl rand -hex 32`",
    );
    if production && config.metrics.enabled {
        report(
            "metrics.token",
            unfit(
                &config.metrics.token,
                METRICS_TOKEN_MIN_BYTES,
                "is shorter than 16 bytes",
                true,
            ),
            "to at least 16 random bytes, or CLOUDAPP__METRICS__ENABLED to false",
        );
    }
    if production {
        let dev_login = config
            .auth
            .dev_login
            .then_some("lets anybody in as anybody");
        report("auth.dev_login", dev_login, "to false");
    }
    missing
}

impl Config {
    /// Makes sure that an app with the ledger has a key for the journal's hash chain.
    ///
    /// # Errors
    /// There is none, or it is unfit for the environment.
    pub(crate) fn require_chain_key(&self) -> Result<(), ConfigError> {
        let problem = self
            .asset
            .chain_key_problem(self.environment.is_production());
        self.require(
            "asset.chain_key",
            problem,
            "to at least 32 random bytes, e.g. from `openssl rand -hex 32`, and keep it: without \
             it no journal can be verified",
        )
    }

    /// Makes sure that an app that keeps personal data has a key for it.
    ///
    /// # Errors
    /// There is none, or it is unfit for the environment.
    pub(crate) fn require_personal_key(&self) -> Result<(), ConfigError> {
        let problem = self.personal.key_problem(self.environment.is_production());
        self.require(
            "personal.key",
            problem,
            "to at least 32 random bytes, e.g. from `openssl rand -hex 32`, and keep it: without \
             it no address can be read",
        )
    }

    fn require(
        &self,
        key: &'static str,
        problem: Option<&'static str>,
        remedy: &'static str,
    ) -> Result<(), ConfigError> {
        let Some(problem) = problem else {
            return Ok(());
        };
        Err(ConfigError::Secrets {
            environment: self.environment,
            missing: vec![MissingSecret {
                key,
                variable: variable_of(key),
                problem,
                remedy,
            }],
        })
    }
}

/// What is wrong with a secret, if anything is.
pub(super) fn unfit(
    secret: &Secret,
    min_bytes: usize,
    too_short: &'static str,
    production: bool,
) -> Option<&'static str> {
    let text = secret.expose();
    if text.trim().is_empty() {
        return Some("is not set");
    }
    if text.len() < min_bytes {
        return Some(too_short);
    }
    let lower = text.to_lowercase();
    let repeats_one_byte =
        text.len() > 1 && text.bytes().all(|byte| Some(byte) == text.bytes().next());
    if production && (repeats_one_byte || PLACEHOLDERS.iter().any(|part| lower.contains(part))) {
        return Some("holds a placeholder");
    }
    None
}
